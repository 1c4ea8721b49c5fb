# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who it was, as userIdentity of CloudTrail and the requesters of server access logs tell it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history import identity as who
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.identity import (
    Identity,
    identity_of,
    of_arn,
    requester_of,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE, USER = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly", f"arn:aws:iam::{ACCOUNT}:user/people/bob"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/nightly/i-0abc"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
ANONYMOUS = Identity("anonymous", "", "", "anonymous")


def session(issuer=ROLE, **more):
    given = {"type": "AssumedRole", "arn": SESSION, "principalId": "AROA1:i-0abc", "accountId": ACCOUNT}
    return {**given, "sessionContext": {"sessionIssuer": {"arn": issuer}}, **more}


OF_ROLE = Identity(ROLE, "AROA1", ACCOUNT, who.ROLE)
IDENTITIES = {
    "a session of a role": (session(), OF_ROLE),
    "a session without its account": (session(accountId=None), OF_ROLE),
    "in an account of others": (session(accountId=OTHER), OF_ROLE._replace(account=OTHER)),
    "a session whose role is not told": (session(None), OF_ROLE._replace(principal=SESSION, kind=who.SESSION)),
    "a session of what is no role": (session(USER), Identity("", "AROA1", ACCOUNT, who.FOREIGN)),
    "another type with a role": (
        session(type="FederatedUser"), OF_ROLE._replace(principal=SESSION, kind=who.SESSION),
    ),
    "for a service": (session(invokedBy="athena.amazonaws.com"), OF_ROLE._replace(via="athena.amazonaws.com")),
    "for AWS": (session(invokedBy="AWS Internal"), OF_ROLE._replace(internal=True)),
    "for AWS, with a number": (session(invokedBy="AWS Internal/7"), OF_ROLE._replace(internal=True)),
    "in the console": (session(invokedBy="signin.amazonaws.com"), OF_ROLE._replace(console=True)),
    "odd parts": ({**session(), "sessionContext": "x", "arn": 7}, Identity("", "AROA1", "", who.UNREADABLE)),
    "an odd issuer": (
        {**session(), "sessionContext": {"sessionIssuer": "x"}},
        OF_ROLE._replace(principal=SESSION, kind=who.SESSION),
    ),
    "a user": (
        {"type": "IAMUser", "arn": USER, "principalId": "AIDA1", "accountId": ACCOUNT},
        Identity(USER, "AIDA1", ACCOUNT, who.USER),
    ),
    "a service": (
        {"type": "AWSService", "invokedBy": "a.amazonaws.com"}, Identity("a.amazonaws.com", "", "", "service"),
    ),
    "in China": (
        {"type": "AWSService", "invokedBy": "a.amazonaws.com.cn"}, Identity("a.amazonaws.com.cn", "", "", "service"),
    ),
    "a service without a name": ({"type": "AWSService", "invokedBy": "AWS Internal"}, Identity("", "", "", "service")),
    "nothing but a service": ({"invokedBy": "a.amazonaws.com"}, Identity("a.amazonaws.com", "", "", "service")),
    "a service for an account": (
        {"invokedBy": "a.amazonaws.com", "accountId": ACCOUNT},
        Identity("", "", ACCOUNT, who.FOREIGN, via="a.amazonaws.com"),
    ),
    "a service for somebody": (
        {"invokedBy": "a.amazonaws.com", "arn": USER}, Identity(USER, "", ACCOUNT, who.USER, via="a.amazonaws.com"),
    ),
    "a service for a type": (
        {"invokedBy": "a.amazonaws.com", "type": "Unknown"},
        Identity("", "", "", who.UNREADABLE, via="a.amazonaws.com"),
    ),
    "anonymous": ({"type": "AWSAccount", "accountId": "anonymous", "principalId": "x"}, ANONYMOUS),
    "anonymous of before": ({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL"}, ANONYMOUS),
    "of another account": (
        {"type": "AWSAccount", "accountId": OTHER, "principalId": "AROA2:s"}, Identity("", "AROA2", OTHER, who.FOREIGN),
    ),
    "CloudFront": (
        {"type": "AWSAccount", "accountId": "CloudFront", "principalId": "AIDAX"}, Identity("", "AIDAX", "", who.OAI),
    ),
    "CloudFront by its ARN": ({"arn": OAI, "principalId": "AIDAX"}, Identity("", "AIDAX", "", who.OAI)),
    "an account that is none": (
        {"accountId": "x", "principalId": "AIDAX"}, Identity("", "AIDAX", "", who.UNREADABLE),
    ),
    "nobody": ({}, Identity("", "", "", who.UNREADABLE)),
}  # fmt: skip


@pytest.mark.parametrize("given, found", IDENTITIES.values(), ids=IDENTITIES)
def test_who_a_record_says(given, found):
    assert identity_of(given) == found


ARNS = [
    (USER, USER, ACCOUNT, who.USER),
    (ROLE, ROLE, ACCOUNT, who.ROLE),
    (f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, who.ROOT),
    (SESSION, SESSION, ACCOUNT, who.SESSION),
    (FEDERATED, FEDERATED, ACCOUNT, who.FEDERATED),
    (f"arn:aws:iam::{ACCOUNT}:group/all", "", ACCOUNT, who.UNREADABLE),
    (f"arn:aws:sts::{ACCOUNT}:role/x", "", ACCOUNT, who.UNREADABLE),
    ("arn:aws:iam::1234:role/x", "", "", who.UNREADABLE),
    (OAI, "", "", who.OAI),
    (OAI.replace("aws", "aws-cn", 1), "", "", who.OAI),
    ("arn:aws:iam::cloudfront:role/x", "", "", who.UNREADABLE),
    ("bob", "", "", who.UNREADABLE),
    ("", "", "", who.UNREADABLE),
]  # fmt: skip


@pytest.mark.parametrize("arn, principal, account, kind", ARNS)
def test_who_an_arn_is(arn, principal, account, kind):
    assert of_arn(arn) == Identity(principal, "", account, kind)


REQUESTERS = [
    ("-", ANONYMOUS),
    ("AmazonS3", None),
    ("arn:aws:iam::162777425019:user/awslogsdelivery", None),
    ("svc:cloudfront.amazonaws.com", Identity("cloudfront.amazonaws.com", "", "", who.SERVICE)),
    ("0123456789abcdef" * 4, Identity("", "0123456789abcdef" * 4, "", who.FOREIGN)),
    ("0123456789abcdef" * 3, Identity("", "0123456789abcdef" * 3, "", who.UNREADABLE)),
    (USER, Identity(USER, "", ACCOUNT, who.USER)),
    ("bob", Identity("", "bob", "", who.UNREADABLE)),
]


@pytest.mark.parametrize("requester, found", REQUESTERS)
def test_who_the_requester_of_a_log_is(requester, found):
    assert requester_of(requester) == found
