# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The options of one bucket, checked before anything is asked of AWS, as a :class:`Declaration`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket_policy import Declaration
from ansible_collections.perimeter.s3.plugins.module_utils._policy.arns import (
    ACCOUNT,
    is_bucket_name,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.document import VERSIONS, Raw, load, parse
from ansible_collections.perimeter.s3.plugins.module_utils._policy.errors import PolicyError, Problem
from ansible_collections.perimeter.s3.plugins.module_utils._policy.perimeter import NETWORK_SID
from ansible_collections.perimeter.s3.plugins.module_utils._policy.validate import (
    validate_bucket_policy,
    warn_bucket_policy,
)

#: The options that say who has to stay able to manage a policy, and where from.
GUARDED = ("protected_principals", "arriving_through", "request_context")

# Reserved endings of names that are not general purpose buckets -> what they are, and where their policies are.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html#general-purpose-bucket-names
_OTHER_KINDS = {
    "--x-s3": (
        "a directory bucket (S3 Express One Zone)",
        "Its policy has other actions (s3express:CreateSession) and no protection by expected bucket owner; "
        "this module keeps policies of general purpose buckets only.",
    ),
    "--xa-s3": ("an access point of a directory bucket", "Name the general purpose bucket."),
    "--table-s3": ("a table bucket (S3 Tables)", "Its policy is set through the S3 Tables API."),
    "-s3alias": (
        "the alias of an access point",
        "Name the bucket behind it; access points have policies of their own.",
    ),
    "--ol-s3": ("the alias of an Object Lambda access point", "Name the bucket behind it."),
    ".mrap": ("the alias of a Multi-Region Access Point", "Name one of the buckets behind it."),
}


def declare(options: Mapping[str, Any], partition: str) -> Declaration:
    """The declaration that the options of one bucket stand for.

    ``options`` has ``bucket`` and any of ``state``, ``policy`` (mapping or JSON text), ``statements`` (list of
    mappings), ``sids``, ``purge_statements``, ``drop_deleted_principals``, ``peers``, ``expected_bucket_owner`` and the
    options of the guards; ``None`` is as good as missing.

    :param partition: the partition of the bucket's ARNs, such as ``aws-us-gov``.
    :raises PolicyError: with everything that is wrong with them.
    """
    bucket = options["bucket"]
    given = {name: value for name, value in options.items() if value is not None}
    problems = [
        *_bucket_problems(bucket),
        *_owner_problems(given),
        *_option_problems(given),
        *_guard_problems(given, partition),
    ]
    if problems:
        raise PolicyError(problems, f"options of bucket {bucket}")
    policy = load(given["policy"], f"policy of bucket {bucket}") if "policy" in given else None
    statements = tuple(dict(one) for one in given["statements"]) if "statements" in given else None
    state = given.get("state", "present")
    warnings = tuple(_checked(bucket, policy, statements, partition)) if state == "present" else ()
    return Declaration(
        bucket=bucket,
        state=state,
        policy=policy,
        statements=statements,
        sids=tuple(given.get("sids", ())),
        purge_statements=given.get("purge_statements", False),
        drop_deleted_principals=given.get("drop_deleted_principals", False),
        peers=tuple(given["peers"]) if "peers" in given else None,
        warnings=warnings,
    )


def check_bucket(bucket: str, owner: str | None) -> None:
    """For a bucket that is only read.

    :raises PolicyError: that cannot be the name of a general purpose bucket, or ``owner`` not an account.
    """
    given = {} if owner is None else {"expected_bucket_owner": owner}
    problems = [*_bucket_problems(bucket), *_owner_problems(given)]
    if problems:
        raise PolicyError(problems, f"options of bucket {bucket}")


def _bucket_problems(bucket: str) -> Iterator[Problem]:
    if bucket.startswith("arn:"):
        yield Problem("bucket", f"{bucket!r} is an ARN.", "Give the name of the bucket, which is what follows ':::'.")
        return
    if not is_bucket_name(bucket):
        yield Problem(
            "bucket",
            f"{bucket!r} is not the name of a bucket.",
            "Names have 3 to 63 (before 2018: 255) letters, digits, '.', '-' or '_'.",
        )
    for ending, (kind, remedy) in _OTHER_KINDS.items():
        if bucket.endswith(ending):
            yield Problem("bucket", f"{bucket!r} is {kind}, not a general purpose bucket.", remedy)


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
    if "peers" in given and not any(
        one.get("Sid") == NETWORK_SID for one in statements or [] if isinstance(one, Mapping)
    ):
        yield Problem(
            "peers",
            f"None of the statements is the perimeter's ({NETWORK_SID}), which peers share.",
            "Make the statements with the filter perimeter.s3.bucket_perimeter.",
        )
    if given.get("purge_statements") and (not present or "statements" not in given):
        yield Problem("purge_statements", "Purging goes with state=present and statements only.")
    elif given.get("purge_statements") and not statements:
        yield Problem(
            "statements",
            "An empty list with purge_statements would remove the whole policy.",
            "If that is what you want, say state=absent without statements.",
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


def _owner_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    owner = given.get("expected_bucket_owner")
    if owner is not None and not ACCOUNT.fullmatch(owner):
        yield Problem("expected_bucket_owner", f"{owner!r} is not an account.", "Give its 12 digits, in quotes.")


def _guard_problems(given: Mapping[str, Any], partition: str) -> Iterator[Problem]:
    if any(name in given for name in GUARDED):
        # A module's sources are compiled in each run, and few tasks say who asks.
        from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard_input import guard_problems

        yield from guard_problems(given, partition)


def _checked(bucket: str, policy: Raw | None, statements: tuple[Raw, ...] | None, partition: str) -> Iterator[str]:
    """Warnings about what is ours. Statements of other owners are in force already, so AWS has taken them.

    :raises PolicyError: what is ours is not valid.
    """
    name, place = ("policy", "Statement") if policy is not None else ("statements", "statements")
    document = policy if policy is not None else {"Version": VERSIONS[0], "Statement": list(statements or ())}
    if policy is None and not statements:
        return
    try:
        parsed = parse(document)
        problems: Sequence[Problem] = validate_bucket_policy(parsed, bucket, partition)
    except PolicyError as error:
        problems = error.problems
    if problems:
        raise PolicyError([_placed(one, place) for one in problems], f"{name} for bucket {bucket}")
    for problem in warn_bucket_policy(parsed, bucket, partition):
        yield f"Bucket {bucket}: {_placed(problem, place)}"


def _placed(problem: Problem, place: str) -> Problem:
    """``Statement[2].Action`` of the document that was made for the check is ``statements[2].Action`` of the task."""
    if not problem.path.startswith("Statement"):
        return problem
    return Problem(problem.path.replace("Statement", place, 1), problem.rule, problem.remedy)
