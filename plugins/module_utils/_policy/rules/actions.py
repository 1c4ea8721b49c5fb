# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Rules about what a statement lets or forbids to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ..language.document import Statement
from ..language.errors import Problem
from ..language.vocabulary import (
    BUCKET,
    OBJECT,
    expand_action,
    resource_types_of,
)
from .api_calls import actions_of_call
from .resources import (
    ANYTHING,
    Scope,
    resource_types,
)

_SERVICES_OF_ENDPOINT = ("s3", "s3express", "s3tables", "s3-object-lambda", "s3-outposts")


def actions_of_buckets(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, action in _actions(statement):
        if action != "*" and _service(action) != "s3":
            yield Problem(
                path,
                f"Policy has invalid action: {action!r} is not an action of S3.",
                "A bucket policy holds actions such as 's3:GetObject'; keys of KMS have a policy of their own.",
            )


def actions_are_of_s3(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, action in _actions(statement):
        if action != "*" and _service(action) not in _SERVICES_OF_ENDPOINT:
            yield Problem(path, f"No request for {action!r} comes through an endpoint of S3.", "Remove the action.")


def actions_are_known(statement: Statement, scope: Scope) -> Iterator[Problem]:
    for path, action in _actions(statement):
        if _service(action) == "s3" and not expand_action(action):
            taken = actions_of_call(action)
            if taken:
                wanted = " and ".join(map(repr, taken))
                yield Problem(path, f"{action!r} is a call of S3, not an action.", f"The call takes {wanted}.")
                continue
            names = {known.name.lower(): known.name for known in expand_action("s3:*")}
            near = difflib.get_close_matches(action.lower(), names, cutoff=0.75)
            remedy = f"Did you mean {names[near[0]]!r}?" if near else "S3 refuses it if it does not know it either."
            yield Problem(path, f"{action!r} is not a known action of S3.", remedy)


def actions_apply(statement: Statement, scope: Scope) -> Iterator[Problem]:
    """Each action needs a resource of a type that it is for, in the same statement."""
    present = resource_types(statement)
    if present is None or ANYTHING in present:
        return
    for action in statement.actions or ():
        wanted = resource_types_of(action)
        if expand_action(action) and not wanted & present:
            yield Problem(
                f"{statement.path}.Action",
                f"Action does not apply to any resource(s) in statement: {action!r} is {_about(wanted)}.",
                _remedy(wanted, scope),
            )


def _about(wanted: frozenset[str]) -> str:
    if not wanted:
        return "about the account as a whole"
    names = {BUCKET: "the bucket itself", OBJECT: "objects"}
    found = [names[kind] for kind in (BUCKET, OBJECT) if kind in wanted]
    return f"about {' and '.join(found)}" if found else f"about a resource of the type {', '.join(sorted(wanted))}"


def _remedy(wanted: frozenset[str], scope: Scope) -> str:
    bucket = scope.bucket or "bucket"
    partition = scope.partition or "aws"
    if BUCKET in wanted:
        return f"Add the bucket's ARN, 'arn:{partition}:s3:::{bucket}', to Resource."
    if OBJECT in wanted:
        return f"Add the objects' ARN, 'arn:{partition}:s3:::{bucket}/*', to Resource."
    if scope.bucket:
        return "It cannot stand in the policy of a bucket: grant it by a policy of the identity."
    return "Give it a statement of its own with the Resource '*'."


def _actions(statement: Statement) -> Iterator[tuple[str, str]]:
    for element, actions in (("Action", statement.actions), ("NotAction", statement.not_actions)):
        for action in actions or ():
            yield f"{statement.path}.{element}", action


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
