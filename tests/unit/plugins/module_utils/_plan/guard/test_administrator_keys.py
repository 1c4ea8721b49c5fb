# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which keys of a request are those of the caller alone."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.administrators import (
    Administrator,
    administrators_of,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.guard.endpoint_plans import (
    ROLE,
    SESSION,
    USER,
)

SIGNED = {"s3:authType": "REST-HEADER", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1"}


def test_keys_of_who_somebody_is_are_the_callers_alone():
    caller = Administrator(SESSION, {"aws:userid": "AROAEXAMPLE:run-7"}, "caller")
    context = {"aws:PrincipalArn": ROLE, "aws:PrincipalOrgID": "o-exampleorgid", "AWS:UserId": "wrong"}
    first, second = administrators_of(caller, [USER, SESSION, USER], context)
    assert first.context == {
        **SIGNED,
        "aws:PrincipalArn": ROLE,
        "aws:PrincipalOrgID": "o-exampleorgid",
        "aws:userid": "AROAEXAMPLE:run-7",
    }
    assert (second.principal, second.context) == (USER, {"aws:PrincipalOrgID": "o-exampleorgid"})


@pytest.mark.parametrize(
    "key",
    [
        "aws:PrincipalTag/team",
        "AWS:principaltag/Team",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",
        "aws:FederatedProvider",
        "aws:UserAgent",
        "aws:AssumedRoot",
        "s3:signatureversion",
        "saml:sub",
    ],
)
def test_what_describes_the_caller_is_lent_to_nobody(key):
    caller = Administrator(SESSION, {}, "caller")
    first, second = administrators_of(caller, [USER], {key: "x"})
    assert first.context[key] == "x"
    assert second.context == {}


@pytest.mark.parametrize(
    "key",
    [
        "aws:SourceIp",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:VpceAccount",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceVpcArn",
        "aws:VpcSourceIp",
        "s3:TlsVersion",
        "aws:SecureTransport",
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "s3:ResourceAccount",
        "aws:ResourceTag/a",
        "s3:BucketTag/b",
    ],
)
def test_what_describes_a_request_holds_for_all(key):
    _first, second = administrators_of(Administrator(SESSION, {}, "caller"), [USER], {key: "x"})
    assert second.context == {key: "x"}


def test_an_organization_is_that_of_its_account():
    known = {"aws:PrincipalOrgID": "o-exampleorgid"}
    other = "arn:aws:iam::999988887777:role/backup"
    contexts = {
        one.principal: one.context
        for one in administrators_of(Administrator(SESSION, {}, "caller"), [USER, other], known)
    }
    assert contexts[USER] == known
    assert contexts[other] == {}


def test_how_our_calls_are_signed_is_known_of_them_alone_and_can_be_said():
    first, second = administrators_of(Administrator(SESSION, {}, "caller"), [USER], {"S3:AuthType": "POST"})
    assert first.context == {"S3:AuthType": "POST", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:signatureAge": "1"}
    assert second.context == {}
