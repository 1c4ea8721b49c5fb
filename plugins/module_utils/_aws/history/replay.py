# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of access_replay to what it returns."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

from ..._plan.errors import Refusal
from ..._plan.history.tally import Tally
from ..._plan.replay.input import check_ignored, read_evidence, read_moment
from ..._plan.replay.page import often, page_of
from ..._plan.replay.result import SHOWN, Result, replay
from ..._plan.replay.setting import Setting, Side, read_setting
from ..._plan.replay.verdict import LOSES, OPEN
from ..._policy.language.document import Raw, load
from ..._policy.language.errors import PolicyError
from ..api import ec2, s3
from ..api.errors import CallError
from ..api.pace import Pace, drive
from ..api.s3_errors import BucketError
from ..bucket.read import read_policy
from ..module import Session, reported, warn_user
from .evidence import in_directory, parts_of
from .parallel import read_all

NEVER = "never"
ACCESS_REPLAY_OPTIONS: dict[str, dict[str, Any]] = {
    "evidence": {"type": "list", "elements": "raw", "required": True},
    "chdir": {"type": "path"},
    "planned_bucket_policies": {"type": "dict", "default": {}},
    "planned_endpoint_policies": {"type": "dict", "default": {}},
    "current_bucket_policies": {"type": "dict", "default": {}},
    "current_endpoint_policies": {"type": "dict", "default": {}},
    "endpoints": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "id": {"type": "str", "required": True},
            "vpc": {"type": "str"},
            "account": {"type": "str"},
            "region": {"type": "str"},
            "org": {"type": "str"},
        },
    },
    "resource_accounts": {"type": "dict", "default": {}},
    "organization": {
        "type": "dict",
        "options": {
            "id": {"type": "str", "required": True},
            "accounts": {"type": "list", "elements": "str", "required": True},
        },
    },
    "own_addresses": {"type": "list", "elements": "str", "default": []},
    "networks": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"cidr": {"type": "str", "required": True}, "endpoint": {"type": "str", "required": True}},
    },
    "since": {"type": "str"},
    "until": {"type": "str"},
    "minimum_days": {"type": "int", "default": 0},
    "ignore": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "principal": {"type": "str"},
            "action": {"type": "str"},
            "bucket": {"type": "str"},
            "through": {"type": "str"},
            "reason": {"type": "str", "required": True},
        },
    },
    "declaration": {"type": "dict", "default": {}},
    "fail_on": {"type": "str", "choices": [NEVER, LOSES, OPEN], "default": NEVER},
    "allow_no_evidence": {"type": "bool", "default": False},
    "shown": {"type": "int", "default": SHOWN},
    "read_missing": {"type": "bool", "default": True},
}

#: How many buckets are read at the same time.
_WORKERS = 16
#: How many losses a message names.
_NAMED = 10


def run_access_replay(module: Any) -> None:
    """Replay the evidence of the task, and leave the module."""
    options = module.params
    session = Session(module)
    with reported(module, session):
        evidence = in_directory(read_evidence(options["evidence"]), options["chdir"])
        check_ignored(options["ignore"])
        since = read_moment(options["since"], "since")
        until = read_moment(options["until"], "until", whole_day=True)
        if since is not None and until is not None and since >= until:
            raise Refusal("until", "It is not after since.", "Give a later one.")
        warnings: list[str] = []
        setting = read_setting(options)
        if options["read_missing"]:
            setting = _with_policies(session, setting, warnings)
            setting = _with_endpoints(session, setting, warnings)
        distinctions = setting.distinctions()
        tally = Tally(since, until)
        client = cache(lambda: session.client("s3"))
        read_all(parts_of(evidence, client, since, until, tally.empty), distinctions, tally, client)
        tally.finish()
        result = replay(
            tally,
            setting,
            distinctions,
            options["ignore"],
            minimum_days=options["minimum_days"],
            declaration=options["declaration"],
        )
        found = result.as_dict(options["shown"])
        warn_user(warnings)
        refused = _refused(result, options)
        answer = {"changed": False, **found, "page": page_of(found)}
        if refused:
            module.fail_json(msg=refused, **answer)
        module.exit_json(**answer)


def _refused(result: Result, options: dict[str, Any]) -> str:
    """Why the task fails, if it does: what is lost, and what is not known to be safe."""
    if options["fail_on"] == NEVER:
        return ""
    names = [LOSES, *([OPEN] if options["fail_on"] == OPEN else [])]
    number = sum(result.summary[name] for name in names)
    said = []
    if number:
        shown = result.classes(names, _NAMED)[:_NAMED]
        lines = [
            f"- {one['principal']} {one['action']} {one['bucket']} ({often(one)}): "
            f"{one['remedy']['text'] if 'remedy' in one else one['reason']}"
            for one in shown
        ]
        more = [f"- and {number - len(lines)} more"] if number > len(lines) else []
        verb = "stop" if options["fail_on"] == LOSES else "stop or cannot be decided"
        said.append(
            "\n".join([f"Recorded accesses of {number} {'kind' if number == 1 else 'kinds'} {verb}:", *lines, *more])
        )
    uncovered = result.uncovered()
    if uncovered and not options["allow_no_evidence"]:
        said.append(
            f"There is no evidence of who uses {', '.join(uncovered)}, so that nobody knows who loses access. Give "
            "evidence of data events, or set allow_no_evidence."
        )
    return "\n".join(said)


def _with_policies(session: Session, setting: Setting, warnings: list[str]) -> Setting:
    """The setting with the live policies of planned buckets that were not supplied. What may not be read is unknown."""
    names = [name for name in setting.planned.buckets if name not in setting.current.buckets]
    if not names:
        return setting
    client = s3.once_only(session.client("s3"))
    account = session.caller.account
    found: dict[str, Raw | None] = dict(setting.current.buckets)
    owners = dict(setting.owners)
    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(names))) as pool:
        for name, policy in zip(
            names, pool.map(lambda name: _read(client, name, owners.get(name, account)), names), strict=True
        ):
            if isinstance(policy, Exception):
                warnings.append(f"The policy of bucket {name} is taken for unknown. {policy}")
                continue
            found[name] = policy
            owners.setdefault(name, account)
    return replace(setting, current=Side(found, setting.current.endpoints), owners=owners)


def _read(client: Any, bucket: str, owner: str) -> Raw | Exception | None:
    try:
        return drive(read_policy(client, bucket, owner, Pace()))
    except (BucketError, PolicyError) as error:
        return error


def _with_endpoints(session: Session, setting: Setting, warnings: list[str]) -> Setting:
    """The setting with the endpoints of S3 that the Region has, and the policies of those that are planned."""
    names = [name for name in setting.planned.endpoints if name not in setting.current.endpoints]
    if setting.endpoints and not names:
        return setting
    try:
        found = list(_endpoints(session))
    except CallError as error:
        warnings.append(f"Endpoints are taken for unknown. {error}")
        return setting
    known = {str(one["VpcEndpointId"]): one for one in found}
    policies: dict[str, Raw | None] = dict(setting.current.endpoints)
    for name in names:
        if name not in known:
            warnings.append(
                f"The policy of endpoint {name} is taken for unknown: it is not in this account and region."
            )
            continue
        text = known[name].get("PolicyDocument")
        policies[name] = load(text, f"policy of endpoint {name}") if text else None
    region = session.client("ec2").meta.region_name
    parts = {
        name: {"vpc": one.get("VpcId"), "account": one.get("OwnerId"), "region": region} for name, one in known.items()
    }
    endpoints = {name: {key: value for key, value in one.items() if value} for name, one in parts.items()}
    return replace(
        setting,
        current=Side(setting.current.buckets, policies),
        endpoints={**endpoints, **setting.endpoints},
    )


def _endpoints(session: Session) -> Iterable[dict[str, Any]]:
    client = session.client("ec2")
    names = [f"com.amazonaws.{client.meta.region_name}.s3", f"cn.com.amazonaws.{client.meta.region_name}.s3"]
    return ec2.find_vpc_endpoints(client, (), [{"Name": "service-name", "Values": names}])
