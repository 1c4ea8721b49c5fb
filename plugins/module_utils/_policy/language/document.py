# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A policy document: read, checked against the grammar, and given a shape that the rest of the core works on.

The grammar is the one common to all kinds of policies; what a bucket policy or an endpoint policy demands beyond it
stands in the validation of that kind.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .errors import PolicyError, Problem
from .scalars import condition_values

Raw: TypeAlias = dict[str, Any]

VERSIONS = ("2012-10-17", "2008-10-17")
#: What AWS assumes when a document names no version: policy variables are then plain text.
DEFAULT_VERSION = "2008-10-17"

DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")

#: A list of values stands six levels deep, and nothing of a policy deeper.
DEEPEST = 20

# The service prefix takes no wildcard, the name does.
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator: ``values`` are OR-ed, and already the strings that AWS compares."""

    operator: str
    key: str
    values: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an element that the document does not have is ``None``, never an empty tuple.

    Principals map a type (``AWS``, ``Service``, ...) to its values; the principal ``"*"`` is ``{"AWS": ("*",)}``.
    """

    index: int
    sid: str | None
    effect: str
    principal: Mapping[str, tuple[str, ...]] | None
    not_principal: Mapping[str, tuple[str, ...]] | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    raw: Raw

    @property
    def path(self) -> str:
        return f"Statement[{self.index}]"

    @property
    def label(self) -> str:
        """The Sid, or the place of a statement that has none."""
        return self.sid or self.path


@dataclass(frozen=True, slots=True)
class Document:
    """A whole policy document."""

    version: str
    id: str | None
    statements: tuple[Statement, ...]
    raw: Raw


def load(source: str | bytes | Mapping[str, Any], name: str = "policy") -> Raw:
    """The plain dictionary of a document given as JSON text or as a mapping.

    A number of JSON text that Python would not write as it stands there, such as ``1e400``, becomes the text of it:
    AWS reads both alike.

    :raises PolicyError: the text is not JSON, repeats a key (AWS would drop one of the two silently), is nested deeper
        than any policy, or the document is not an object.
    """
    if isinstance(source, (str, bytes)):
        repeated: list[str] = []

        def unique(pairs: list[tuple[str, Any]]) -> Raw:
            seen: Raw = {}
            for key, value in pairs:
                if key in seen:
                    repeated.append(key)
                seen[key] = value
            return seen

        try:
            document = json.loads(
                source, object_pairs_hook=unique, parse_float=_as_written, parse_constant=_refuse_constant
            )
        except RecursionError:
            raise PolicyError([_TOO_DEEP], name) from None
        except ValueError as error:
            raise PolicyError(
                [Problem("", f"The document is not valid JSON ({error}).", "Give a mapping, or JSON text.")], name
            ) from error
        if repeated:
            raise PolicyError(
                [
                    Problem(
                        "", f"The JSON object has the key {key!r} more than once.", "Merge the two entries into one."
                    )
                    for key in dict.fromkeys(repeated)
                ],
                name,
            )
    else:
        document = source
    if not isinstance(document, Mapping):
        kind = _kind(document)
        raise PolicyError(
            [Problem("", f"A policy document is a JSON object, not {kind}.", 'It begins with {"Version": ...}.')], name
        )
    try:
        plain: Raw = _plain(document)
    except RecursionError:
        raise PolicyError([_TOO_DEEP], name) from None
    return plain


_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)  # made once, for it takes longer to make than to use


def sorted_text(value: Any) -> str:
    """A text that tells values apart as JSON does (1, true and "1" are three)."""
    return _SORTED.encode(value)


def minify(document: Mapping[str, Any]) -> str:
    """The text that is sent to AWS and that its size limits count: no white space, nothing escaped without need."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def parse(source: str | bytes | Mapping[str, Any], name: str = "policy") -> Document:
    """The document, checked against the grammar.

    :raises PolicyError: with every problem of the document, each with its path.
    """
    raw = load(source, name)
    problems: list[Problem] = []
    problems += _unknown_elements(raw, DOCUMENT_ELEMENTS, "")
    version = raw.get("Version", DEFAULT_VERSION)
    if version not in VERSIONS:
        problems.append(Problem("Version", f"{version!r} is not a policy version.", f"Use {VERSIONS[0]!r}."))
    identifier = raw.get("Id")
    if identifier is not None and not isinstance(identifier, str):
        problems.append(Problem("Id", f"An Id is a string, not {_kind(identifier)}."))
    listed = statement_list(raw)
    if "Statement" not in raw:
        problems.append(Problem("", "The document has no Statement.", "Give at least one statement."))
    elif listed is None:
        problems.append(Problem("Statement", f"Statement is an object or a list, not {_kind(raw['Statement'])}."))
    elif not listed:
        problems.append(
            Problem("Statement", "The list of statements is empty.", "Give at least one; to remove a policy, say so.")
        )
    statements = [_parse_statement(entry, index, problems) for index, entry in enumerate(listed or [])]
    if problems:
        raise PolicyError(problems, name)
    return Document(
        version=version,
        id=identifier or None,
        statements=tuple(statement for statement in statements if statement is not None),
        raw=raw,
    )


def statement_list(raw: Mapping[str, Any]) -> list[Any] | None:
    """The statements of a raw document as a list (a lone object stands for a list of one); ``None`` if neither."""
    value = raw.get("Statement", [])
    if isinstance(value, Mapping):
        return [value]
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def strings(value: Any) -> tuple[str, ...] | None:
    """A string or a list of strings as a tuple; ``None`` when it is neither."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _parse_statement(raw: Any, index: int, problems: list[Problem]) -> Statement | None:
    path = f"Statement[{index}]"
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"A statement is an object, not {_kind(raw)}."))
        return None
    problems += _unknown_elements(raw, STATEMENT_ELEMENTS, path)
    sid = raw.get("Sid")
    if sid is not None and not isinstance(sid, str):
        problems.append(Problem(f"{path}.Sid", f"A Sid is a string, not {_kind(sid)}."))
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        problems.append(
            Problem(f"{path}.Effect", "Missing required field Effect.", "Say 'Allow' or 'Deny'.")
            if effect is None
            else Problem(f"{path}.Effect", f"{effect!r} is not an effect.", "Say 'Allow' or 'Deny', spelled so.")
        )
    for pair in (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if all(element in raw for element in pair):
            problems.append(Problem(path, f"{pair[0]} and {pair[1]} exclude each other.", "Keep one of the two."))
    if "Action" not in raw and "NotAction" not in raw:
        problems.append(Problem(path, "Missing required field Action.", "Give Action or NotAction."))
    return Statement(
        index=index,
        sid=sid or None,
        effect=str(effect),
        principal=_principals(raw, "Principal", path, problems),
        not_principal=_principals(raw, "NotPrincipal", path, problems),
        actions=_actions(raw, "Action", path, problems),
        not_actions=_actions(raw, "NotAction", path, problems),
        resources=_string_list(raw, "Resource", path, problems),
        not_resources=_string_list(raw, "NotResource", path, problems),
        conditions=tuple(_conditions(raw, path, problems)),
        raw=dict(raw),
    )


def _principals(
    raw: Mapping[str, Any], element: str, path: str, problems: list[Problem]
) -> Mapping[str, tuple[str, ...]] | None:
    if element not in raw:
        return None
    value, place = raw[element], f"{path}.{element}"
    if value == "*":
        return {"AWS": ("*",)}
    if not isinstance(value, Mapping) or not value:
        shown = f"the string {value!r}" if isinstance(value, str) else _kind(value)
        problems.append(
            Problem(
                place, f"A principal is '*' or a non-empty object, not {shown}.", 'Write {"AWS": "<account or ARN>"}.'
            )
        )
        return None
    problems += _unknown_elements(value, PRINCIPAL_TYPES, place, "principal type")
    return {kind: _string_list(value, kind, place, problems) or () for kind in value if kind in PRINCIPAL_TYPES}


def _actions(raw: Mapping[str, Any], element: str, path: str, problems: list[Problem]) -> tuple[str, ...] | None:
    actions = _string_list(raw, element, path, problems)
    for action in actions or ():
        if not _ACTION.fullmatch(action):
            problems.append(
                Problem(
                    f"{path}.{element}",
                    f"{action!r} is not an action.",
                    "Write '<service>:<name>' such as 's3:GetObject'; the name takes wildcards, the service does not.",
                )
            )
    return actions


def _string_list(raw: Mapping[str, Any], element: str, path: str, problems: list[Problem]) -> tuple[str, ...] | None:
    if element not in raw:
        return None
    values = strings(raw[element])
    if not values:
        shown = "an empty list" if values == () else _kind(raw[element])
        # An account id without quotes is a number to YAML.
        remedy = "Give the 12 digits of an account in quotes." if element == "AWS" else ""
        problems.append(
            Problem(f"{path}.{element}", f"{element} is a string or a list of strings, not {shown}.", remedy)
        )
    return values or None


def _conditions(raw: Mapping[str, Any], path: str, problems: list[Problem]) -> Iterator[Condition]:
    block, place = raw.get("Condition", {}), f"{path}.Condition"
    if not isinstance(block, Mapping):
        problems.append(Problem(place, f"Condition is an object of operators, not {_kind(block)}."))
        return
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            problems.append(
                Problem(
                    f"{place}.{operator}",
                    f"An operator holds an object of condition keys, not {_kind(keys)}.",
                    'Write {"StringEquals": {"aws:SourceVpce": "vpce-..."}}.',
                )
            )
            continue
        for key, value in keys.items():
            values = condition_values(value)
            if values is None:
                problems.append(
                    Problem(
                        f"{place}.{operator}.{key}",
                        "A condition value is a string, boolean or number, or a list of them.",
                    )
                )
                continue
            yield Condition(operator, key, values, f"{place}.{operator}.{key}")


def _unknown_elements(
    raw: Mapping[str, Any], known: Sequence[str], path: str, what: str = "element"
) -> Iterator[Problem]:
    for element in raw:
        if element in known:
            continue
        by_case = {name.lower(): name for name in known}
        near = by_case.get(str(element).lower()) or next(iter(difflib.get_close_matches(str(element), known)), None)
        remedy = f"Did you mean {near!r}?" if near else f"Known are {', '.join(known)}."
        yield Problem(f"{path}.{element}" if path else str(element), f"Unknown {what} {element!r}.", remedy)


def _plain(value: Any, depth: int = 0) -> Any:
    """A copy made of nothing but dict, list and scalars, so that callers may edit it.

    :raises RecursionError: it is nested deeper than :data:`DEEPEST`.
    """
    if isinstance(value, str):  # Most are, and to ask for a Mapping takes long.
        return value
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, datetime.date):  # YAML reads an unquoted 2012-10-17 as a date.
        return value.isoformat()
    return value


def _kind(value: Any) -> str:
    names = (
        (type(None), "null"),
        (bool, "a boolean"),
        ((int, float), "a number"),
        (str, "a string"),
        (Mapping, "an object"),
    )
    for types, name in names:
        if isinstance(value, types):
            return name
    return "a list" if isinstance(value, Sequence) else type(value).__name__


_TOO_DEEP = Problem(
    "",
    f"The document is nested deeper than {DEEPEST} levels.",
    "A policy has six at most: document, statements, Condition, operator, key, values.",
)


def _as_written(text: str) -> float | str:
    """A decimal number, as a text where Python would write another one."""
    number = float(text)
    return number if str(number) == text else text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
