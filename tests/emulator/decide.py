# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides requests by the policies in force, with the collection's evaluator, and refuses in AWS's words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from moto.backends import get_backend

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
    ALLOW,
    EXPLICIT_DENY,
    UNKNOWN,
    Decision,
    Policies,
    compile_policies,
)
from tests.emulator import regions
from tests.emulator.answers import JSON_SERVICES, Refused
from tests.emulator.call import Call
from tests.emulator.callers import ANONYMOUS, Caller, find_caller
from tests.emulator.network import INTERNET, Network, find_network
from tests.emulator.permissions import context_of, needed
from tests.emulator.state import Settings

# Layer -> what AWS calls its policies, with the article.
_LAYERS = {
    "identity_policy": ("an", "identity-based policy"),
    "bucket_policy": ("a", "resource-based policy"),
    "endpoint_policy": ("a", "VPC endpoint policy"),
    "permissions_boundary": ("a", "permissions boundary"),
    "session_policy": ("a", "session policy"),
}
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permissions are required.
_FREE = ("GetCallerIdentity",)
# Services of the control plane that identity policies bind here.
_CONTROL = ("ec2", "sts", "iam", *JSON_SERVICES)
_SETTINGS = {
    "BlockPublicAcls": "block_public_acls",
    "IgnorePublicAcls": "ignore_public_acls",
    "BlockPublicPolicy": "block_public_policy",
    "RestrictPublicBuckets": "restrict_public_buckets",
}


def decide(call: Call, settings: Settings) -> None:
    """Let the call pass, or raise ``Refused``; ``ConnectionAbortedError`` when its network path leads nowhere."""
    if call.service == "s3":
        _decide_s3(call, settings)
    elif call.service in _CONTROL and call.operation not in _FREE:
        caller = find_caller(call.key, call.account)
        if not caller.registered and caller.session is None:
            return
        policies = _compiled(caller.identity, None, None, caller.boundary, caller.session, (), call.account)
        for action, resource in needed(call):
            decision = _decision(policies, _request(caller, call, find_network(INTERNET), action, resource))
            if decision.decision != ALLOW:
                raise _refused_control(call.service, caller, action, resource, decision)


def denied_objects(call: Call) -> dict[str, str | None]:
    """The keys that DeleteObjects names and must not delete, each with the layer that denies it.

    AWS reports them in an answer of 200.
    """
    caller, network = find_caller(call.key, call.account), find_network(call.through)
    return {
        resource.partition("/")[2]: decision.layer for _action, resource, decision in _denials(call, caller, network)
    }


def _decide_s3(call: Call, settings: Settings) -> None:
    caller, network = find_caller(call.key, call.account), find_network(call.through)
    regions.check(call, network, settings)
    if call.operation == "DeleteObjects":
        return  # decided object by object
    for action, resource, decision in _denials(call, caller, network):
        raise Refused(
            "AccessDenied", _message(caller, action, resource, decision, call.bucket), 403, layer=decision.layer
        )


def _denials(call: Call, caller: Caller, network: Network) -> list[tuple[str, str, Decision]]:
    found = []
    for action, resource in needed(call):
        name = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
        policy, block, owner = _bucket(name)
        if owner is None and call.operation != "CreateBucket" and resource != "*":
            continue  # There is no such bucket, as moto will say.
        if call.operation in ("CreateBucket", "ListBuckets"):
            policy, block, owner = None, (), caller.account or None
        policies = _compiled(caller.identity, policy, network.policy, caller.boundary, caller.session, block, owner)
        decision = _decision(policies, _request(caller, call, network, action, resource))
        if decision.decision != ALLOW:
            found.append((action, resource, decision))
    return found


def _bucket(name: str) -> tuple[str | None, tuple[str, ...], str | None]:
    """Policy, settings of Block Public Access that are on, and owner."""
    found = get_backend("s3").bucket_accounts.get(name)
    if found is None:
        return None, (), None
    partition, owner = found
    bucket = get_backend("s3")[owner][partition].buckets[name]
    block = bucket.public_access_block
    on = tuple(key for key, attribute in _SETTINGS.items() if block is not None and getattr(block, attribute))
    return bucket.policy.decode() if bucket.policy else None, on, owner


@lru_cache(maxsize=4096)
def _compiled(
    identity: tuple[str, ...] | str,
    bucket: str | None,
    endpoint: str | None,
    boundary: str | None,
    session: str | None,
    block: tuple[str, ...],
    owner: str | None,
) -> Policies:
    policies: dict[str, Any] = {
        "identity": identity if isinstance(identity, str) else list(identity),
        "bucket": bucket,
        "endpoint": endpoint,
        "block_public_access": dict.fromkeys(block, True),
    }
    optional = {"boundary": boundary, "session": [session] if session else None, "resource_account": owner}
    return compile_policies(policies | {name: value for name, value in optional.items() if value is not None})


def _request(caller: Caller, call: Call, network: Network, action: str, resource: str) -> dict[str, Any]:
    now = time.time()
    context: dict[str, Any] = {
        **network.context,
        **caller.context,
        "aws:SecureTransport": True,  # The client's plain HTTP on loopback stands for HTTPS.
        "aws:RequestedRegion": call.region,
        "aws:CurrentTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "aws:EpochTime": int(now),
        "aws:UserAgent": call.headers.get("user-agent", ""),
        **context_of(call, action, resource),
    }
    if call.service == "s3":
        for name in ("prefix", "delimiter", "max-keys", "versionId"):
            if name in call.query:
                context[f"s3:{name}"] = call.query[name]
        for name in ("x-amz-acl", "x-amz-server-side-encryption", "x-amz-storage-class", "x-amz-content-sha256"):
            if name in call.headers:
                context[f"s3:{name}"] = call.headers[name]
        context["s3:TlsVersion"] = "1.3"
        if call.key:
            presigned = "X-Amz-Signature" in call.query
            context["s3:authType"] = "REST-QUERY-STRING" if presigned else "REST-HEADER"
            context["s3:signatureversion"] = "AWS4-HMAC-SHA256"
    return {
        "principal": caller.arn,
        "action": action,
        "resource": resource,
        "through": network.through,
        "context": context,
    }


def _decision(policies: Policies, request: dict[str, Any]) -> Decision:
    """The decision; keys that the emulator does not know are absent from its requests."""
    decision = policies.decide(request)
    for _attempt in range(8):
        if decision.decision != UNKNOWN:
            return decision
        absent = dict.fromkeys(decision.missing_keys)
        request = {**request, "context": {**request["context"], **absent}}
        decision = policies.decide(request)
    raise Refused("InternalError", f"The emulator cannot decide: {decision.reason}", 500)


def _message(caller: Caller, action: str, resource: str, decision: Decision, bucket: str) -> str:
    if decision.layer == "block_public_access":
        because = "because public access is prevented by the RestrictPublicBuckets setting in S3 Block Public Access"
    elif caller.arn == ANONYMOUS or _bucket(bucket)[2] not in (caller.account, None):
        return "Access Denied"  # AWS explains only to callers of the owner's account.
    else:
        because = _because(action, decision)
    return f'User: {caller.arn} is not authorized to perform: {action} on resource: "{resource}" {because}'


def _because(action: str, decision: Decision) -> str:
    article, policy = _LAYERS[decision.layer or "identity_policy"]
    if decision.decision == EXPLICIT_DENY:
        return f"with an explicit deny in {article} {policy}"
    return f"because no {policy} allows the {action} action"


def _refused_control(service: str, caller: Caller, action: str, resource: str, decision: Decision) -> Refused:
    because = _because(action, decision)
    message = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource} {because}"
    if service == "ec2":
        return Refused("UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403)
    if service in JSON_SERVICES:
        return Refused("AccessDeniedException", message, 400)
    return Refused("AccessDenied", message, 403)
