# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random documents, claims over them, and requests near their constants.

Constants come from a few pools that documents and requests share, so that they meet. Half of the documents compare keys
of one family only: keys that follow from each other are where a wrong proof would hide.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.request import Request
from ansible_collections.perimeter.s3.plugins.module_utils._policy.proof.claim import (
    Bucket,
    Claim,
    Declaration,
    Endpoint,
    Setting,
    World,
)

Raw = dict[str, Any]
OWN, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
ORG, FOREIGN = "o-own0000000", "o-foreign000"
VPCE, PEER, STRANGE = "vpce-0aaaaaaaaaaaaaaa1", "vpce-0bbbbbbbbbbbbbbb2", "vpce-0ccccccccccccccc3"
VPC, PEER_VPC, STRANGE_VPC = "vpc-0aaaaaaaaaaaaaaa1", "vpc-0bbbbbbbbbbbbbbb2", "vpc-0ccccccccccccccc3"
ARN = "arn:aws:s3:::"
WORLD = World(
    account=OWN,
    organization=ORG,
    endpoints=(Endpoint(VPCE, VPC, OWN, "eu-central-1", ORG),),
    buckets=(Bucket("bk1", OWN), Bucket("bk2", OWN)),
)

ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:*",
    "s3:Get*",
    "s3:ListBucket",
    "s3:DeleteObject",
    "s3:*Object",
    "s3:PutBucketPolicy",
    "s3:?etObject",
]
RESOURCES = [
    f"{ARN}bk1",
    f"{ARN}bk1/*",
    f"{ARN}bk1/logs/*",
    f"{ARN}bk1/logs/a",
    f"{ARN}bk2",
    f"{ARN}bk2/*",
    f"{ARN}b*",
    "*",
    f"{ARN}*/x",
    f"{ARN}bk?/logs/*",
]
VARIABLE_RESOURCES = [
    f"{ARN}bk1/${{aws:username}}/*",
    f"{ARN}bk1/${{aws:PrincipalTag/team}}",
    f"{ARN}b-${{aws:PrincipalAccount}}/*",
]
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": OWN},
    {"AWS": OTHER},
    {"AWS": [f"arn:aws:iam::{OWN}:role/app"]},
    {"AWS": f"arn:aws:iam::{OWN}:user/alice"},
    {"AWS": f"arn:aws:sts::{OWN}:assumed-role/app/s1"},
    {"AWS": f"arn:aws:iam::{OTHER}:root"},
    {"Service": "logging.s3.amazonaws.com"},
    {"Service": ["cloudtrail.amazonaws.com", "logging.s3.amazonaws.com"]},
]
TEXT = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"]
ARNS = ["ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringNotEquals"]
ADDRESSES = ["IpAddress", "NotIpAddress"]
NUMBERS = ["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals"]
DATES = ["DateLessThan", "DateGreaterThan"]
SETS = [
    "ForAnyValue:StringEquals",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
    "ForAllValues:StringLike",
]
#: Key -> operators, and values of policies.
CONDITIONS: dict[str, tuple[list[str], list[str]]] = {
    "aws:SourceVpce": (TEXT, [VPCE, PEER, "vpce-0a*", "vpce-*"]),
    "aws:SourceVpc": (TEXT, [VPC, PEER_VPC, "vpc-0a*"]),
    "aws:SourceVpcArn": (
        ARNS,
        [
            f"arn:aws:ec2:eu-central-1:{OWN}:vpc/{VPC}",
            f"arn:aws:ec2:*:{OTHER}:vpc/*",
            f"arn:aws:ec2:*:*:vpc/{PEER_VPC}",
        ],
    ),
    "aws:VpceAccount": (TEXT, [OWN, OTHER]),
    "aws:VpceOrgID": (TEXT, [ORG, FOREIGN]),
    "aws:VpceOrgPaths": (SETS, [f"{ORG}/r-a/*", f"{FOREIGN}/*", f"{ORG}/r-a/ou-1/"]),
    "aws:PrincipalArn": (
        ARNS,
        [
            f"arn:aws:iam::{OWN}:role/app",
            f"arn:aws:iam::{OWN}:role/*",
            "arn:aws:iam::*:user/alice",
            f"arn:aws:iam::{OTHER}:*",
            "arn:aws:iam::*:role/adm*",
        ],
    ),
    "aws:PrincipalAccount": (TEXT, [OWN, OTHER]),
    "aws:PrincipalOrgID": (TEXT, [ORG, FOREIGN]),
    "aws:PrincipalOrgPaths": (SETS, [f"{ORG}/r-a/*", f"{FOREIGN}/*", "o-*/r-a/ou-1/*"]),
    "aws:PrincipalType": (TEXT, ["User", "AssumedRole", "Account", "Anonymous"]),
    "aws:username": (TEXT, ["alice", "a*"]),
    "aws:userid": (TEXT, ["AROAAPP00000000:*", OWN, "*:s1", "AIDAALICE0000000"]),
    "aws:SourceIp": (ADDRESSES, ["10.0.0.0/8", "203.0.113.0/24", "203.0.113.7/32", "2001:db8::/32"]),
    "aws:SecureTransport": (["Bool"], ["true", "false"]),
    "s3:TlsVersion": (NUMBERS, ["1.2", "1.3"]),
    "aws:SourceAccount": (TEXT, [OWN, OTHER]),
    "aws:SourceArn": (
        ARNS,
        [f"{ARN}bk1", f"arn:aws:cloudtrail:eu-central-1:{OWN}:trail/t", f"arn:aws:*:*:{OTHER}:*"],
    ),
    "aws:SourceOrgID": (TEXT, [ORG, FOREIGN]),
    "aws:SourceOrgPaths": (SETS, [f"{ORG}/*", f"{FOREIGN}/r-a/*"]),
    "aws:PrincipalIsAWSService": (["Bool"], ["true", "false"]),
    "aws:PrincipalServiceName": (TEXT, ["logging.s3.amazonaws.com", "*.amazonaws.com"]),
    "aws:ViaAWSService": (["Bool"], ["true", "false"]),
    "aws:CalledVia": (SETS, ["athena.amazonaws.com", "glue.amazonaws.com"]),
    "aws:CalledViaFirst": (TEXT, ["athena.amazonaws.com"]),
    "aws:CalledViaLast": (TEXT, ["athena.amazonaws.com", "glue.amazonaws.com"]),
    "s3:prefix": (TEXT, ["logs/", "logs/*", "", "home/${aws:username}/*"]),
    "aws:PrincipalTag/team": (TEXT, ["red", "r*", "blue"]),
    "aws:CurrentTime": (DATES, ["2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
    "aws:EpochTime": (DATES, ["1780272000", "1798761600"]),
    "aws:MultiFactorAuthPresent": (["Bool"], ["true", "false"]),
    "aws:MultiFactorAuthAge": (NUMBERS, ["3600"]),
    "aws:ResourceAccount": (TEXT, [OWN, OTHER]),
    "s3:ResourceAccount": (TEXT, [OWN, OTHER]),
    "aws:ResourceOrgID": (TEXT, [ORG, FOREIGN]),
    "s3:x-amz-acl": (TEXT, ["public-read", "bucket-owner-*"]),
}
#: Keys that are tied to each other.
FAMILIES = [
    ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"],
    ["aws:SourceVpce", "aws:SourceVpc", "aws:SourceVpcArn", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"],
    ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:PrincipalArn"],
    ["aws:PrincipalArn", "aws:username", "aws:userid", "aws:PrincipalType", "aws:PrincipalAccount"],
    ["aws:SecureTransport", "s3:TlsVersion"],
    ["aws:CurrentTime", "aws:EpochTime"],
    ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ViaAWSService"],
    ["aws:ResourceAccount", "s3:ResourceAccount", "aws:ResourceOrgID", "aws:PrincipalAccount"],
    ["aws:PrincipalServiceName", "aws:PrincipalIsAWSService", "aws:SourceAccount", "aws:SourceArn"],
]


def _some(rng: random.Random, pool: list[Any], most: int) -> list[Any]:
    return rng.sample(pool, rng.randint(1, min(most, len(pool))))


def condition(rng: random.Random, keys: list[str], variables: bool = True) -> Raw:
    block: Raw = {}
    for _turn in range(rng.choice([0, 1, 1, 1, 2, 2, 3])):
        key = rng.choice(keys)
        operators, values = CONDITIONS[key]
        if rng.random() < 0.1:
            block.setdefault("Null", {})[key] = rng.choice(["true", "false"])
            continue
        operator = rng.choice(operators)
        values = [value for value in values if variables or "${" not in value]
        if rng.random() < 0.25 and not operator.startswith("For"):
            operator += "IfExists"
        block.setdefault(operator, {})[key] = rng.choice(values) if operators == ["Bool"] else _some(rng, values, 3)
    return block


def statement(rng: random.Random, effect: str, keys: list[str], number: int = 0, variables: bool = True) -> Raw:
    found: Raw = {"Sid": f"S{number}", "Effect": effect}
    if effect == "Deny" and rng.random() < 0.1:
        found["NotPrincipal"] = {"AWS": [OWN, f"arn:aws:iam::{OWN}:role/app"]}
    else:
        found["Principal"] = rng.choice(PRINCIPALS) if effect == "Allow" or rng.random() < 0.4 else "*"
    found["NotAction" if rng.random() < 0.15 else "Action"] = _some(rng, ACTIONS, 2)
    pool = RESOURCES + (VARIABLE_RESOURCES if variables and rng.random() < 0.2 else [])
    found["NotResource" if rng.random() < 0.1 else "Resource"] = _some(rng, pool, 3)
    block = condition(rng, keys, variables)
    return {**found, "Condition": block} if block else found


def document(
    rng: random.Random, most: int, effects: str = "AD", keys: list[str] | None = None, variables: bool = True
) -> Raw:
    if keys is None:
        keys = rng.choice(FAMILIES) if rng.random() < 0.5 else list(CONDITIONS)
    names = {"A": "Allow", "D": "Deny"}
    statements = [
        statement(rng, names[rng.choice(effects)], keys, number, variables) for number in range(rng.randint(1, most))
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def claim(rng: random.Random, variables: bool = True) -> Claim:
    """A claim of one of five kinds."""
    kind = rng.choice(["nothing else", "no new access", "confined", "never", "declared"])
    bucket = document(rng, 4, variables=variables)
    endpoints = {VPCE: document(rng, 3, variables=variables)} if rng.random() < 0.7 else {}
    declared = Declaration(document(rng, 3, variables=variables)["Statement"])
    if kind == "nothing else":
        return Claim(kind, Setting({"bucket": bucket}, endpoints), declared, WORLD)
    if kind == "confined":
        given = Setting({}, {VPCE: document(rng, 3, variables=variables)})
        return Claim(kind, given, declared, WORLD, through=(VPCE,))
    if kind == "never":
        within = Declaration(document(rng, 1, "A", variables=variables)["Statement"])
        return Claim(kind, Setting({"bucket": bucket}, endpoints), None, WORLD, within)
    keys = rng.choice(FAMILIES)
    if kind == "declared":
        one = document(rng, 2, keys=keys, variables=variables)
        other = (
            _edited(rng, one, keys, variables)
            if rng.random() < 0.5
            else document(rng, 2, keys=keys, variables=variables)
        )
        return Claim(kind, Declaration(one["Statement"]), Declaration(other["Statement"]), WORLD)
    return Claim(
        kind,
        Setting({"bucket": _edited(rng, bucket, keys, variables)}, endpoints),
        Setting({"bucket": bucket}, endpoints),
        WORLD,
    )


def _edited(rng: random.Random, given: Raw, keys: list[str], variables: bool) -> Raw:
    """A document with one statement, or its condition, another one."""
    found = copy.deepcopy(given)
    place = rng.randrange(len(found["Statement"]))
    if rng.random() < 0.5:
        found["Statement"][place] = statement(rng, rng.choice(["Allow", "Deny"]), keys, place, variables)
        return found
    found["Statement"][place].pop("Condition", None)
    block = condition(rng, keys, variables)
    if block:
        found["Statement"][place]["Condition"] = block
    return found


_SIGNING = [
    f"arn:aws:sts::{OWN}:assumed-role/app/s1",
    f"arn:aws:sts::{OWN}:assumed-role/app/s2",
    f"arn:aws:sts::{OWN}:assumed-role/admin/s1",
    f"arn:aws:iam::{OWN}:user/alice",
    f"arn:aws:iam::{OWN}:user/bob",
    f"arn:aws:iam::{OWN}:root",
    f"arn:aws:iam::{OTHER}:root",
    f"arn:aws:iam::{OTHER}:user/alice",
    f"arn:aws:sts::{OTHER}:assumed-role/app/s1",
    f"arn:aws:sts::{OWN}:federated-user/fed",
    f"arn:aws:iam::{THIRD}:root",
]
_SERVICES = ["logging.s3.amazonaws.com", "cloudtrail.amazonaws.com", "x.amazonaws.com"]
_OF_BUCKETS = ["s3:ListBucket", "s3:PutBucketPolicy", "s3:GetBucketPolicy"]
_OF_OBJECTS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectAcl", "s3:GetNewThing"]
_KEYS = ["/logs/a", "/logs/b", "/x", "/alice", "/alice/f", "/bob/f", "/red", "/other/y", "/logs/x"]
_CHAINS = [
    ["athena.amazonaws.com"],
    ["glue.amazonaws.com"],
    ["athena.amazonaws.com", "glue.amazonaws.com"],
    ["glue.amazonaws.com", "athena.amazonaws.com"],
    ["x.amazonaws.com"],
]
_TIMES = [
    ("2026-01-01T00:00:00Z", "1767225600"),
    ("2026-06-01T00:00:00Z", "1780272000"),
    ("2026-08-01T00:00:00Z", "1785542400"),
    ("2027-02-01T00:00:00Z", "1801440000"),
]


def request(rng: random.Random) -> Raw:
    """A request of which every key of the pools is known, so that all documents decide it."""
    pick = rng.choice
    who = pick(["anonymous", *_SIGNING, *_SIGNING, *_SERVICES])
    service, signs = who in _SERVICES, who in _SIGNING
    account = who.split(":")[4] if signs else ""
    action = pick(_OF_BUCKETS + _OF_OBJECTS)
    bucket = pick(["bk1", "bk1", "bk2", "bkz", f"b-{OWN}", "other"])
    made: Raw = {"principal": who, "action": action}
    made["resource"] = f"{ARN}{bucket}" + ("" if action in _OF_BUCKETS else pick(_KEYS))
    context: Raw = {"aws:MultiFactorAuthPresent": None, "aws:MultiFactorAuthAge": None}
    secure = "true" if rng.random() < 0.75 else "false"
    context["aws:SecureTransport"] = None if service and rng.random() < 0.4 else secure
    secured = context["aws:SecureTransport"] == "true"
    context["s3:TlsVersion"] = pick(["1.0", "1.2", "1.3"]) if secured else None
    _path(rng, made, context, service, signs)
    if signs:
        _of_caller(rng, who, account, context)
    if service:
        _of_service(rng, context)
    carries_prefix = action in ("s3:ListBucket", "s3:GetNewThing")
    context["s3:prefix"] = (
        pick(["logs/", "logs/a", "", "home/alice/x", "home/bob/x", "zz", None]) if carries_prefix else None
    )
    carries_acl = action in ("s3:PutObject", "s3:GetNewThing")
    context["s3:x-amz-acl"] = (
        pick(["public-read", "bucket-owner-full-control", "private", None]) if carries_acl else None
    )
    context["aws:CurrentTime"], context["aws:EpochTime"] = pick(_TIMES)
    owner = OWN if bucket in ("bk1", "bk2") else pick([OWN, OTHER, THIRD])
    context["aws:ResourceAccount"] = context["s3:ResourceAccount"] = owner
    context["aws:ResourceOrgID"] = ORG if owner == OWN else pick([ORG, FOREIGN, None])
    return {**made, "context": context}


def _path(rng: random.Random, made: Raw, context: Raw, service: bool, signs: bool) -> None:
    pick, chance = rng.choice, rng.random()
    if service or (signs and chance > 0.85):
        context["aws:SourceIp"] = None
        made.update({"through": "internet"} if service else {"called_via": pick(_CHAINS)})
    elif chance < 0.35:
        made["through"] = "internet"
        context["aws:SourceIp"] = pick(["10.1.2.3", "203.0.113.7", "203.0.113.9", "8.8.8.8", "2001:db8::1", "2002::1"])
    else:
        own = {"vpce": VPCE, "vpc": VPC, "account": OWN, "org": ORG}
        account = pick([OWN, OTHER])
        org = ORG if account == OWN else pick([ORG, FOREIGN, None])
        peer = {"vpce": PEER, "vpc": pick([VPC, PEER_VPC]), "account": account, "org": org}
        strange = {"vpce": STRANGE, "vpc": pick([STRANGE_VPC, VPC]), "account": account, "org": org}
        made["through"] = {**pick([own, own, peer, strange]), "region": "eu-central-1"}
        if made["through"]["org"]:
            context["aws:VpceOrgPaths"] = made["through"]["org"] + pick(["/r-a/", "/r-a/ou-1/", "/r-b/"])


def _of_caller(rng: random.Random, who: str, account: str, context: Raw) -> None:
    pick = rng.choice
    organization = ORG if account == OWN else pick([ORG, FOREIGN, None])
    context["aws:PrincipalOrgID"] = organization
    context["aws:PrincipalOrgPaths"] = organization and organization + pick(["/r-a/", "/r-a/ou-1/", "/r-b/"])
    context["aws:PrincipalTag/team"] = None if who.endswith(":root") else pick(["red", "blue", "rose", None])
    context["aws:MultiFactorAuthPresent"] = pick(["true", "false", None])
    context["aws:MultiFactorAuthAge"] = pick(["100", "3600", "9000", None])
    if "assumed-role" in who:
        name, session = who.split("/")[1:]
        context["aws:PrincipalArn"] = f"arn:aws:iam::{account}:role/{pick(['', 'path/'])}{name}"
        context["aws:userid"] = f"{pick(['AROAAPP00000000', 'AROAXYZ00000000'])}:{session}"
    elif ":user/" in who:
        context["aws:userid"] = pick(["AIDAALICE0000000", "AIDABOB000000000"])
    elif "federated" in who:
        context["aws:userid"] = f"{account}:fed"


def _of_service(rng: random.Random, context: Raw) -> None:
    pick = rng.choice
    context.update(dict.fromkeys(("aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid", "aws:PrincipalType")))
    account = pick([OWN, OTHER])
    trail = f"arn:aws:cloudtrail:eu-central-1:{account}:trail/t"
    context["aws:SourceArn"] = pick([None, f"{ARN}bk1", f"{ARN}zz", trail])
    given = pick([account, None]) if context["aws:SourceArn"] == trail else pick([OWN, OTHER, None])
    context["aws:SourceAccount"] = given
    organization = pick([ORG, None]) if given == OWN else pick([ORG, FOREIGN, None])
    context["aws:SourceOrgID"] = organization
    context["aws:SourceOrgPaths"] = organization and organization + pick(["/r-a/", "/r-b/"])


def requests(rng: random.Random, count: int) -> list[tuple[Request, str | None]]:
    """Requests, each with the endpoint that it comes through."""
    found = []
    for _turn in range(count):
        raw = request(rng)
        through = raw.get("through")
        found.append((Request.from_mapping(raw), through["vpce"] if isinstance(through, dict) else None))
    return found
