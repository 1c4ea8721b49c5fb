# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the options of a module to :func:`converge`, and from its outcome to a result."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..._plan.bucket.input import declare
from ..._plan.bucket.plan import Declaration
from ..._plan.guard.bucket import Guard
from ..._plan.guard.guard import Verdict
from ..._policy.language.errors import PolicyError, RequestError
from ..._policy.meaning.diff import render
from ..api import s3
from ..api.errors import CallError
from ..api.pace import Steps, drive, pace_of
from ..api.s3_errors import BucketError
from ..module import Session, warn_user
from . import backup as buckets_backup
from .converge import (
    BucketOutcome,
    GuardError,
    NotSettledError,
    converge,
)
from .guard_context import GUARD_OPTIONS, GuardContext

#: What of a perimeter are exceptions, under the names that the filter ``bucket_perimeter`` has for them.
EXCEPTION_OPTIONS: dict[str, dict[str, Any]] = {
    "break_glass_principals": {"type": "list", "elements": "str"},
    "manager_principals": {"type": "list", "elements": "str"},
    "excepted_accounts": {"type": "list", "elements": "str"},
    "allow_aws_services": {"type": "bool"},
    "allow_forwarded_access": {"type": "bool"},
}
#: The options of one bucket, apart from its name.
BUCKET_OPTIONS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "policy": {"type": "json"},
    "statements": {"type": "list", "elements": "dict"},
    "sids": {"type": "list", "elements": "str"},
    "purge_statements": {"type": "bool", "default": False},
    "peers": {"type": "list", "elements": "raw"},
    "accepted_exceptions": {"type": "dict", "options": EXCEPTION_OPTIONS},
    "exclusive": {"type": "bool", "default": False},
    "restore": {"type": "bool", "default": False},
    "drop_deleted_principals": {"type": "bool", "default": False},
    "expected_bucket_owner": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 60},
    "backup": {"type": "path"},
    **GUARD_OPTIONS,
}

#: What says why a bucket is not as declared, in words for the user.
FAILURES = (
    PolicyError,
    RequestError,
    CallError,
    BucketError,
    GuardError,
    NotSettledError,
    buckets_backup.BackupError,
)


def s3_client(module: Any) -> Any:
    return s3.once_only(module.client("s3"))


def result_of(outcome: BucketOutcome) -> dict[str, Any]:
    """What the module returns about a bucket; the same keys in check mode."""
    return {
        "changed": outcome.changed,
        "policy": outcome.after,
        "before": outcome.plan.before,
        "statements": outcome.plan.statements.as_dict(),
        "undeclared": [{"kind": one.kind, "value": one.value} for one in outcome.plan.undeclared],
        "guard": outcome.verdict.as_dict(),
        "actions": list(outcome.actions),
        "backup_files": list(outcome.backups),
    }


def diff_of(outcome: BucketOutcome) -> dict[str, str]:
    # The lines around a change do not always reach up to the Sid of the statement, so the headers say it.
    header = f"policy of bucket {outcome.plan.bucket}"
    changes = outcome.plan.statements.as_dict()
    said = "; ".join(f"{kind}: {', '.join(changes[kind])}" for kind in ("added", "changed", "removed") if changes[kind])
    return {
        "before_header": header,
        "after_header": f"{header} ({said})" if said else header,
        **render(outcome.plan.before, outcome.after),
    }


def converging(
    client: Any, declaration: Declaration, options: Mapping[str, Any], owner: str, guard_context: GuardContext
) -> Steps[BucketOutcome]:
    """:func:`converge` as the options of the bucket say. They have none of :data:`BUCKET_OPTIONS` as ``None`` that has
    a default."""
    backup = options.get("backup")
    return converge(
        client,
        declaration,
        owner=owner,
        check=guard_context.check,
        guards=partial(_guards, options, client.meta.partition, owner, guard_context),
        pace=pace_of(client, options),
        keep=partial(buckets_backup.keep, backup, declaration.bucket) if backup else None,
    )


def _guards(
    options: Mapping[str, Any], partition: str, owner: str, guard_context: GuardContext, region: str | None
) -> dict[str, Guard]:
    # A module's sources are compiled in each run, and only a run that writes needs those of the evaluator.
    from .guards import bucket_guards

    return bucket_guards(options, partition, owner, guard_context, region)


def failure_of(error: Exception) -> dict[str, Any]:
    """What is returned about a bucket that is not as declared; with all of :func:`result_of` when it was written."""
    if isinstance(error, NotSettledError):
        return {**result_of(error.outcome), "msg": str(error)}
    verdict = error.verdict if isinstance(error, GuardError) else Verdict()
    done = list(getattr(error, "done", ()))
    return {"msg": str(error), "changed": bool(done), "actions": done, "guard": verdict.as_dict()}


def run_bucket_policy(module: Any) -> None:
    """Keep the policy of the one bucket that the options name, and leave the module."""
    options = module.params
    session = Session(module)
    client = s3_client(module)
    guard_context = GuardContext(session, client.meta.region_name, module.check_mode)
    odd: tuple[str, ...] = ()
    try:
        declaration = declare(options, client.meta.partition)
        odd = declaration.warnings
        owner = options["expected_bucket_owner"] or session.caller.account
        outcome = drive(converging(client, declaration, options, owner, guard_context))
    except NotSettledError as error:
        warn_user(guard_context.warnings)
        _leave(module, error.outcome, error)
    except FAILURES as error:
        # They may say why AWS does not take the document.
        warn_user([*odd, *guard_context.warnings])
        module.fail_json(**failure_of(error))
    else:
        warn_user(guard_context.warnings)
        _leave(module, outcome)


def _leave(module: Any, outcome: BucketOutcome, error: Exception | None = None) -> None:
    warn_user(outcome.warnings)
    result = result_of(outcome)
    if module._diff:
        result["diff"] = diff_of(outcome)
    if error is not None:
        module.fail_json(msg=str(error), **result)
    module.exit_json(**result)
