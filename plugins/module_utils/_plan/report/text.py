# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Text from policies and from AWS, made fit for each form of a report.

Whoever may write a bucket policy chooses Sids, resources and condition values, so none of it is trusted: not with
control characters, not with the markup of Markdown, HTML or XML.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

#: Categories of Unicode that are shown by their number: control, format (among them those that turn the direction of
#: writing around), private, half a pair, not a character at all, and what breaks lines.
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&!$]")
#: What GitHub and GitLab make links and messages of, even behind a backslash: a comment in between stops them.
_LINKS = re.compile(r"(@|#|://|\bwww\.)")
_NAMED = 3


def visible(value: Any) -> str:
    """The text in one line; letters that cannot be seen are shown as ``\\u{85}``."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{{{ord(letter):x}}}" if unicodedata.category(letter) in _HIDDEN else letter for letter in text)


def markdown(value: Any) -> str:
    """The text as part of a line of Markdown, nowhere at the start of the line."""
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], visible(value))
    return _LINKS.sub(lambda found: found[1][0] + "<!-- -->" + found[1][1:], escaped)


def code(value: Any) -> str:
    """The text as code in a line of Markdown, where nothing is markup; also in a cell of a table."""
    # A line within a cell of a table is cut at "|", even in code.
    text = visible(value).replace("|", "\\u{7c}")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if not text or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def pretty(value: Any) -> list[str]:
    """A document as lines of JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return [visible(line) for line in text.split("\n")]


def some(names: Iterable[str], most: int = _NAMED) -> str:
    """``a, b, c and 147 more``."""
    known = list(names)
    shown = ", ".join(known[:most])
    return f"{shown} and {len(known) - most} more" if len(known) > most else shown


def counted(number: int, one: str, several: str = "") -> str:
    """``1 bucket``, ``2 buckets``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
