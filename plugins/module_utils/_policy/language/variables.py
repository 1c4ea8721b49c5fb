# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Policy variables: ``${aws:username}``, ``${aws:PrincipalTag/team, 'none'}``, and ``${*}`` for a plain asterisk.

Only documents of Version 2012-10-17 have them; elsewhere they are text.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .logic import Kleene
from .patterns import (
    ARN_FIELDS,
    Matches,
    Pattern,
    Wild,
    joined,
    pattern,
)
from .values import State, Value
from .vocabulary import find_key, spell_key

VERSION_WITH_VARIABLES = "2012-10-17"

#: A policy variable, or a sign that is written as one.
VARIABLE = re.compile(r"\$\{(?:(?P<sign>[*?$])|(?P<key>[^{}',]+?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as a part of a text; ``key`` is in lower case, ``name`` as AWS spells it."""

    key: str
    name: str
    default: str | None


Part: TypeAlias = str | Wild | Variable
#: A text of a policy: literal parts, wildcards and variables.
Template: TypeAlias = tuple[Part, ...]
Lookup: TypeAlias = Callable[[str], Value]
Compile: TypeAlias = Callable[[Pattern], Matches]


def template(text: str, version: str) -> Template:
    """The parts of a text of a policy of that version."""
    if version != VERSION_WITH_VARIABLES or "${" not in text:
        return pattern(text)
    parts: list[Part] = []
    end = 0
    for found in VARIABLE.finditer(text):
        parts.extend(pattern(text[end : found.start()]))
        end = found.end()
        if found["sign"]:
            parts.append(found["sign"])
        else:
            key = found["key"].strip()
            parts.append(Variable(key.lower(), spell_key(key) if find_key(key) else key, found["default"]))
    parts.extend(pattern(text[end:]))
    return tuple(parts)


def variables(parts: Template) -> tuple[Variable, ...]:
    return tuple(part for part in parts if isinstance(part, Variable))


def is_early(parts: Template) -> bool:
    """Whether a variable stands before the fifth colon, where AWS has none in the ARN of a resource."""
    colons = 0
    for part in parts:
        if isinstance(part, Variable):
            return colons < ARN_FIELDS - 1
        colons += part.count(":") if isinstance(part, str) else 0
    return False


def plain(parts: Template) -> Pattern:
    """The pattern of a template without variables."""
    return joined(tuple(part for part in parts if not isinstance(part, Variable)))


@dataclass(frozen=True, slots=True)
class Rendering:
    """A template with its variables replaced.

    ``pattern`` is ``None`` if a variable has no value: the text then matches nothing. In one that is not ``certain``
    a wildcard stands for each variable that is not known, so that a text which does not fit will not fit whatever the
    variables are. ``spread`` is the pattern in which wildcards in the values of variables act as such, where there are
    any: AWS does not say whether they do.
    """

    pattern: Pattern | None
    certain: bool = True
    spread: Pattern | None = None

    def fits(self, text: str, compile_pattern: Compile) -> Kleene:
        if self.pattern is None:
            return False
        fits = compile_pattern(self.pattern)(text)
        if self.spread is not None and compile_pattern(self.spread)(text) != fits:
            return None
        return fits if self.certain or not fits else None


def render(parts: Template, lookup: Lookup) -> Rendering:
    """The template for a request whose keys ``lookup`` knows."""
    result: list[str | Wild] = []
    spread: list[str | Wild] = []
    certain = True
    for part in parts:
        if not isinstance(part, Variable):
            result.append(part)
            spread.append(part)
            continue
        value = replacement(part, lookup(part.key))
        if value is None:
            return Rendering(None)
        if isinstance(value, Wild):
            certain = False
            result.append(value)
            spread.append(value)
        else:
            result.append(value)
            spread.extend(pattern(value))
    kept, other = joined(tuple(result)), joined(tuple(spread))
    return Rendering(kept, certain, other if other != kept else None)


def replacement(variable: Variable, value: Value) -> str | Wild | None:
    """The text that stands in for a variable; a wildcard if that is not known, ``None`` if there is none.

    Keys with several values cannot be used as variables.
    """
    found = find_key(variable.key)
    if value is State.ABSENT or (found is not None and found.multi):
        return variable.default
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else variable.default
    return Wild.RUN
