# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.group import failures_alike, grouped


def finding(resource, severity="minor", account="111122223333", what="Name is missing", **more):
    return {
        "account": account, "region": "eu-west-1", "resource": resource, "kind": "tag", "what": what, "before": None,
        "after": None, "severity": severity, "opens": [], "cuts": [], "remedy": "", **more,
    }  # fmt: skip


def test_what_differs_in_names_only_is_alike():
    found = grouped(
        [
            finding("data", opens=["111122223333 can read arn:aws:s3:::data/x"]),
            finding("data-2", opens=["111122223333 can read arn:aws:s3:::data-2/x"]),
            finding("logs", account="444455556666", opens=["444455556666 can read arn:aws:s3:::logs/x"]),
            finding("other", opens=["111122223333 can write arn:aws:s3:::other/x"]),
        ]
    )
    assert [group.resources for group in found] == [
        ["data (111122223333)", "data-2 (111122223333)", "logs (444455556666)"],
        ["other"],
    ]


def test_a_name_is_not_looked_for_inside_of_others():
    found = grouped(
        [
            finding("data", before="arn:aws:s3:::data-2/*"),
            finding("logs", before="arn:aws:s3:::logs-2/*"),
            finding("a.b", before="arn:aws:s3:::a.b.c"),
            finding("d.e", before="arn:aws:s3:::d.e.c"),
        ]
    )
    assert len(found) == 4


#: What two findings may differ in.
DIFFERENT = [
    {"severity": "major"}, {"kind": "route table"}, {"what": "Name has changed"}, {"before": "x"}, {"after": "x"},
    {"opens": ["x"]}, {"cuts": ["x"]}, {"remedy": "x"},
]  # fmt: skip


@pytest.mark.parametrize("account", ["111122223333", ""])
@pytest.mark.parametrize("more", DIFFERENT, ids=[next(iter(one)) for one in DIFFERENT])
def test_what_says_something_else_is_not_alike(more, account):
    plain, one, another = finding("a", account=account), *(finding(name, account=account, **more) for name in "bc")
    assert [len(group.findings) for group in grouped([plain, one])] == [1, 1]
    assert [len(group.findings) for group in grouped([one, another])] == [2]


def test_documents_are_alike_in_whichever_order_their_elements_come():
    [group] = grouped([finding("a", before={"x": 1, "y": 2}), finding("b", before={"y": 2, "x": 1})])
    assert group.resources == ["a", "b"]


def test_the_worst_and_then_the_most_frequent_come_first():
    found = grouped(
        [finding("a"), finding("b", what="x"), finding("c", what="x"), finding("d", "critical"), finding("d", "major")]
    )
    assert [(group.severity, len(group.findings)) for group in found] == [
        ("critical", 1), ("major", 1), ("minor", 2), ("minor", 1),
    ]  # fmt: skip


def test_failures_alike():
    found = failures_alike(
        [
            {"host": "h", "msg": "down"},
            {"host": "h", "bucket": "a", "msg": "Bucket a: no"},
            {"host": "h", "bucket": "b", "msg": "Bucket b: no"},
        ]
    )
    assert [(said, len(group)) for said, group in found] == [("Bucket a: no", 2), ("down", 1)]
