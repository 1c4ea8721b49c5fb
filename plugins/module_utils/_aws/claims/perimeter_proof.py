# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What perimeter_proof reads from AWS where the task does not supply it, and what it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._plan.bucket.failures import MAX_LISTED, alike
from ..._plan.claims.proof_claims import Documents
from ..._plan.claims.proof_input import Asked, named_endpoints, read_claims
from ..._plan.claims.proof_report import check_documents, prove_claims, summary_of
from ..._policy.building.perimeter import ENDPOINT
from ..._policy.language.document import Raw, load
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.proof.claim import HOLDS, Endpoint
from ..module import Session, reported
from .options import SUPPLIED
from .read import read_buckets, read_endpoints

PERIMETER_PROOF_OPTIONS: dict[str, dict[str, Any]] = {
    "claims": {"type": "list", "elements": "dict", "required": True},
    **SUPPLIED,
    "endpoints": {"type": "dict", "default": {}},
    "account": {"type": "str"},
    "organization": {"type": "str"},
    "partition": {"type": "str", "default": "aws"},
}
#: Options with the policies of an organization -> their layer.
_OF_ALL = {"service_control_policies": "scp", "resource_control_policies": "rcp"}
#: What may be said of an endpoint.
_ENDPOINT_PARTS = ("vpc", "account", "region", "organization")


def run_perimeter_proof(module: Any) -> None:
    """Prove the claims of the task, and leave the module."""
    options = dict(module.params)
    session = Session(module)
    with reported(module, session):
        complete = not options["read_missing"]
        claims = read_claims(options["claims"], list(options["bucket_policies"]), options["partition"], complete)
        documents = _documents(options, claims, session)
        check_documents(documents)
        results = prove_claims(claims, documents)
        result = {"changed": False, "claims": results, "summary": summary_of(results)}
        failed = [one for one in results if one["verdict"] != HOLDS]
        if failed:
            kinds = alike((str(one["bucket"] or ""), one["message"]) for one in failed)
            said = [f"- {kind}" for kind in kinds[:MAX_LISTED]]
            if len(kinds) > MAX_LISTED:
                said.append(f"- And {len(kinds) - MAX_LISTED} more kinds: all are in claims.")
            message = f"{len(failed)} of {len(results)} claims do not hold:"
            module.fail_json(msg="\n".join([message, *said]), **result)
        module.exit_json(**result)


def _documents(options: Mapping[str, Any], claims: Iterable[Asked], session: Session) -> Documents:
    """What the task supplies, and where it may be read what it does not.

    :raises PolicyError: something of it cannot be, or cannot be read.
    """
    buckets = {str(name): _load(one, f"bucket_policies[{name}]") for name, one in options["bucket_policies"].items()}
    policies = {
        str(name): _load(one, f"endpoint_policies[{name}]") for name, one in options["endpoint_policies"].items()
    }
    owners = {str(name): str(account) for name, account in options["resource_accounts"].items()}
    regions = {str(name): str(region) for name, region in options["resource_regions"].items()}
    known = _known(options["endpoints"])
    account = options["account"]
    if options["read_missing"]:
        missing = dict.fromkeys(
            name for one in claims if not one.endpoint for name in one.buckets if name not in buckets
        )
        if missing:
            account = account or session.caller.account
            _add_buckets(session, {name: owners.get(name, account) for name in missing}, buckets, regions)
        ids = [name for name in named_endpoints(claims) if name not in policies]
        if ids:
            _add_endpoints(session, ids, policies, known)
    _check_endpoints(claims, policies)
    return Documents(
        buckets,
        policies,
        owners,
        known,
        options["partition"],
        account,
        options["organization"],
        regions,
        {layer: options[option] for option, layer in _OF_ALL.items() if options[option]},
        options["block_public_access"],
    )


def _load(value: Any, place: str) -> Raw | None:
    return None if value is None else load(value, place)


def _known(given: Mapping[str, Any]) -> dict[str, Endpoint]:
    """What the task says of endpoints.

    :raises PolicyError: with every problem.
    """
    problems: list[Problem] = []
    found = {}
    for name, parts in given.items():
        place = f"endpoints[{name}]"
        if not ENDPOINT.fullmatch(str(name)):
            problems.append(Problem(place, f"{name!r} is not the id of an endpoint.", "It begins with 'vpce-'."))
        if not isinstance(parts, Mapping) or set(parts) - set(_ENDPOINT_PARTS):
            problems.append(Problem(place, f"It is a mapping of {', '.join(_ENDPOINT_PARTS)}."))
            continue
        found[str(name)] = Endpoint(str(name), **{key: None if one is None else str(one) for key, one in parts.items()})
    if problems:
        raise PolicyError(problems, "endpoints")
    return found


def _add_buckets(
    session: Session, owners: Mapping[str, str], into: dict[str, Raw | None], regions: dict[str, str]
) -> None:
    """Read the buckets of these owners.

    :raises PolicyError: with every bucket whose policy cannot be read: nothing can be proved of it.
    """
    problems = []
    for bucket, live in read_buckets(session, list(owners), owners).items():
        if isinstance(live, Exception):
            problems.append(
                Problem(bucket, f"Its policy cannot be read. {live}", "Give it in bucket_policies, or let it be read.")
            )
            continue
        into[bucket] = live.policy
        if live.region:
            regions.setdefault(bucket, live.region)
    if problems:
        raise PolicyError(problems, "policies of the buckets")


def _add_endpoints(
    session: Session, ids: list[str], policies: dict[str, Raw | None], known: dict[str, Endpoint]
) -> None:
    """Those that AWS shows in this account and Region; others may be anybody's."""
    for name, found in read_endpoints(session, ids).items():
        text = found.get("PolicyDocument")
        policies[name] = load(text, f"policy of endpoint {name}") if text else None
        region = session.client("ec2").meta.region_name
        known.setdefault(name, Endpoint(name, found.get("VpcId"), found.get("OwnerId"), region))


def _check_endpoints(claims: Iterable[Asked], policies: Mapping[str, Any]) -> None:
    """:raises PolicyError: a claim is about an endpoint whose policy is not known."""
    problems = [
        Problem(
            f"{one.place}.endpoint",
            f"The policy of endpoint {one.endpoint} is not given, and not to be read in this account and Region.",
            "Give it in endpoint_policies (null for the default one).",
        )
        for one in claims
        if one.endpoint is not None and one.endpoint not in policies
    ]
    if problems:
        raise PolicyError(problems, "claims")
