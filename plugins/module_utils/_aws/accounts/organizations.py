# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""AWS Organizations, as far as an inventory of accounts needs it.

It has one endpoint for each partition, answers twenty accounts at a time, and lets through few calls a second from a
whole organization, so each thing is asked for once and one after the other.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

try:
    from botocore.config import Config
except ImportError:  # The inventory plugin says so before anything here is called.
    Config = None

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from ..._plan.accounts.plan import Account, Organization
from ..._plan.accounts.units import Unit
from ..api.errors import CallError, Reason, aws_errors
from ..module import ATTEMPTS, CONNECT_TIMEOUT, READ_TIMEOUT

_WHO = "credentials of the organization's management account, or of a delegated administrator"


def client_config() -> Any:
    """Of a client that slows down as soon as AWS throttles it."""
    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
    )


class Directory:
    """Reads an organization.

    :ivar answers: what AWS has answered, by call, in a form that JSON keeps; what is in there is not asked for again.
    :ivar asked: whether AWS had to be asked, so that ``answers`` has more than before.
    """

    def __init__(self, client: Callable[[str], Any], answers: dict[str, Any]) -> None:
        """``client`` makes the client of a service. That is done when AWS has to be asked."""
        self._make_client = client
        self._client: Any = None
        self.answers = answers
        self.asked = False

    def organization(self) -> Organization:
        """https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html

        :raises CallError: as do the others.
        """
        found = self._answer("DescribeOrganization", _organization)
        return Organization(**found)

    def units(self) -> list[Unit]:
        """The root and all organizational units, parents first.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html,
        https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html
        """
        roots = self._answer("ListRoots", lambda client: _names(_list(client, "ListRoots", "Roots")))
        units = [Unit((root_id,), (name,)) for root_id, name in roots]
        # The list grows while it is walked.
        for unit in units:
            units += [unit.child(child_id, name) for child_id, name in self._children(unit.id)]
        return units

    def accounts(self, unit: Unit) -> list[Account]:
        """Those that are in this unit itself.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
        """

        def ask(client: Any) -> list[list[str]]:
            found = _list(client, "ListAccountsForParent", "Accounts", ParentId=unit.id)
            return [[one["Id"], one.get("Name", ""), one.get("State") or one.get("Status") or ""] for one in found]

        found = self._answer(f"ListAccountsForParent {unit.id}", ask)
        return [Account(account_id, name, state, unit) for account_id, name, state in found]

    def tags(self, account_id: str) -> dict[str, str]:
        """https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html"""

        def ask(client: Any) -> dict[str, str]:
            found = _list(client, "ListTagsForResource", "Tags", ResourceId=account_id)
            return {tag["Key"]: tag["Value"] for tag in found}

        return dict(self._answer(f"ListTagsForResource {account_id}", ask))

    def _children(self, parent: str) -> list[tuple[str, str]]:
        def ask(client: Any) -> list[tuple[str, str]]:
            found = _list(client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)
            return _names(found)

        return list(self._answer(f"ListOrganizationalUnitsForParent {parent}", ask))

    def _answer(self, key: str, ask: Callable[[Any], Any]) -> Any:
        if key not in self.answers:
            self._client = self._client or self._make_client("organizations")
            self.answers[key] = ask(self._client)
            self.asked = True
        return self.answers[key]


def _organization(client: Any) -> dict[str, str]:
    found = _call(client, "DescribeOrganization", {})["Organization"]
    return {
        "id": found["Id"],
        "partition": found["Arn"].split(":")[1],
        "management_account": found["MasterAccountId"],
    }


def _names(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["Id"], one["Name"]) for one in found]


def _list(client: Any, operation: str, key: str, **parameters: str) -> list[dict[str, Any]]:
    """All pages; an empty one need not be the last. One that is throttled is asked for again, not those before it."""
    found: list[dict[str, Any]] = []
    while True:
        page = _call(client, operation, parameters)
        found += page.get(key) or []
        if not page.get("NextToken"):
            return found
        parameters = {**parameters, "NextToken": page["NextToken"]}


def _call(client: Any, operation: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
    resource = parameters.get("ParentId") or parameters.get("ResourceId") or "*"
    try:
        return dict(_send(getattr(client, method), parameters))
    except aws_errors() as error:
        failed = CallError("read the organization", f"organizations:{operation}", resource, error)
        raise _explained(failed) from error


# ServiceException is how Organizations calls an internal error.
@AWSRetry.jittered_backoff(retries=8, delay=1, max_delay=20, catch_extra_error_codes=["ServiceException"])
def _send(method: Callable[..., dict[str, Any]], parameters: Mapping[str, str]) -> dict[str, Any]:
    return method(**parameters)


def _explained(error: CallError) -> CallError:
    if error.code == "AWSOrganizationsNotInUseException":
        return error.because(f"the account of these credentials is in no organization. Use {_WHO}")
    if error.reason is Reason.DENIED:
        said = error.text.rstrip(". ")
        return error.because(f"AWS says to {error.call}: {said}. Use {_WHO}, and allow {error.call} there")
    return error
