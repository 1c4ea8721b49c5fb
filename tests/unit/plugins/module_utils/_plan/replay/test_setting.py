# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies a plan changes on a path."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.replay.setting import UNSUPPLIED, Setting, Side

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOW]}
#: The same, its elements in another order.
TURNED = {"Statement": [dict(reversed(ALLOW.items()))], "Version": "2012-10-17"}
WIDER = {"Version": "2012-10-17", "Statement": [{**ALLOW, "Action": "s3:*"}]}
OWN = "vpce-0000000a"

# The policies in force and those that are planned, of buckets or endpoints -> whether that is a change.
CHANGES = {
    "nothing known": ({}, {}, False),
    "not planned": ({"it": POLICY}, {}, False),
    "the same": ({"it": POLICY}, {"it": dict(POLICY)}, False),
    "the same in another order": ({"it": POLICY}, {"it": TURNED}, False),
    "none, as before": ({"it": None}, {"it": None}, False),
    "another": ({"it": POLICY}, {"it": WIDER}, True),
    "the first": ({"it": None}, {"it": POLICY}, True),
    "none any more": ({"it": POLICY}, {"it": None}, True),
    "in force is not known": ({}, {"it": POLICY}, True),
    "in force is not known, and none is planned": ({}, {"it": None}, True),
    "of another": ({"it": POLICY, "other": POLICY}, {"other": WIDER}, False),
}


@pytest.mark.parametrize("current, planned, changed", CHANGES.values(), ids=CHANGES)
def test_what_a_plan_changes(current, planned, changed):
    assert Setting(Side(current, {}), Side(planned, {})).changes("it", OWN) is changed
    assert Setting(Side({}, current), Side({}, planned)).changes("a-bucket", "it") is changed


def test_policies_as_they_are_planned():
    setting = Setting(Side({"a": POLICY, "b": None}, {OWN: None}), Side({"c": WIDER, "b": TURNED}, {}))
    assert setting.buckets == ["a", "b", "c"]
    assert [setting.document(True, "buckets", name) for name in "abcd"] == [POLICY, TURNED, WIDER, UNSUPPLIED]
    assert [setting.document(False, "buckets", name) for name in "abcd"] == [POLICY, None, UNSUPPLIED, UNSUPPLIED]
    # As text, whatever the order; empty without any.
    assert setting.text(False, "buckets", "a") == setting.text(True, "buckets", "b")
    assert setting.text(False, "buckets", "b") == setting.text(False, "buckets", "c") == ""
    assert setting.text(True, "endpoints", OWN) == ""


DENY = {**ALLOW, "Effect": "Deny"}
REQUEST = {"principal": "anonymous", "action": "s3:GetObject", "resource": "arn:aws:s3:::a/k", "through": OWN}


def test_a_policy_of_an_endpoint_counts_that_is_planned_and_not_known_before():
    denying = {"Version": "2012-10-17", "Statement": [ALLOW, DENY]}
    setting = Setting(Side({"a": POLICY}, {}), Side({}, {OWN: denying}))
    for planned, decision in ((False, "allow"), (True, "explicit_deny")):
        assert setting.policies(planned, "a", OWN, "", True, False).decide(REQUEST).decision == decision
        assert setting.passing(planned, OWN).decide(REQUEST).decision == decision
    # What it denies is new.
    assert setting.narrowed("a", OWN, "").decide(REQUEST).decision == "explicit_deny"
    known = Setting(Side({"a": POLICY}, {OWN: denying}), Side({}, {}))
    assert known.narrowed("a", OWN, "").decide(REQUEST).decision == "allow"
