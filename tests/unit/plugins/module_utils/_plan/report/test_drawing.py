# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.drawing import drawing


def perimeter(tables, buckets=("a",), endpoint="vpce-1", name=""):
    return {
        "vpc": {"id": "vpc-1", "name": name, "cidrs": ["10.0.0.0/16"]},
        "endpoint": {"id": endpoint, "exists": True} if endpoint else None,
        "route_tables": tables,
        "buckets": [{"name": each} for each in buckets],
    }


def table(name, found=True, declared=True, subnets=0):
    return {
        "id": name, "name": "", "main": False, "found": found, "declared": declared,
        "subnets": [{"id": f"subnet-{n}", "name": "", "cidr": f"10.0.{n}.0/24", "zone": "z"} for n in range(subnets)],
    }  # fmt: skip


def texts(drawn):
    return [each["text"] for each in drawn["shapes"] if each["is"] == "text"]


def paths(drawn):
    return [each["class"] for each in drawn["shapes"] if each["is"] == "path"]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_route_is_drawn_as_it_is(narrow):
    tables = [table("rtb-ok"), table("rtb-gone", False), table("rtb-more", True, False), table("rtb-off", False, False)]
    drawn = drawing(perimeter(tables), {}, narrow)
    # The last one leads from the endpoint to the buckets.
    assert paths(drawn) == ["route critical", "route major", "route ok", "route ok"]
    said = texts(drawn)
    assert {"route is not declared", "route is missing", "no route"} <= set(said)
    assert [each for each in said if each.startswith("rtb-")] == ["rtb-more", "rtb-gone", "rtb-ok", "rtb-off"]
    assert drawn["said"] == (
        "VPC vpc-1: 2 of 4 route tables lead to endpoint vpce-1, behind which is 1 bucket, 0 not as declared."
    )


@pytest.mark.parametrize("existed, word", [(True, "was corrected"), (False, "is new")])
def test_what_was_corrected_is_drawn_as_it_is_now(existed, word):
    tables = [table("rtb-ok"), table("rtb-gone", False), table("rtb-more", True, False)]
    seen = perimeter(tables, ["a", "b"])
    seen["endpoint"]["existed"] = existed
    drawn = drawing(seen, {"a": "critical", "vpce-1": "major"}, False, corrected=True)
    assert paths(drawn) == ["route ok", "route ok", "route ok"]
    assert {"route was added", "route was removed", word} <= set(texts(drawn))
    assert {each["class"] for each in drawn["shapes"] if each["is"] == "dot"} == {"ok"}
    assert drawn["said"] == (
        "VPC vpc-1: 2 of 3 route tables lead to endpoint vpce-1, behind which are 2 buckets, 1 corrected."
    )


@pytest.mark.parametrize("narrow", [False, True])
def test_nothing_leaves_the_picture_and_long_names_are_cut(narrow):
    tables = [table("rtb-" + "x" * 90, subnets=9) for _turn in range(20)]
    drawn = drawing(perimeter(tables, [f"{'b' * 60}{n:03}" for n in range(50)], name="n" * 200), {}, narrow)
    for each in drawn["shapes"]:
        if each["is"] == "rect":
            assert 0 <= each["x"] <= each["x"] + each["width"] <= drawn["width"]
            assert 0 <= each["y"] <= each["y"] + each["height"] <= drawn["height"]
        if each["is"] == "text" and "end" not in each["class"].split():
            assert each["x"] + 5.2 * len(each["text"]) <= drawn["width"], each
    said = texts(drawn)
    assert "and 10 more route tables" in said
    assert "and 5 more subnets" in said
    assert "and 40 more" in said


def test_the_worst_buckets_are_named_first():
    names = [f"good-{n}" for n in range(20)]
    seen = perimeter([table("rtb-1")], [*names, "bad", "small"])
    seen["buckets"].append({"name": "gone", "failed": True})
    drawn = drawing(seen, {"bad": "critical", "small": "minor"}, False)
    assert [each["class"] for each in drawn["shapes"] if each["is"] == "dot"][:4] == [
        "failed",
        "critical",
        "minor",
        "ok",
    ]
    assert texts(drawn)[-1] == "and 13 more"


def test_what_was_not_looked_at_is_said():
    drawn = drawing(perimeter([], endpoint=None), {}, False)
    assert {"route tables were not looked at", "not looked at"} <= set(texts(drawn))
    assert paths(drawn) == []
