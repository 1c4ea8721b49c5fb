# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.words import in_words, line, statements

B = "arn:aws:s3:::b"


@pytest.mark.parametrize(
    "statement, said",
    [
        (
            {
                "Effect": "Deny", "Principal": "*", "NotAction": ["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
                "Resource": [B, f"{B}/*"],
                "Condition": {
                    "StringNotEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]},
                    "ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/a/b"]},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
            "Deny everything but managing the policy on b, b/* unless through vpce-1 or vpce-2 or by "
            "111122223333:role/a/b or by an AWS service",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": False}}},
            "Deny everything unless over TLS",
        ),
        (
            {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
             "Resource": f"{B}/*", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
            "Allow PutObject on b/* by logging.s3.amazonaws.com if for account 111122223333",
        ),
        (
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:A", "s3:B", "s3:C", "s3:D"], "NotResource": B,
             "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}, "Null": {"aws:x": "true"}}},
            "Allow A, B, C and 1 more on all but b if s3:TlsVersion is below 1.3 and there is no aws:x",
        ),
        (
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": B,
             "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}}},
            "Allow GetObject on b if aws:CurrentTime is after 2026-01-01",
        ),
        (
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": B,
             "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-01"}}},
            "Allow GetObject on b if aws:CurrentTime is before 2026-01-01",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": B,
             "Condition": {"NumericGreaterThan": {"s3:max-keys": "10"}}},
            "Deny GetObject on b if s3:max-keys is above 10",
        ),
        (
            {"Effect": "Allow", "NotPrincipal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": B,
             "Condition": {"ForAnyValue:StringLike": {"a:b": ["x", "y"]}}},
            "Allow GetObject on b by all but 444455556666 if a:b is x or y",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": B,
             "Condition": {"NumericLessThanEquals": {"s3:max-keys": "10"}}},
            "Deny GetObject on b if s3:max-keys is at most 10",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": B,
             "Condition": {"NumericGreaterThanEquals": {"s3:max-keys": ["10", "20"]}}},
            "Deny GetObject on b if s3:max-keys is at least 10 or 20",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": [B, B],
             "Condition": {"Null": {"aws:x": ["false"], "aws:y": True}}},
            "Deny GetObject on b if there is no aws:y unless there is no aws:x",
        ),
        (
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root", "Service": ["a", "b"]},
             "Action": ["s3:PutObject", "s3:PutBucketPolicy", "s3:GetObject"],
             "Resource": ["arn:aws:s3:us-east-1:111122223333:accesspoint/x", "b"]},
            "Allow managing the policy on arn:aws:s3:us-east-1:111122223333:accesspoint/x, b "
            "by 111122223333:root or a or b",
        ),
        (
            {"Effect": "Allow", "Principal": "me", "Action": "s3:Get*", "NotResource": [B, f"{B}/*"],
             "Condition": {"StringLikeIfExists": {"aws:PrincipalArn": ["arn:aws:iam:::role/y", "x", "x"]}}},
            "Allow Get* on all but b or b/* by me if by role/y or x",
        ),
        ({"Effect": "Allow", "NotPrincipal": "*", "Action": ["*", "s3:*"]}, "Allow *, *"),
        ({"Effect": "Allow", "Principal": {"AWS": ["*", "x"]}, "Action": "*"}, "Allow everything by * or x"),
        ({"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "*", "Resource": "*"}, "Allow everything"),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:*"], "Resource": [B]}, "Allow everything on b"),
        ({"Effect": "Deny", "Action": ["s3:PutBucketPolicy"], "Resource": B}, "Deny PutBucketPolicy on b"),
        (
            {"Effect": "Deny", "Action": ["s3:GetObject", "s3:putbucketpolicy"], "Resource": B},
            "Deny managing the policy on b",
        ),
        ({"Effect": "Deny", "NotAction": "s3:*", "Resource": []}, "Deny everything but everything"),
    ],
)  # fmt: skip
def test_in_words(statement, said):
    assert line(in_words(statement)) == said


@pytest.mark.parametrize(
    "document, count",
    [(None, 0), ({"Statement": {"Effect": "Deny"}}, 1), ({"Statement": "x"}, 0), ({"Statement": ["x"]}, 0)],
)
def test_statements(document, count):
    assert len(statements(document)) == count


#: Key -> how a condition on it is said, of an Allow.
SAID = {
    "aws:SourceVpce": "through x or y",
    "aws:SourceVpc": "from x or y",
    "aws:SourceIp": "from x or y",
    "aws:VpcSourceIp": "from x or y",
    "aws:PrincipalArn": "by x or y",
    "aws:PrincipalAccount": "by account x or y",
    "aws:PrincipalOrgID": "by organization x or y",
    "aws:SourceAccount": "for account x or y",
    "aws:SourceOrgID": "for organization x or y",
    "aws:SourceArn": "for x or y",
    "aws:ResourceAccount": "in account x or y",
    "aws:ResourceOrgID": "in organization x or y",
    "s3:TlsVersion": "with TLS x or y",
    "aws:username": "aws:username is x or y",
}
YES = {
    "aws:PrincipalIsAWSService": "by an AWS service",
    "aws:ViaAWSService": "forwarded by an AWS service",
    "aws:SecureTransport": "over TLS",
    "aws:MultiFactorAuthPresent": "with MFA",
}


@pytest.mark.parametrize("key", SAID)
def test_conditions_in_words(key):
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    said = line(in_words({**made, "Condition": {"StringEquals": {key: ["x", "y"]}}}))
    assert said == f"Allow everything if {SAID[key]}"
    said = line(in_words({**made, "Effect": "Deny", "Condition": {"StringNotEquals": {key: ["x", "y"]}}}))
    assert said == f"Deny everything unless {SAID[key]}"


@pytest.mark.parametrize("key", YES)
def test_what_is_true_or_false_in_words(key):
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert line(in_words({**made, "Condition": {"Bool": {key: "true"}}})) == f"Allow everything if {YES[key]}"
    said = line(in_words({**made, "Effect": "Deny", "Condition": {"BoolIfExists": {key: "false"}}}))
    assert said == f"Deny everything unless {YES[key]}"
