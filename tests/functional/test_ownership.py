# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role beside statements of others, and beside what somebody put into its own by hand."""

from __future__ import annotations

import json

import pytest

from tests.functional.role_run import Step, play

BUCKET = "role-data"
BOTH = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BOTH}
#: Under AWS's usual names.
TLS = {"Sid": "DenyInsecureTransport", **DENY, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}}}
OUTSIDE = {
    "Sid": "DenyOutsidePerimeter",
    **DENY,
    "Condition": {
        "StringNotEquals": {"aws:PrincipalOrgID": "o-1234567890"},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"},
    },
}


@pytest.fixture
def vpc(ec2, s3):
    s3.create_bucket(Bucket=BUCKET)
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def test_what_others_call_as_they_like_stays(emulator, s3, vpc):
    theirs = {"Version": "2012-10-17", "Statement": [TLS, OUTSIDE]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(theirs))
    given = {"vpc_id": vpc, "buckets": [BUCKET], "prove": False, "allow_lockout": True}
    steps = [{"state": "absent"}, {}, {"require_tls": False}, {}, {"require_tls": False, "state": "absent"}]
    never, *closed, opened = play(emulator, *(Step({**given, **one}) for one in steps)).outcomes
    assert (never.message, never.writes) == ("", [])
    for outcome, ours in zip(closed, (3, 2, 3), strict=True):
        assert outcome.message == ""
        found = outcome.policies[BUCKET]["Statement"]
        assert found[:2] == [TLS, OUTSIDE]
        assert [one["Sid"] for one in found[2:]] == ["PerimeterS3Network", "PerimeterS3Management", "PerimeterS3Tls"][
            :ours
        ]
    assert opened.message == ""
    assert json.dumps(opened.policies[BUCKET]) == json.dumps(theirs)


def test_what_was_put_beside_our_network_by_hand_is_neither_kept_nor_taken_out_in_silence(emulator, ec2, s3, vpc):
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(VpcId=other, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"][
        "VpcEndpointId"
    ]
    declared = {"vpc_id": vpc, "buckets": [BUCKET]}
    [first] = play(emulator, Step(declared)).outcomes
    own = first.result["endpoint"]["vpc_endpoint_id"]

    def by_hand(*networks):
        policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
        for statement in policy["Statement"]:
            if statement["Sid"] in ("PerimeterS3Network", "PerimeterS3Management"):
                condition = statement["Condition"]
                condition["StringNotEquals"] = {
                    "aws:SourceVpce": [own, *networks],
                    "aws:PrincipalAccount": "999988887777",
                }
                condition.setdefault("BoolIfExists", {})["aws:ViaAWSService"] = "false"
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    # The endpoint of another VPC, whose policy lets everything through, may be another declaration's.
    by_hand(made)
    refused, taken = play(emulator, Step(declared), Step({**declared, "exclusive": True})).outcomes
    for each in (made, "999988887777", "private_access_accepted_exceptions", "private_access_exclusive"):
        assert each in refused.message
    assert refused.writes == []
    assert (taken.message, taken.policies) == ("", first.policies)

    # Where no network of others is, nobody else declares: it is drift, and corrected.
    by_hand()
    accepted = {"excepted_accounts": ["999988887777"], "allow_forwarded_access": True}
    kept, corrected = play(
        emulator, Step({**declared, "accepted_exceptions": accepted, "prove": False}), Step(declared)
    ).outcomes
    assert (kept.message, kept.writes) == ("", [])
    assert (corrected.message, corrected.policies) == ("", first.policies)
