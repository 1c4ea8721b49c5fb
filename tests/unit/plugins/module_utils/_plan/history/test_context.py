# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Further condition keys that records tell, know to be absent, or do not tell."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.context import context_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.identity import identity_of

ACCOUNT = "111122223333"
ABSENT, UNTOLD = (), None


def session(**attributes):
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:run-7",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/run-7",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/app"}, **attributes},
    }


def told(key, record=None, parameters=None, identity=None):
    condition = {"StringNotLike": {key: ["x", "AROAEXAMPLE:run-*"]}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    known = Distinctions({"b": [{"Version": "2012-10-17", "Statement": [deny]}]}, {})
    given = {"userIdentity": session() if identity is None else identity, **(record or {})}
    found = dict(context_of(given, parameters or {}, identity_of(given["userIdentity"]), known))
    return found.get(key.lower())


MFA = {"attributes": {"mfaAuthenticated": "true"}}
# Key, record, parameters of the request, the values
CASES = [
    ("aws:RequestedRegion", {"awsRegion": "eu-central-1"}, {}, ("eu-central-1",)),
    ("aws:RequestedRegion", {}, {}, UNTOLD),
    ("aws:UserAgent", {"userAgent": "aws-cli"}, {}, ("aws-cli",)),
    ("aws:UserAgent", {"userAgent": ""}, {}, UNTOLD),
    ("aws:MultiFactorAuthPresent", {"userIdentity": session(**MFA)}, {}, ("true",)),
    ("aws:MultiFactorAuthPresent", {"userIdentity": session()}, {}, UNTOLD),
    # Credentials that do not expire come without.
    ("aws:MultiFactorAuthPresent", {"userIdentity": {"type": "IAMUser"}}, {}, ABSENT),
    ("aws:SourceIdentity", {"userIdentity": session(sourceIdentity="alice")}, {}, ("alice",)),
    ("aws:SourceIdentity", {}, {}, ABSENT),
    ("ec2:RoleDelivery", {"userIdentity": session(ec2RoleDelivery="2.0")}, {}, ("2.0",)),
    ("ec2:RoleDelivery", {}, {}, ABSENT),
    (
        "aws:FederatedProvider",
        {"userIdentity": session(webIdFederationData={"federatedProvider": "accounts.google.com"})},
        {},
        ("accounts.google.com",),
    ),
    ("aws:FederatedProvider", {}, {}, ABSENT),
    ("s3:TlsVersion", {"tlsDetails": {"tlsVersion": "TLSv1.2"}}, {}, ("1.2",)),
    ("s3:TlsVersion", {"tlsDetails": {}}, {}, UNTOLD),
    ("s3:authType", {"additionalEventData": {"AuthenticationMethod": "AuthHeader"}}, {}, ("REST-HEADER",)),
    ("s3:authType", {"additionalEventData": {"AuthenticationMethod": "QueryString"}}, {}, ("REST-QUERY-STRING",)),
    ("s3:authType", {"additionalEventData": {"AuthenticationMethod": "HtmlForm"}}, {}, ("POST",)),
    ("s3:authType", {"additionalEventData": {"AuthenticationMethod": "new"}}, {}, UNTOLD),
    ("s3:signatureversion", {"additionalEventData": {"SignatureVersion": "SigV4"}}, {}, ("AWS4-HMAC-SHA256",)),
    ("s3:signatureversion", {"additionalEventData": {"SignatureVersion": "SigV4A"}}, {}, ("AWS4-ECDSA-P256-SHA256",)),
    ("s3:signatureversion", {"additionalEventData": {"SignatureVersion": "SigV2"}}, {}, ("AWS",)),
    ("s3:signatureversion", {"additionalEventData": {}}, {}, UNTOLD),
    ("s3:prefix", {}, {"prefix": "a/"}, ("a/",)),
    ("s3:prefix", {}, {"prefix": ""}, ("",)),
    ("s3:prefix", {}, {}, ABSENT),
    ("s3:delimiter", {}, {"delimiter": "/"}, ("/",)),
    ("s3:delimiter", {}, {}, ABSENT),
    ("s3:max-keys", {}, {"max-keys": "10"}, ("10",)),
    ("s3:max-keys", {}, {}, ABSENT),
    ("s3:VersionId", {}, {"versionId": "3"}, ("3",)),
    ("s3:VersionId", {}, {}, ABSENT),
    ("s3:x-amz-acl", {}, {"x-amz-acl": "private"}, ("private",)),
    # A header that is not there may have been left out.
    ("s3:x-amz-acl", {}, {}, UNTOLD),
    ("aws:PrincipalTag/team", {}, {}, UNTOLD),
    ("aws:userid", {}, {}, ("AROAEXAMPLE:run-7",)),
    # Without the name of its session it is none of a role.
    ("aws:userid", {"userIdentity": {**session(), "principalId": "AROAEXAMPLE"}}, {}, UNTOLD),
    ("aws:userid", {"userIdentity": {**session(), "principalId": None}}, {}, UNTOLD),
]


@pytest.mark.parametrize("key, record, parameters, values", CASES)
def test_what_a_record_says_of_a_key(key, record, parameters, values):
    assert told(key, record, parameters, record.get("userIdentity")) == values


EVALUATED = [
    ("o-exampleorgid", ("o-exampleorgid",)),
    (True, ("true",)),
    (False, ("false",)),
    (7, ("7",)),
    # What no policy tells apart is one.
    (["a", "x", "b"], ("a", "x", "a")),
    ([], ()),
]


@pytest.mark.parametrize("value, values", EVALUATED)
def test_a_key_as_iam_evaluated_it_is_nearest_to_the_truth(value, values):
    record = {"eventContext": {"requestContext": {"AWS:principalorgid": value}}}
    assert told("aws:PrincipalOrgID", record) == values
    record = {"eventContext": {"requestContext": {"s3:prefix": value}}}
    assert told("s3:prefix", record, {"prefix": "other"}) == values


#: What principal, path and services on the way say, each with a field of its own.
OF_THE_FORM = (
    "CalledVia CalledViaFirst CalledViaLast CurrentTime EpochTime PrincipalAccount PrincipalArn PrincipalIsAWSService "
    "PrincipalServiceName PrincipalType ResourceAccount SecureTransport SourceIp SourceVpc SourceVpcArn SourceVpce "
    "TokenIssueTime username ViaAWSService VpceAccount VpcSourceIp"
)


@pytest.mark.parametrize("name", OF_THE_FORM.split())
def test_what_the_form_of_a_request_says_is_not_said_twice(name):
    record = {"eventContext": {"requestContext": {f"aws:{name}": "x"}}}
    assert told(f"aws:{name}", record) is UNTOLD


def test_services_say_no_more():
    service = {"type": "AWSService", "invokedBy": "logging.s3.amazonaws.com"}
    assert told("aws:UserAgent", {"userAgent": "x"}, identity=service) is UNTOLD


@pytest.mark.parametrize("odd", [None, "x", [], {"sessionContext": "x"}, {"sessionContext": {"attributes": 7}}])
def test_odd_parts_of_records_say_nothing(odd):
    record = {"userIdentity": odd, "tlsDetails": odd, "additionalEventData": odd, "eventContext": odd}
    condition = {"StringEquals": dict.fromkeys(("s3:TlsVersion", "s3:authType", "aws:SourceIdentity"), "x")}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    known = Distinctions({"b": [{"Version": "2012-10-17", "Statement": [deny]}]}, {})
    assert dict(context_of(record, {}, identity_of(session()), known)) == {"aws:sourceidentity": ()}


@pytest.mark.parametrize("condition", [{"StringLike": {"s3:prefix": "${aws:UserAgent}/*"}}, {}])
@pytest.mark.parametrize("resource", ["arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:UserAgent}/*"])
def test_keys_of_variables_are_told_as_well(condition, resource):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource, "Condition": condition}
    known = Distinctions({"b": [{"Version": "2012-10-17", "Statement": [deny]}]}, {})
    given = {"userIdentity": session(), "userAgent": "aws-cli"}
    found = dict(context_of(given, {"prefix": "a/"}, identity_of(session()), known))
    named = "${" in resource or bool(condition)
    assert found.get("aws:useragent") == (("aws-cli",) if named else None)
    assert found.get("s3:prefix") == (("a/",) if condition else None)
