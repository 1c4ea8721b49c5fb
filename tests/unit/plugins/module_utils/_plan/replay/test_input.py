# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a replay."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.input import (
    check_ignored,
    read_evidence,
    read_moment,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

MOMENTS = {
    "2026-11-01": 1793491200,
    "2026-11-01T01:00:00Z": 1793494800,
    "2026-11-01T02:00:00+01:00": 1793494800,
}


@pytest.mark.parametrize("text, seconds", MOMENTS.items())
def test_moments(text, seconds):
    assert read_moment(text, "since") == seconds
    assert read_moment("2026-11-01", "until", whole_day=True) == 1793491200 + 86_400


NO_MOMENTS = [
    ("2026-11-01T02:00:00", "does not say in which time zone"),
    *((text, "is no date and no time") for text in ("yesterday", "2026-13-01", "2026-11-01T25:00:00Z")),
]


@pytest.mark.parametrize("text, said", NO_MOMENTS)
def test_what_is_no_moment(text, said):
    with pytest.raises(Refusal, match=rf"since: '{text}' {said}\. Write a date such as 2026-11-01, "):
        read_moment(text, "since")


@pytest.mark.parametrize("text", ["", None])
def test_no_moment(text):
    assert read_moment(text, "since") is None
    assert read_moment("2026-11-01T01:00:00Z", "until", whole_day=True) == 1793494800


GOOD = ["a", {"path": "b", "format": "aggregate"}, {"path": "c", "format": ""}]
# Evidence that is none, its place, what is said
WRONG = [
    (7, "evidence[1]", "7 is no evidence."),
    ("", "evidence[1]", "'' is no evidence."),
    ({"format": "auto"}, "evidence[1]", "{'format': 'auto'} is no evidence."),
    ({"path": 7}, "evidence[1]", "{'path': 7} is no evidence."),
    ({"path": "a", "kind": 1, "also": 2}, "evidence[1]", "Evidence has no 'also'."),
    ({"path": "a", "format": "csv"}, "evidence[1].format", "'csv' is not known."),
]


def test_evidence():
    assert read_evidence(GOOD) == [("a", "auto"), ("b", "aggregate"), ("c", "auto")]
    with pytest.raises(PolicyError) as raised:
        read_evidence([one for one, _place, _said in WRONG])
    assert len(raised.value.problems) == len(WRONG)
    assert str(raised.value).startswith("Invalid evidence: evidence[0]: 7 is no evidence.")


@pytest.mark.parametrize("one, place, said", WRONG)
def test_what_is_no_evidence(one, place, said):
    with pytest.raises(PolicyError) as raised:
        read_evidence(["a", one])
    assert [(problem.path, problem.rule) for problem in raised.value.problems] == [(place, said)]


def test_nobody_ignores_everything():
    check_ignored([{name: "x"} for name in ("principal", "action", "bucket", "through")])
    with pytest.raises(PolicyError) as raised:
        check_ignored([{"bucket": "x"}, {"reason": "everything"}, {"bucket": ""}])
    assert [problem.path for problem in raised.value.problems] == ["ignore[1]", "ignore[2]"]
    assert str(raised.value).startswith(
        "Invalid ignore: ignore[1]: It fits everything. Give one of principal, action, bucket, through, with a reason."
    )
