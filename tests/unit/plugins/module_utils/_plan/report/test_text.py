# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.text import (
    code,
    counted,
    markdown,
    pretty,
    some,
    visible,
)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*"),
        ("größe 桶", "größe 桶"),
        ("a\r\r# All is well", "a\\u{d}\\u{d}# All is well"),
        ("a\nb\tc", "a\\u{a}b\\u{9}c"),
        ("\uffff\x00\x85\u2028", "\\u{ffff}\\u{0}\\u{85}\\u{2028}"),
        ("ab\u202edc", "ab\\u{202e}dc"),
        ("\ue000\u2029", "\\u{e000}\\u{2029}"),
        ("\ud800", "\\u{d800}"),
        (7, "7"),
    ],
)
def test_visible(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text, written",
    [
        ("a|b <x>", "a\\|b \\<x\\>"),
        ("![](https://x)", "\\!\\[\\](https:<!-- -->//x)"),
        ("@everybody #1 www.example.com", "@<!-- -->everybody #<!-- -->1 w<!-- -->ww.example.com"),
        ("*bold* _x_ `y` ~z~ $m$ &amp;", "\\*bold\\* \\_x\\_ \\`y\\` \\~z\\~ \\$m\\$ \\&amp;"),
    ],
)
def test_markdown(text, written):
    assert markdown(text) == written


@pytest.mark.parametrize(
    "text, written",
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a|b", "`a\\u{7c}b`"),
        ("", "`  `"),
        ("a\nb", "`a\\u{a}b`"),
        ("a``b`", "``` a``b` ```"),
        ("`a", "`` `a ``"),
        (" a", "`  a `"),
        ("a ", "` a  `"),
        ("a b", "`a b`"),
    ],
)
def test_code(text, written):
    assert code(text) == written


def test_small_words():
    assert pretty({"a": "\u2028"}) == ["{", '  "a": "\\u{2028}"', "}"]
    assert (some(["a", "b"]), some("abcdef", 2)) == ("a, b", "a, b and 4 more")
    assert (counted(1, "bucket"), counted(1200, "bucket"), counted(2, "policy", "policies")) == (
        "1 bucket",
        "1,200 buckets",
        "2 policies",
    )
