# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a workload and an auditor get when they ask for objects with plain boto3, over the internet and the endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from surroundings import BUCKETS, KEY, Surroundings

REPORTS, ARCHIVE = BUCKETS
ACCOUNT = "123456789012"
INTERNET = "internet"
_MAY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": "arn:aws:s3:::demo-*/*",
        }
    ],
}


class Unexpected(Exception):
    """AWS answered otherwise than the demo says."""


@dataclass(frozen=True)
class Reader:
    """A user who may read, write and delete objects as far as its own policy goes."""

    emulator: Any
    name: str
    credentials: dict[str, str]

    @classmethod
    def made(cls, emulator: Any, name: str) -> Reader:
        iam = emulator.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="objects", PolicyDocument=json.dumps(_MAY))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey"}
        return cls(emulator, name, {option: key[name] for option, name in names.items()})

    def gets(self, bucket: str, through: str, status: int) -> None:
        client = self.emulator.s3(through, **self.credentials)
        what = f"GetObject {bucket}/{KEY}"
        expect(self.name, what, through, status, lambda: client.get_object(Bucket=bucket, Key=KEY))

    def deletes(self, through: str, status: int) -> None:
        client = self.emulator.s3(through, **self.credentials)
        what = f"DeleteObject {REPORTS}/{KEY}"
        expect(self.name, what, through, status, lambda: client.delete_object(Bucket=REPORTS, Key=KEY))


def lock_out_and_recover(emulator: Any, around: Surroundings, document: str) -> None:
    """Put by hand the document that the module refused, see it lock its author out, and repair it as the root user."""
    before = json.dumps(around.policy(ARCHIVE))
    automation, root = emulator.s3(), emulator.s3(root=ACCOUNT)
    put, get = "PutBucketPolicy", "GetBucketPolicy"
    expect(
        "automation", f"{put} {ARCHIVE} (the same document)", INTERNET, 200,
        lambda: automation.put_bucket_policy(Bucket=ARCHIVE, Policy=document),
    )  # fmt: skip
    expect("automation", f"{get} {ARCHIVE}", INTERNET, 403, lambda: automation.get_bucket_policy(Bucket=ARCHIVE))
    expect(
        "automation", f"{put} {ARCHIVE} (as before)", INTERNET, 403,
        lambda: automation.put_bucket_policy(Bucket=ARCHIVE, Policy=before),
    )  # fmt: skip
    print("\n  Locked out. S3 lets the root user of the account repair it, whatever the policy of the bucket says:\n")
    expect(
        "root user", f"{put} {ARCHIVE} (as before)", INTERNET, 200,
        lambda: root.put_bucket_policy(Bucket=ARCHIVE, Policy=before),
    )  # fmt: skip
    expect("automation", f"{get} {ARCHIVE}", INTERNET, 200, lambda: automation.get_bucket_policy(Bucket=ARCHIVE))


def expect(who: str, what: str, through: str, status: int, call: Callable[[], dict[str, Any]]) -> None:
    """Call, show the answer in a line, and insist on its status."""
    why = ""
    try:
        seen = call()["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        seen = error.response["ResponseMetadata"]["HTTPStatusCode"]
        why = _because(error.response["Error"].get("Message", ""))
    path = "from the internet" if through == INTERNET else "through the endpoint"
    print(f"  {'✓' if seen < 300 else '✗'} {seen}  {who:<10}  {what:<56} {path}")
    if why:
        print(f"         {why}")
    if seen != status:
        raise Unexpected(f"{what} {path} should have been answered with {status}, not with {seen}.")


def _because(message: str) -> str:
    """The end of AWS's message, which says what denied."""
    starts = [place for words in ("with an explicit", "because no") if (place := message.find(words)) >= 0]
    return message[min(starts) :] if starts else message
