# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module run asks who calls, and how it ends when something fails."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from botocore import exceptions as boto

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.sts import Caller
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import Session, reported
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError, Problem

REFUSED = boto.ClientError({"Error": {"Code": "AuthFailure", "Message": "no"}}, "GetCallerIdentity")


class Failed(Exception):
    pass


class FakeModule:
    def __init__(self, answer: object = None) -> None:
        self.answer = answer
        self.calls: list[str] = []
        self.settings: dict = {}

    def client(self, service, **settings):
        self.calls.append(f"client {service}")
        self.settings = settings
        return self

    def get_caller_identity(self):
        self.calls.append("GetCallerIdentity")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def fail_json(self, **result):
        self.result = result
        raise Failed


def test_the_caller_of_plain_moto_is_a_user():
    told = {"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:user/moto", "UserId": "AIDA"}
    assert Session(FakeModule(told)).caller == Caller("123456789012", "arn:aws:iam::123456789012:user/moto", "AIDA")


def test_aws_is_asked_for_the_caller_once_and_only_if_somebody_wants_to_know():
    arn = "arn:aws-us-gov:sts::111122223333:assumed-role/app/session"
    module = FakeModule({"Account": "111122223333", "Arn": arn, "UserId": "AROAEXAMPLE:session"})
    session = Session(module)
    assert module.calls == []
    assert session.caller == session.caller == Caller("111122223333", arn, "AROAEXAMPLE:session")
    assert session.caller.partition == "aws-us-gov"
    assert module.calls == ["client sts", "GetCallerIdentity"]


def test_an_unreachable_endpoint_is_known_within_half_a_minute():
    module = FakeModule()
    Session(module).client("ec2")
    config = module.settings["config"]
    assert config.connect_timeout * config.retries["total_max_attempts"] <= 25


# name, error, message
ERRORS = [
    (
        "policy",
        PolicyError([Problem("Statement[0]", "Wrong.", "Right it.")]),
        "Invalid policy: Statement[0]: Wrong. Right it.",
    ),
    (
        "plan",
        Refusal("endpoint vpce-1", "It is another's.", "Ask them."),
        "endpoint vpce-1: It is another's. Ask them.",
    ),
    (
        "call",
        CallError("find out who calls", "sts:GetCallerIdentity", "*", boto.NoCredentialsError()),
        "Cannot find out who calls: no credentials were found.",
    ),
    ("boto", REFUSED, "Cannot ask AWS: AWS does not take the credentials (AuthFailure: no)."),
    (
        "amazon.aws",
        AnsibleAWSError(message="Failed to describe vpcs", exception=REFUSED),
        "Cannot describe vpcs: AWS does not take the credentials (AuthFailure: no).",
    ),
]


@pytest.mark.parametrize("error, message", [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
@pytest.mark.parametrize("done", [[], ["ec2:CreateTags"]])
def test_an_error_says_what_is_wrong_and_what_was_done(error, message, done):
    module = FakeModule()
    session = Session(module)
    session.actions += done
    with pytest.raises(Failed), reported(module, session):
        raise error
    assert module.result["msg"].startswith(message)
    assert module.result["actions"] == done
    assert module.result["changed"] is bool(done)


def test_our_own_mistakes_are_not_dressed_up():
    module = FakeModule()
    with pytest.raises(KeyError), reported(module, Session(module)):
        raise KeyError("x")


def test_nothing_is_reported_when_nothing_fails():
    module = FakeModule()
    with reported(module, Session(module)):
        pass
    assert not hasattr(module, "result")
