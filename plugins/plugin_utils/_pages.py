# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From the model of a page to its HTML: one file that loads nothing, and in which everything is escaped."""

from __future__ import annotations

import base64
import hashlib
import pkgutil
import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

_DIRECTORY = "_report_page"
_COMMENT = re.compile(r"\A(?:/\*.*?\*/|(?://[^\n]*\n)+)\s*", re.DOTALL)


def render(page: Mapping[str, Any]) -> str:
    """The HTML of a page as ``_plan.report.page`` makes it."""
    # Ours, and known to hold no end tag; what they may not be is text of others.
    style, script = (Markup(_COMMENT.sub("", _read(name))) for name in ("page.css", "page.js"))  # noqa: S704
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string(_read("page.html.j2"))
    return template.render(page=page, style=style, script=script, policy=_policy(style, script)).lstrip()


def _policy(style: str, script: str) -> str:
    """What the page may do: nothing but its own style and script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _read(name: str) -> str:
    data = pkgutil.get_data(__name__, f"{_DIRECTORY}/{name}")
    if data is None:
        raise FileNotFoundError(f"{_DIRECTORY}/{name}")
    return data.decode()
