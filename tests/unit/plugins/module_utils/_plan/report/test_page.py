# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page says first, and how it calls each kind of drift."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.page import page
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter


@pytest.mark.parametrize(
    "perimeters, said",
    [
        ([], None),
        ([{}], None),
        ([{"loses": 0}], "No recorded access stops by it."),
        ([{"loses": 1}], "1 kind of recorded access stops by it."),
        ([{"loses": 2}], "2 kinds of recorded access stop by it."),
        # Of all perimeters together, with those of which there is no record.
        ([{"loses": 1}, {}, {"loses": 1}], "2 kinds of recorded access stop by it."),
    ],
)
def test_the_lead_of_a_page_says_how_much_stops(perimeters, said):
    given = [
        {**perimeter("h", "111122223333", "eu-west-1", "vpc-1", None, ()), "accesses": each and {"summary": each}}
        for each in perimeters
    ]
    lead = page(report([], False, perimeters=given))["lead"]
    assert [each for each in lead if "recorded access" in each] == ([said] if said else [])


# Kind, what is found of it; how both are called
KINDS = [
    ("endpoint", "is missing", ("", "Endpoint is missing")),
    ("bucket policy", "has changed", ("", "Bucket policy has changed")),
    ("tags", "have changed", ("", "Tags have changed")),
    ("bucket policy", "cannot be compared", ("", "Bucket policy cannot be compared")),
    # What names a part stands beside its kind.
    ("tag", "Name is missing", ("tag", "Name is missing")),
    ("bucket policy statement", "island has changed", ("bucket policy statement", "island has changed")),
]


@pytest.mark.parametrize("kind, what, shown", KINDS)
def test_what_is_found_of_all_of_a_kind_is_a_sentence_with_it(kind, what, shown):
    found = {
        "account": "111122223333", "region": "eu-west-1", "resource": "a", "kind": kind, "what": what, "before": None,
        "after": None, "severity": "minor", "opens": [], "cuts": [], "remedy": "",
    }  # fmt: skip
    [group] = page(report([found], False))["groups"]
    assert (group["kind"], group["what"]) == shown
