# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.proof import proof_of

EXAMPLE = "role/x can get"
#: The cells of a row.
THROUGH = {
    "get": {"passes": "always", "example": EXAMPLE},
    "put_policy": {"passes": "depends", "example": EXAMPLE, "denied": "not x", "depends_on": "Deny"},
    "other": {"passes": "never"},
}
ELSEWHERE = {"get": {"passes": "never"}}
OPEN = {"get": {"passes": "undecided", "depends_on": "b"}}
MANAGERS = {
    "principal": "managers",
    "keys": ["declared prefixes"],
    "reach": {"endpoint": THROUGH, "elsewhere": ELSEWHERE},
}
ANONYMOUS = {"principal": "anonymous", "keys": ["all keys"], "reach": {"endpoint": OPEN}}
THEOREM = {
    "title": "Nothing else.",
    "verdict": "holds",
    "rests_on": [{"statement": "Deny", "layer": "endpoint_policy"}],
    "narrowed": [],
}
REACH = {
    "holds": True,
    "theorems": [THEOREM],
    "matrix": [{"buckets": ["a", "b"], "rows": [MANAGERS, ANONYMOUS]}],
    "assumed": ["Much."],
}


def test_cells_say_what_passes_and_what_decides():
    [matrix] = proof_of(REACH)["matrices"]
    assert (matrix["count"], matrix["paths"]) == (2, ["through the endpoint", "elsewhere"])
    managers, anonymous = matrix["rows"]
    assert (managers["of_keys"], anonymous["of_keys"]) == ("declared prefixes", "")
    through, elsewhere = managers["cells"]
    assert through["state"] == "always"
    assert through["said"] == [{"state": "always", "actions": "get"}, {"state": "depends", "actions": "put policy"}]
    assert [each["action"] for each in through["details"]] == ["get", "put policy"]
    assert [(each["label"], each["text"]) for each in through["details"][1]["lines"]] == [
        ("passes", EXAMPLE), ("denied", "not x"), ("decided by", "Deny"),
    ]  # fmt: skip
    assert (elsewhere["state"], elsewhere["said"], elsewhere["details"]) == ("never", [], [])
    assert [each["state"] for each in anonymous["cells"]] == ["undecided", "none"]


def test_rows_of_json_that_was_sorted_stand_in_our_order():
    always = {"passes": "always"}
    reach = {
        "internet": {"delete": always, "get": {**always, "example": EXAMPLE}, "other": always},
        "endpoint": THROUGH,
    }
    row = {"principal": "x", "keys": [], "reach": reach}
    [matrix] = proof_of({**REACH, "matrix": [{"buckets": ["a"], "rows": [row]}]})["matrices"]
    assert matrix["paths"] == ["through the endpoint", "from the internet"]
    internet = matrix["rows"][0]["cells"][1]
    assert internet["said"] == [{"state": "always", "actions": "get, delete, anything else"}]
    # Of what always passes one example is enough.
    [told] = internet["details"]
    assert (told["action"], [each["text"] for each in told["lines"]]) == ("get, delete, anything else", [EXAMPLE])


@pytest.mark.parametrize(
    "holds, verdict, said",
    [(True, "holds", "proved"), (False, "refuted", "refuted"), (False, "undecided", "undecided")],
)
def test_verdicts(holds, verdict, said):
    theorem = {**THEOREM, "verdict": verdict}
    found = proof_of({**REACH, "holds": holds, "theorems": [theorem]})
    assert (found["verdict"], found["theorems"][0]["rests_on"]) == (said, "Deny (endpoint policy)")


def test_counterexamples_bring_the_task_that_reproduces_them():
    wrong = {
        "message": "x passes.",
        "buckets": ["a"],
        "statement": "S",
        "layer": "bucket_policy",
        "task": {"a.b.c": {"d": 1}},
    }
    found = proof_of({**REACH, "holds": False, "theorems": [], "mismatches": [wrong] * 60})
    assert (found["verdict"], len(found["examples"]), found["more"]) == ("refuted", 40, 20)
    assert found["examples"][0]["task"] == "- name: Reproduce it\n  a.b.c:\n    d: 1"
    assert proof_of(None) is proof_of({}) is None
