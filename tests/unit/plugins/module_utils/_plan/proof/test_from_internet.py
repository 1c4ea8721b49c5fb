# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a bucket policy says to requests from the internet, without asking where they come from."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.proof.from_internet import from_internet

VPCE = "vpce-1a2b3c4d"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect, **condition):
    made = {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    return {**made, "Condition": condition} if condition else made


TAG = {"aws:PrincipalTag/team": "ops"}


@pytest.mark.parametrize(
    "given, left",
    [
        (statement("Allow"), statement("Allow")),
        (statement("Deny", StringEquals=TAG), statement("Deny", StringEquals=TAG)),
        # An absent key makes a negated operator true, and any other false.
        (statement("Deny", StringNotEquals={"aws:SourceVpce": VPCE}), statement("Deny")),
        (statement("Allow", StringEquals={"AWS:sourcevpce": VPCE}), None),
        (statement("Deny", StringEquals={"aws:SourceVpc": "vpc-1a2b3c4d"}), None),
        (statement("Allow", StringEqualsIfExists={"aws:SourceVpce": VPCE}), statement("Allow")),
        (statement("Allow", Null={"aws:SourceVpce": "true"}), statement("Allow")),
        (statement("Allow", Null={"aws:SourceVpce": "false"}), None),
        (
            statement("Deny", StringNotEquals={"aws:SourceVpce": VPCE, **TAG}),
            statement("Deny", StringNotEquals=TAG),
        ),
        # Nobody knows the public address.
        (statement("Allow", IpAddress={"aws:SourceIp": "203.0.113.0/24"}), None),
        (statement("Deny", NotIpAddress={"aws:SourceIp": "203.0.113.0/24"}), statement("Deny")),
        (statement("Deny", NotIpAddress={"aws:VpcSourceIp": "10.0.0.0/8"}), statement("Deny")),
    ],
)
def test_networks_are_decided(given, left):
    assert from_internet(policy(given)) == (None if left is None else policy(left))


def test_what_is_left_is_a_policy():
    gone = statement("Allow", StringEquals={"aws:SourceVpce": VPCE})
    assert from_internet(policy(gone, statement("Deny"))) == policy(statement("Deny"))
