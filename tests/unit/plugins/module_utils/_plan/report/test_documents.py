# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.documents import (
    as_yaml,
    correction,
    side_by_side,
)


def test_what_the_other_has_not_is_marked():
    found, declared = side_by_side({"Sid": "A", "Action": "s3:*"}, {"Sid": "A", "Action": "s3:GetObject"})
    assert [each["text"].strip() for each in found if each["mark"]] == ['"Action": "s3:*"']
    assert [each["text"].strip() for each in declared if each["mark"]] == ['"Action": "s3:GetObject"']
    assert [each["text"] for each in found if not each["mark"]] == ["{", '  "Sid": "A",', "}"]


def test_what_stands_there_many_times_is_the_same_as_well():
    found, declared = side_by_side([2, *[1] * 210, 3], [4, *[1] * 210, 5])
    assert [each["text"] for each in found[:-1] if each["mark"]] == ["  2,"]
    assert [each["text"] for each in declared[:-1] if each["mark"]] == ["  4,"]


def test_nothing_has_no_lines_and_much_is_cut():
    found, declared = side_by_side(None, list(range(1000)))
    assert found == []
    assert (len(declared), declared[-1]["text"]) == (161, "… 842 more lines")


def test_a_correction_names_what_it_corrects():
    assert correction(["a-b", "c\nd"]).rsplit("\n", maxsplit=1)[-1] == '    private_access_limit: ["a-b", "c\\nd"]'


@pytest.mark.parametrize(
    "value, text",
    [
        ({"name": "Ask it", "x.y.z": {"requests": [{"a": "1", "b": ["c"]}], "no": {}, "on": "yes"}}, """\
- name: Ask it
  x.y.z:
    requests:
      - a: "1"
        b:
          - c
    no: {}
    on: "yes\""""),
        ("- name: x\n  y: \u202e\n", "- name: x\n  y: \\u{202e}"),
        ({"a\u202e": {"b": ()}, "c": ("d",)}, "- a\\u{202e}:\n    b: []\n  c:\n    - d"),
        (["a_b", "a1", "", "e\u0301"], '- a_b\n- "a1"\n- ""\n- "e\u0301"'),
        # What YAML takes for something else than text.
        (["true", "false", "yes", "no", "on", "off", "null", "y", "n", "Yes"], "\n".join(
            f'- "{word}"' for word in ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "Yes"]
        )),
        ([True, None, 5, "a: b", "two words"], '- true\n- null\n- 5\n- "a: b"\n- two words'),
    ],
)  # fmt: skip
def test_as_yaml(value, text):
    assert as_yaml(value) == text
