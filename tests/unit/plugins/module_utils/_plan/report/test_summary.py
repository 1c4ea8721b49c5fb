# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.summary import summary

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
SHOWN = {
    "vpc_endpoint_id": "vpce-1", "route_table_ids": ["rtb-1"], "tags": {}, "policy_document": {"Statement": [ALLOW]}
}  # fmt: skip


def deny(bucket):
    return {
        "Sid": "PerimeterS3DenyOutsidePerimeter", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    }  # fmt: skip


def bucket(name, **more):
    return {"bucket": name, "changed": False, "before": None, "policy": {"Statement": [deny(name)]}, **more}


def lines(before, after, buckets, planned=False, reach=None):
    looked = {"endpoint": {"before": before, "endpoint": after, "actions": []}, "buckets": buckets}
    return summary(looked, perimeter("", "", "", "vpc-1", looked["endpoint"], buckets), planned, reach)


@pytest.mark.parametrize(
    "before, after, said",
    [
        (SHOWN, SHOWN, "endpoint: unchanged"),
        (None, SHOWN, "endpoint: new"),
        (SHOWN, None, "endpoint: removed"),
        (
            {**SHOWN, "policy_document": {}, "route_table_ids": ["rtb-1", "rtb-2"]},
            SHOWN,
            "endpoint: policy, 1 route table",
        ),
        ({**SHOWN, "tags": {"a": "b"}, "route_table_ids": ["rtb-2"]}, SHOWN, "endpoint: 2 route tables, tags"),
        ({**SHOWN, "ip_address_type": "ipv4"}, {**SHOWN, "ip_address_type": "dualstack"}, "endpoint: changed"),
    ],
)
def test_what_of_the_endpoint_changes(before, after, said):
    assert lines(before, after, [bucket("a")])[0] == f"Done: {said}; 1 bucket unchanged."


def test_a_plan_of_many_buckets_is_one_line():
    buckets = [bucket(f"b-{n}", changed=n < 12) for n in range(200)]
    found = lines({**SHOWN, "policy_document": {}, "route_table_ids": []}, SHOWN, buckets, True, {"holds": True})
    assert found == [
        "Plan: endpoint: policy, 1 route table; 12 buckets: perimeter; 188 buckets unchanged.",
        "vpce-1, 1 route table:",
        "  Allow GetObject on a/*",
        "all 200 buckets:",
        "  Deny everything on {bucket}, {bucket}/* unless through vpce-1",
        "Proved: what is declared passes, and nothing else.",
    ]


def test_what_failed_is_counted_and_the_verdict_said():
    failed = {"bucket": "c", "failed": True, "msg": "no", "actions": []}
    found = lines(SHOWN, SHOWN, [bucket("a", changed=True), failed], reach={"holds": False})
    assert found[0] == "Done: endpoint: unchanged; 1 bucket: perimeter; 1 bucket: failed."
    assert found[-1] == "Refuted: what passes is not what is declared."


def test_it_is_short_whatever_the_policies_say():
    hostile = {**ALLOW, "Action": "s3:\r\n" + "x" * 900}
    buckets = [bucket(f"b-{n}", policy={"Statement": [{**hostile, "Sid": str(n)}]}) for n in range(50)]
    found = lines(SHOWN, SHOWN, buckets)
    assert len(found) <= 40
    assert max(map(len, found)) <= 200
    assert not any("\r" in each for each in found)
    assert found[-1] == "and 39 more statements."


def test_an_endpoint_that_is_yet_to_be_made_has_no_id():
    text = json.dumps(bucket("a")).replace("vpce-1", "vpce-00000000000000000")
    found = lines(None, {**SHOWN, "vpc_endpoint_id": None}, [json.loads(text)], True)
    assert "through the new endpoint" in "\n".join(found)
    assert "vpce-0000" not in "\n".join(found)
