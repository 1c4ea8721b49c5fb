# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options that say who has to stay able to manage something, and where from, checked before AWS is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._policy.evaluation.request import Request
from .._policy.language.arns import ACCOUNT, bucket_arn, parse_arn
from .._policy.language.errors import Problem, RequestError
from .._policy.language.principals import read_caller


def guard_problems(given: Mapping[str, Any], partition: str) -> Iterator[Problem]:
    """What is wrong with the options that say who has to stay able to manage something, and where from.

    They are those of requests, so a request with them is what finds out.
    """
    owner = given.get("expected_bucket_owner")
    for index, name in enumerate(given.get("protected_principals") or ()):
        place = f"protected_principals[{index}]"
        caller = read_caller(str(name), partition)
        if caller is None or not caller.signs:
            yield Problem(
                place,
                f"{name!r} is not somebody who can manage a policy.",
                "Give the ARN of a user, a role, a session or the root user.",
            )
        elif caller.partition != partition:
            yield Problem(place, f"{name!r} is of the partition {caller.partition}, not {partition}.")
        elif owner is not None and caller.account != owner:
            yield Problem(
                place,
                f"{name!r} is not of the bucket's account {owner}, and only its own account manages a bucket's policy.",
                "Name principals of that account.",
            )
    if given.get("protected_principals") is None and "arriving_through" not in given and "request_context" not in given:
        return
    request = {
        "principal": _asking(given.get("request_context"), partition, owner),
        "action": "s3:GetBucketPolicy",
        "resource": bucket_arn("any", partition),
        "through": given.get("arriving_through"),
        "context": given.get("request_context"),
    }
    try:
        Request.from_mapping({key: value for key, value in request.items() if value is not None})
    except RequestError as error:
        for problem in error.problems:
            named = "request_context" if problem.path.startswith("context") else "arriving_through"
            yield Problem(problem.path.replace(problem.path.partition(".")[0], named, 1), problem.rule, problem.remedy)


def _asking(context: Any, partition: str, owner: str | None) -> str:
    """Somebody for whom the request can be: a session of the role whose ARN the context tells, if it tells one."""
    account, role = owner or "111122223333", "any"
    for key, value in context.items() if isinstance(context, Mapping) else ():
        arn = parse_arn(value) if str(key).lower() == "aws:principalarn" and isinstance(value, str) else None
        if arn is not None and arn.resource.startswith("role/") and ACCOUNT.fullmatch(arn.account):
            account, role = arn.account, arn.resource.rpartition("/")[2]
    return f"arn:{partition}:sts::{account}:assumed-role/{role}/any"
