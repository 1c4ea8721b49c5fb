# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replay says of its evidence: of how few days it is, and what of it could not be read."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.tally import Tally
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.result import Result
from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import read_setting

DAY = 86_400


def findings(days=200, minimum=0, **told):
    """What is said beyond the coverage of evidence of so many days in a row."""
    tally = Tally()
    tally.first, tally.last = 20_000 * DAY, (20_000 + days - 1) * DAY if days else 0
    tally.days = -1
    for name, value in told.items():
        setattr(tally, name, value)
    said = Result([], tally, read_setting({}), minimum).findings
    return {one["kind"]: (one["subject"], one["text"]) for one in said}


SHORT = "The evidence is of {} days: what happens once in a {} may not be among it."
# Days of evidence, how many there have to be, what is said
WINDOWS = [
    (1, 0, {"window_too_short": SHORT.format(1, "week or month")}),
    (34, 0, {"window_too_short": SHORT.format(34, "week or month")}),
    (35, 0, {"window_short": SHORT.format(35, "quarter or year")}),
    (99, 0, {"window_short": SHORT.format(99, "quarter or year")}),
    (100, 0, {}),
    (7, 7, {"window_short": SHORT.format(7, "week or month")}),
    (119, 120, {"window_too_short": SHORT.format(119, "quarter or year")}),
    (120, 120, {}),
    (0, 0, {}),
]


@pytest.mark.parametrize("days, minimum, said", WINDOWS)
def test_evidence_of_few_days(days, minimum, said):
    found = findings(days, minimum) if days else findings(0, minimum, first=0)
    assert found == {kind: ("window", text) for kind, text in said.items()}


#: What was counted -> what is said of it.
COUNTED = {
    "malformed": (
        {"malformed": 7, "named": list("abcdef")}, "evidence",
        "Places of the evidence that cannot be read: 7 (a; b; c; d; e).",
    ),
    "without_zone": ({"without_zone": 2}, "evidence", "Times without a zone, which are taken for UTC: 2."),
    "nothing_there": (
        {"empty": ["a/", "b/"]}, "evidence", "There is no file, or no object of these days, in a/, b/.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", COUNTED)
def test_what_was_counted_is_said(kind):
    told, subject, text = COUNTED[kind]
    assert findings(**told) == {kind: (subject, text)}
