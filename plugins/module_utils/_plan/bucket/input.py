# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of one bucket, checked before anything is asked of AWS, as a :class:`Declaration`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._policy.building.perimeter import NETWORK_SID
from ..._policy.building.sharing import Terms, read_exceptions
from ..._policy.language.arns import bucket_arn
from ..._policy.language.document import VERSIONS, Raw, load, parse
from ..._policy.language.errors import PolicyError, Problem
from ..._policy.rules.validate import (
    validate_bucket_policy,
    warn_bucket_policy,
)
from .names import bucket_problems, owner_problems
from .plan import Declaration

#: The options that say who has to stay able to manage a policy, and where from.
GUARDED = ("protected_principals", "arriving_through", "request_context")

#: The options that go with peers.
SHARING = ("accepted_exceptions", "exclusive")


def declare(options: Mapping[str, Any], partition: str, passed: set[str] | None = None) -> Declaration:
    """The declaration that the options of one bucket stand for.

    ``options`` has ``bucket`` and any of ``state``, ``policy`` (mapping or JSON text), ``statements`` (list of
    mappings), ``sids``, ``purge_statements``, ``drop_deleted_principals``, ``peers``, ``accepted_exceptions``,
    ``exclusive``, ``restore``, ``expected_bucket_owner`` and the options of the guards; ``None`` is as good as missing.

    :param partition: the partition of the bucket's ARNs, such as ``aws-us-gov``.
    :param passed: documents that nothing speaks against, without the ARN of their bucket: those of other buckets that
        differ in nothing else need not be looked at. What passes is added.
    :raises PolicyError: with everything that is wrong with them.
    """
    bucket = options["bucket"]
    given = {name: value for name, value in options.items() if value is not None}
    problems = [
        *bucket_problems(bucket),
        *owner_problems(given),
        *_option_problems(given),
        *_guard_problems(given, partition),
    ]
    if problems:
        raise PolicyError(problems, f"options of bucket {bucket}")
    policy = load(given["policy"], f"policy of bucket {bucket}") if "policy" in given else None
    statements = tuple(dict(one) for one in given["statements"]) if "statements" in given else None
    state = given.get("state", "present")
    restore = bool(given.get("restore"))
    warnings: tuple[str, ...] = ()
    if state == "present":
        alike = repr((policy, statements)).replace(bucket_arn(bucket, partition), "\0")
        passed = set() if passed is None else passed
        if alike not in passed:
            warnings = tuple(_checked(bucket, policy, statements, partition, restore))
            if not warnings:
                passed.add(alike)
    return Declaration(
        bucket=bucket,
        state=state,
        policy=policy,
        statements=statements,
        sids=tuple(given.get("sids", ())),
        purge_statements=given.get("purge_statements", False),
        drop_deleted_principals=given.get("drop_deleted_principals", False),
        sharing=_terms(given),
        restore=restore,
        warnings=warnings,
    )


def _option_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    statements, sids = given.get("statements"), given.get("sids", ())
    present = given.get("state", "present") == "present"
    if "policy" in given and ("statements" in given or sids):
        other = "statements" if "statements" in given else "sids"
        yield Problem(
            "policy",
            f"policy owns the whole document and {other} owns single statements: they exclude each other.",
            "Give the whole document, or only the statements that are yours.",
        )
    if present and "policy" not in given and "statements" not in given:
        yield Problem(
            "",
            "Nothing says what the policy shall be.",
            "Give policy or statements; to remove a policy or statements of it, say state=absent.",
        )
    sharing = [name for name in SHARING if given.get(name)]
    if ("peers" in given or sharing) and not any(
        one.get("Sid") == NETWORK_SID for one in statements or [] if isinstance(one, Mapping)
    ):
        yield Problem(
            "peers" if "peers" in given else sharing[0],
            f"None of the statements is the perimeter's ({NETWORK_SID}), which declarations share.",
            "Make the statements with the filter perimeter.s3.bucket_perimeter.",
        )
    elif sharing and "peers" not in given:
        yield Problem(
            sharing[0],
            "Nothing says that the perimeter is shared with other declarations.",
            "Give peers as well; an empty list says that there are none.",
        )
    if given.get("purge_statements") and (not present or "statements" not in given):
        yield Problem("purge_statements", "Purging goes with state=present and statements only.")
    elif given.get("purge_statements") and not statements:
        yield Problem(
            "statements",
            "An empty list with purge_statements would remove the whole policy.",
            "If that is what you want, say state=absent without statements.",
        )
    if given.get("restore") and "policy" not in given and present:
        yield Problem(
            "restore",
            "Only a whole policy can have been in force.",
            "Give it as policy, or leave restore out.",
        )
    if not present and statements == [] and not sids:
        yield Problem(
            "statements",
            "An empty list with state=absent names nothing to remove.",
            "Leave statements out to remove the whole policy.",
        )
    for index, statement in enumerate(statements or []):
        if not isinstance(statement, Mapping):
            yield Problem(f"statements[{index}]", "A statement is a mapping.")
        elif not present and not statement.get("Sid"):
            yield Problem(
                f"statements[{index}]", "The statement has no Sid, by which it would be found.", "Give it one."
            )


def _terms(given: Mapping[str, Any]) -> Terms | None:
    if "peers" not in given:
        return None
    # Many tasks share nothing, and a module's sources are compiled in each run.
    from .peers import peers_of, read_peers

    found = peers_of(given["bucket"], read_peers(given["peers"]))
    return Terms(
        frozenset(found.confirmed),
        frozenset(found.unconfirmed),
        read_exceptions(given.get("accepted_exceptions", {})),
        bool(given.get("exclusive")),
    )


def _guard_problems(given: Mapping[str, Any], partition: str) -> Iterator[Problem]:
    if any(name in given for name in GUARDED):
        # A module's sources are compiled in each run, and few tasks say who asks.
        from ..guard_options import guard_problems

        yield from guard_problems(given, partition)


def _checked(
    bucket: str, policy: Raw | None, statements: tuple[Raw, ...] | None, partition: str, restore: bool
) -> Iterator[str]:
    """Warnings about what is ours. Statements of other owners are in force already, so AWS has taken them.

    How long it is, is for the plan to see, which knows what is in force.

    :param restore: so has AWS what is ours; what speaks against it is a warning.
    :raises PolicyError: what is ours is not valid.
    """
    name, place = ("policy", "Statement") if policy is not None else ("statements", "statements")
    document = policy if policy is not None else {"Version": VERSIONS[0], "Statement": list(statements or ())}
    if policy is None and not statements:
        return
    parsed = None
    try:
        parsed = parse(document)
        problems: Sequence[Problem] = validate_bucket_policy(parsed, bucket, partition, size=False)
    except PolicyError as error:
        problems = error.problems
    if problems and not restore:
        raise PolicyError([_placed(one, place) for one in problems], f"{name} for bucket {bucket}")
    for problem in problems:
        yield f"Bucket {bucket}: the policy that is restored would be refused as a new one. {_placed(problem, place)}"
    for problem in warn_bucket_policy(parsed, bucket, partition) if parsed is not None else ():
        yield f"Bucket {bucket}: {_placed(problem, place)}"


def _placed(problem: Problem, place: str) -> Problem:
    """``Statement[2].Action`` of the document that was made for the check is ``statements[2].Action`` of the task."""
    if not problem.path.startswith("Statement"):
        return problem
    return Problem(problem.path.replace("Statement", place, 1), problem.rule, problem.remedy)
