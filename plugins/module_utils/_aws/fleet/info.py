# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Reading the policies of many buckets, with the same pool, clients and descriptions as the run that keeps them."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..._plan.bucket.failures import failure_message
from ..._plan.bucket.names import check_bucket
from ..._plan.bucket.principals import (
    deleted_by_statement,
    labelled,
)
from ..._policy.language.errors import PolicyError
from ..api.errors import CallError
from ..api.pace import Steps, pace_of
from ..api.s3_errors import BucketError
from ..bucket.read import Live, read_live
from ..module import warn_user
from .calls import Calls
from .clients import CountedSession, RegionalClients
from .discover import (
    DISCOVER_OPTIONS,
    NONE_FOUND,
    Found,
    discover,
)
from .options import CONCURRENCY, check_fleet_options
from .pool import Fleet

INFO_OPTIONS: dict[str, dict[str, Any]] = {
    "buckets": {"type": "list", "elements": "str"},
    "discover": {"type": "dict", "options": DISCOVER_OPTIONS},
    **CONCURRENCY,
    "expected_bucket_owner": {"type": "str"},
}


def run_bucket_policy_info(module: Any) -> None:
    """Read the policies of the buckets that the options name or describe, and leave the module."""
    options = module.params
    calls = Calls()
    try:
        check_fleet_options(module, region=options["discover"] is not None)
        for bucket in options["buckets"] or ():
            check_bucket(bucket, options["expected_bucket_owner"])
        session = CountedSession(module, calls)
        regional = RegionalClients(module, calls, options["concurrency"])
        owner = options["expected_bucket_owner"] or session.caller.account
        if options["discover"] is None:
            buckets = [Found(bucket, regional.home) for bucket in options["buckets"]]
        else:
            buckets = discover(options["discover"], session, regional, owner, options["concurrency"])
            if not buckets:
                warn_user([NONE_FOUND])
    except (PolicyError, CallError) as error:
        module.fail_json(msg=str(error), policies=[])
    policies: dict[int, dict[str, Any]] = {}
    failed: dict[int, tuple[str, str]] = {}

    def finished(number: int, live: Live | None, error: Exception | None) -> bool:
        bucket = buckets[number].bucket
        if isinstance(error, BucketError | PolicyError):
            failed[number] = (bucket, str(error))
        elif error is not None:
            raise error
        elif live is not None:
            policies[number] = _told(bucket, live)
        return True

    with regional.spread([one.region for one in buckets]):
        jobs = [partial(_job, regional.at(one.region), one, owner) for one in buckets]
        Fleet(jobs, finished).run(options["concurrency"])
    told = [policies[number] for number in sorted(policies)]
    if failed:
        message = failure_message([failed[number] for number in sorted(failed)], len(buckets), 0, "")
        module.fail_json(msg=message, policies=told)
    module.exit_json(changed=False, policies=told)


def _job(client: Any, found: Found, owner: str) -> Steps[Live]:
    if found.error is not None:
        raise found.error
    return (yield from read_live(client, found.bucket, owner, pace_of(client, {})))


def _told(bucket: str, live: Live) -> dict[str, Any]:
    policy = live.policy
    return {
        "bucket": bucket,
        "region": live.region,
        "policy": policy,
        "statements": [label for label, _statement in labelled(policy)],
        "deleted_principals": {label: list(ids) for label, ids in deleted_by_statement(policy).items()},
    }
