# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the emulator corrects moto's buckets."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

BUCKET = "reports"
ARN = f"arn:aws:s3:::{BUCKET}"
PARTNER = "arn:aws:iam::111122223333:root"
READ = {"Effect": "Allow", "Principal": {"AWS": PARTNER}, "Action": "s3:GetObject", "Resource": f"{ARN}/*"}


def policy(**changes) -> str:
    """The policy with these elements of its statement changed, or without those that are None."""
    statement = {name: value for name, value in {**READ, **changes}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket=BUCKET)
    return s3


def refused(call, **options):
    with pytest.raises(ClientError) as caught:
        call(Bucket=BUCKET, **options)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


MALFORMED = {
    "not JSON": ("no policy", "Policies must be valid JSON and the first byte must be '{'"),
    "not an object": ("[]", "Policies must be valid JSON and the first byte must be '{'"),
    "version": (policy().replace("2012-10-17", "2012-10-18"), "The policy must contain a valid version string"),
    "no statement": ('{"Version": "2012-10-17"}', "Missing required field Statement"),
    "empty": ('{"Statement": []}', "Could not parse the policy: Statement is empty!"),
    "no effect": (policy(Effect=None), "Missing required field Effect"),
    "no principal": (policy(Principal=None), "Missing required field Principal"),
    "no action": (policy(Action=None), "Missing required field Action"),
    "no resource": (policy(Resource=None), "Missing required field Resource"),
    "unknown element": (policy(Conditions={}), "Unknown field Conditions"),
    "action": (policy(Action="ec2:RunInstances"), "Policy has invalid action"),
    "foreign bucket": (policy(Resource="arn:aws:s3:::other/*"), "Policy has invalid resource"),
    "every bucket": (policy(Resource="arn:aws:s3:::*"), "Policy has invalid resource"),
    "longer name": (policy(Resource=f"{ARN}-2/*"), "Policy has invalid resource"),
    "object action": (policy(Resource=ARN), "Action does not apply to any resource(s) in statement"),
    "bucket action": (policy(Action="s3:ListBucket"), "Action does not apply to any resource(s) in statement"),
    "principal": (policy(Principal={"AWS": "alice"}), "Invalid principal in policy"),
    "size": (policy(Sid="x" * 20_480), "Policy exceeds the maximum allowed document size."),
}


@pytest.mark.parametrize("text, message", MALFORMED.values(), ids=MALFORMED)
def test_malformed_policy(bucket, text, message):
    assert refused(bucket.put_bucket_policy, Policy=text) == (400, "MalformedPolicy", message)
    assert refused(bucket.get_bucket_policy)[1] == "NoSuchBucketPolicy"


GOOD = {
    "plain": policy(),
    "both levels": policy(Action=["s3:ListBucket", "s3:GetObject"], Resource=[ARN, f"{ARN}/*"]),
    "everything": policy(Effect="Deny", Principal="*", Action="s3:*", Resource=[ARN, f"{ARN}/*"]),
    "service": policy(Principal={"Service": "delivery.logs.amazonaws.com"}, Action="s3:PutObject"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_good_policy(emulator, bucket, text):
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=text)
    # One of them denies everybody everything: the root user of the account can still read it.
    root = emulator.s3(root="123456789012")
    assert json.loads(root.get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(text)


def test_expected_owner(bucket):
    bucket.head_bucket(Bucket=BUCKET, ExpectedBucketOwner="123456789012")
    put = refused(bucket.put_bucket_policy, Policy=policy(), ExpectedBucketOwner="111122223333")
    assert put == (403, "AccessDenied", "Access Denied")
    assert refused(bucket.get_bucket_policy, ExpectedBucketOwner="111122223333")[1] == "AccessDenied"


def test_block_public_policy(bucket):
    public = policy(Principal="*")
    bucket.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    status, code, message = refused(bucket.put_bucket_policy, Policy=public)
    assert (status, code) == (403, "AccessDenied")
    assert "BlockPublicPolicy setting in S3 Block Public Access" in message
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal="*", Effect="Deny"))
    bucket.put_bucket_policy(
        Bucket=BUCKET, Policy=policy(Principal="*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})
    )
    bucket.delete_public_access_block(Bucket=BUCKET)
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=public)


def test_deny_of_a_stranger_does_not_stop_everybody(bucket):
    denied = policy(Effect="Deny", Action="s3:*", Resource=[ARN, f"{ARN}/*"])
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=denied)
    bucket.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    assert bucket.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"x"


def test_policy_is_seen_late(emulator, bucket):
    emulator.settings(policy_reads_until_visible=2)
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy())
    assert [refused(bucket.get_bucket_policy)[1] for _number in range(2)] == ["NoSuchBucketPolicy"] * 2
    assert bucket.get_bucket_policy(Bucket=BUCKET)["Policy"] == policy()
    bucket.delete_bucket_policy(Bucket=BUCKET)
    assert bucket.get_bucket_policy(Bucket=BUCKET)["Policy"] == policy()


def test_write_in_progress(emulator, bucket):
    emulator.settings(operation_aborted_writes=1)
    with pytest.raises(ClientError, match="OperationAborted"):
        bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy())
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy())


def principals(bucket) -> list:
    (statement,) = json.loads(bucket.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    return statement["Principal"]["AWS"]


def test_accounts_are_shown_as_their_root_users(bucket):
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal={"AWS": ["111122223333", "*"]}, Effect="Deny"))
    assert principals(bucket) == [PARTNER, "*"]


def test_what_counts_is_the_size_of_what_was_put(bucket):
    accounts = [str(number) for number in range(100000000000, 100000001300)]
    text = json.dumps(json.loads(policy(Principal={"AWS": accounts})), separators=(",", ":"))
    assert len(text) < 20_480
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=text)
    shown = bucket.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert len(shown) > 40_000
    assert refused(bucket.put_bucket_policy, Policy=shown)[1] == "MalformedPolicy"


@pytest.mark.parametrize("kind", ["role", "user"])
def test_who_is_deleted_is_shown_by_id(emulator, bucket, kind):
    iam = emulator.client("iam")
    more = {"AssumeRolePolicyDocument": "{}"} if kind == "role" else {}
    name = {f"{kind.title()}Name": "app"}
    made = getattr(iam, f"create_{kind}")(**name, **more)[kind.title()]
    unique = made[f"{kind.title()}Id"]
    bucket.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal={"AWS": unique}))
    assert principals(bucket) == made["Arn"]
    getattr(iam, f"delete_{kind}")(**name)
    assert principals(bucket) == unique
    shown = bucket.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert refused(bucket.put_bucket_policy, Policy=shown)[1:] == ("MalformedPolicy", "Invalid principal in policy")
    # Somebody new of the same name is somebody else.
    getattr(iam, f"create_{kind}")(**name, **more)
    assert principals(bucket) == unique
    assert refused(bucket.put_bucket_policy, Policy=shown)[1] == "MalformedPolicy"
