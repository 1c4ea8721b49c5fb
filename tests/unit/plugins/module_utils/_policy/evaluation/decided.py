# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests, and policies that decide them: tests of evaluation share them."""

from __future__ import annotations

ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
ONLY_ENDPOINT = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "OnlyEndpoint",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [BUCKET, f"{BUCKET}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
    },
}
PUT_POLICY = {"principal": ALICE, "action": "s3:PutBucketPolicy", "resource": BUCKET}


GET = {"principal": ALICE, "action": "s3:GetObject", "resource": f"{BUCKET}/x", "through": "internet"}
FOREIGN = "arn:aws:iam::444455556666:user/eve"
LINKED = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s"


def bucket(**more):
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "S",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            **({} if "NotResource" in more else {"Resource": "*"}),
            **more,
        },
    }


DENY_ALL = [[bucket(Effect="Deny", Sid="Rcp")]]
