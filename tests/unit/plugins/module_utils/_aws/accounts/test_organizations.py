# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls to Organizations: each once, page by page, and what they say when they fail."""

from __future__ import annotations

import json

import pytest

exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.accounts.organizations import (  # noqa: E402
    Directory,
    client_config,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.plan import Account, Organization  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.units import Unit  # noqa: E402

ROOT = Unit(("r-ab12",), ("Root",))
WORKLOADS = ROOT.child("ou-ab12-work0001", "Workloads")
PROD = WORKLOADS.child("ou-ab12-prod0001", "Prod")
SANDBOX = ROOT.child("ou-ab12-sand0001", "Sandbox")


def unit(one: Unit) -> dict:
    return {"Id": one.id, "Arn": "arn:...", "Name": one.names[-1]}


def account(number: int, **more: str) -> dict:
    return {"Id": f"{number:012}", "Name": f"a{number}", "Email": "a@example.com", "State": "ACTIVE", **more}


class Client:
    """Answers ``method argument`` with the next of the pages, or raises it; ``calls`` has what was asked."""

    def __init__(self, **pages) -> None:
        self.calls: list[str] = []
        self.pages = {
            "describe_organization": [
                {
                    "Organization": {
                        "Id": "o-exampleorgid",
                        "Arn": "arn:aws:organizations::111122223333:organization/o-exampleorgid",
                        "MasterAccountId": "111122223333",
                    }
                }
            ],
            "list_roots": [{"Roots": [unit(ROOT)]}],
            **{name.replace("__", " "): list(answers) for name, answers in pages.items()},
        }

    def __getattr__(self, method):
        def call(**parameters):
            key = " ".join([method, *parameters.values()])
            self.calls.append(key)
            pages = self.pages.get(key) or [{}]
            page = pages.pop(0)
            if isinstance(page, Exception):
                raise page
            return page

        return call


def directory(client, answers=None):
    return Directory(lambda _service: client, {} if answers is None else answers)


def client_error(code, message="no"):
    return exceptions.ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def test_a_client_slows_down_when_it_is_throttled_and_waits_for_no_answer_for_ever():
    config = client_config()
    # https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html
    assert config.retries["mode"] == "adaptive"
    assert 1 < config.retries["total_max_attempts"] <= 10
    assert 0 < config.connect_timeout <= config.read_timeout <= 60


def test_organization():
    assert directory(Client()).organization() == Organization("o-exampleorgid", "aws", "111122223333")


def test_units_level_by_level_with_empty_pages():
    client = Client()
    below = "list_organizational_units_for_parent"
    client.pages |= {
        f"{below} r-ab12": [{"OrganizationalUnits": [unit(WORKLOADS)], "NextToken": "t1"}],
        f"{below} r-ab12 t1": [{"OrganizationalUnits": [], "NextToken": "t2"}],
        f"{below} r-ab12 t2": [{"OrganizationalUnits": [unit(SANDBOX)]}],
        f"{below} {WORKLOADS.id}": [{"OrganizationalUnits": [unit(PROD)]}],
    }
    assert directory(client).units() == [ROOT, WORKLOADS, SANDBOX, PROD]
    assert len(client.calls) == 1 + 3 + 3


def test_accounts_by_state_or_by_what_it_was_called_before():
    found = [
        account(1),
        account(2, State="CLOSED", Status="SUSPENDED"),
        {"Id": "000000000003", "Name": "old", "Status": "ACTIVE"},
        {"Id": "000000000004"},
    ]
    client = Client()
    client.pages["list_accounts_for_parent r-ab12"] = [{"Accounts": found[:2], "NextToken": "t"}]
    client.pages["list_accounts_for_parent r-ab12 t"] = [{"Accounts": found[2:]}]
    assert directory(client).accounts(ROOT) == [
        Account("000000000001", "a1", "ACTIVE", ROOT),
        Account("000000000002", "a2", "CLOSED", ROOT),
        Account("000000000003", "old", "ACTIVE", ROOT),
        Account("000000000004", "", "", ROOT),
    ]


def test_the_client_is_made_once_and_only_when_needed():
    made = []
    known = {"ListRoots": [["r-ab12", "Root"]], "ListOrganizationalUnitsForParent r-ab12": []}
    one = Directory(lambda service: made.append(service) or Client(), known)
    assert (one.units(), made) == ([ROOT], [])
    one.organization()
    one.accounts(ROOT)
    assert made == ["organizations"]


def test_nothing_is_asked_twice_and_answers_survive_json():
    client = Client()
    client.pages["list_tags_for_resource 111122223333"] = [{"Tags": [{"Key": "env", "Value": "prod"}]}]
    client.pages["list_accounts_for_parent r-ab12"] = [{"Accounts": [account(1)]}]
    first = directory(client)

    def read(one):
        return one.organization(), one.units(), one.accounts(ROOT), one.tags("111122223333")

    seen = read(first)
    asked = list(client.calls)
    assert (read(first), client.calls, first.asked) == (seen, asked, True)

    second = directory(Client(), json.loads(json.dumps(first.answers)))
    assert (read(second), second.asked) == (seen, False)
    assert second.tags("222233334444") == {}
    assert second.asked


def test_the_emails_of_accounts_are_not_kept():
    client = Client()
    client.pages["list_accounts_for_parent r-ab12"] = [{"Accounts": [account(1)]}]
    one = directory(client)
    one.accounts(ROOT)
    assert "example.com" not in json.dumps(one.answers)


@pytest.fixture
def no_sleep(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@pytest.mark.usefixtures("no_sleep")
def test_throttled_in_the_middle_of_the_pages():
    client = Client()
    client.pages["list_accounts_for_parent r-ab12"] = [{"Accounts": [account(1)], "NextToken": "t"}]
    throttled = [client_error("TooManyRequestsException")] * 4
    client.pages["list_accounts_for_parent r-ab12 t"] = [*throttled, {"Accounts": [account(2)]}]
    assert [one.name for one in directory(client).accounts(ROOT)] == ["a1", "a2"]
    assert client.calls.count("list_accounts_for_parent r-ab12") == 1


@pytest.mark.usefixtures("no_sleep")
@pytest.mark.parametrize("code", ["TooManyRequestsException", "ServiceException"])
def test_what_passes_by_itself_is_waited_for_and_not_for_ever(code):
    client = Client(list_roots=[*[client_error(code)] * 7, {"Roots": [unit(ROOT)]}])
    assert directory(client).units() == [ROOT]
    client = Client(list_roots=[client_error(code)] * 20)
    with pytest.raises(CallError):
        directory(client).units()
    assert client.calls.count("list_roots") == 8


# (AWS's code, its text, what the user reads)
FAILED = [
    (
        "AWSOrganizationsNotInUseException",
        "Your account is not a member of an organization.",
        "Cannot read the organization: the account of these credentials is in no organization. Use credentials of the "
        "organization's management account, or of a delegated administrator.",
    ),
    (
        "AccessDeniedException",
        "You don't have permissions to access this resource.",
        "Cannot read the organization: AWS says to organizations:ListRoots: You don't have permissions to access this "
        "resource. Use credentials of the organization's management account, or of a delegated administrator, and "
        "allow organizations:ListRoots there.",
    ),
    (
        "TooManyRequestsException",
        "Slow down.",
        "Cannot read the organization: AWS turned the request down again and again, because too many are made in this "
        "account and region (TooManyRequestsException: Slow down). Run less at the same time, or later.",
    ),
    ("ServiceException", "Broken.", "Cannot read the organization: ServiceException: Broken."),
]


@pytest.mark.usefixtures("no_sleep")
@pytest.mark.parametrize("code, text, said", FAILED)
def test_failures(code, text, said):
    client = Client(list_roots=[client_error(code, text)] * 20)
    with pytest.raises(CallError) as error:
        directory(client).units()
    assert str(error.value) == said
