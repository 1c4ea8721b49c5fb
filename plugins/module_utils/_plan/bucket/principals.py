# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Principals that were deleted after a bucket policy named them.

AWS keeps the unique id of a user or role in place of its ARN. Once the principal is deleted there is no ARN to show
any more and the policy reads ``AIDA...`` or ``AROA...``; such ids are never used again, match nobody, and "can safely
be removed". That AWS refuses a document which brings one back is documented as a pattern, not for S3 by name.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._policy.language.arns import UNIQUE_ID
from ..._policy.language.document import Raw, statement_list, strings

_ELEMENTS = ("Principal", "NotPrincipal")


def deleted_by_statement(document: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """Label of a statement -> the ids of deleted principals in it; only statements that have some."""
    found: dict[str, tuple[str, ...]] = {}
    for label, statement in labelled(document):
        ids = tuple(
            name for element in _ELEMENTS for name in _aws_principals(statement, element) if _is_deleted_id(name)
        )
        if ids:
            found[label] = ids
    return found


def labelled(document: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """Each raw statement with its label: the Sid, or its place if it has none."""
    for index, statement in enumerate(statement_list(document or {}) or []):
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        yield (sid if isinstance(sid, str) and sid else f"Statement[{index}]"), statement


def drop_deleted(document: Raw) -> Raw | None:
    """The document without deleted principals; ``None`` when no statement is left.

    A statement for deleted principals only matches nobody, and goes. One *except for* deleted principals only
    (``NotPrincipal``) matches everybody; it stays as it is, because AWS has no way to write that without a name.
    """
    statements = [kept for one in statement_list(document) or [] if (kept := _without_deleted(one)) is not None]
    return {**document, "Statement": statements} if statements else None


def _without_deleted(statement: Any) -> Any:
    result = statement
    for element in _ELEMENTS:
        names = _aws_principals(result, element)
        living = [name for name in names if not _is_deleted_id(name)]
        if len(living) == len(names):
            continue
        others = {kind: value for kind, value in result[element].items() if kind != "AWS"}
        left = {**({"AWS": living} if living else {}), **others}
        if left:
            result = {**result, element: left}
        elif element == "Principal":
            return None
    return result


def _aws_principals(statement: Any, element: str) -> tuple[str, ...]:
    block = statement.get(element) if isinstance(statement, Mapping) else None
    return (strings(block.get("AWS")) or ()) if isinstance(block, Mapping) else ()


def _is_deleted_id(name: str) -> bool:
    return UNIQUE_ID.fullmatch(name) is not None
