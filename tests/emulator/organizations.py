# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may read an organization, and how it throttles. moto answers every member, and has no throttling.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
"""

from __future__ import annotations

from moto.organizations.models import OrganizationsBackend, organizations_backends

from tests.emulator.answers import Answer, Refused
from tests.emulator.call import Call
from tests.emulator.state import Settings

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html: any account may ask.
_FOR_ALL = ("DescribeOrganization",)


class Organizations:
    """Delegated administrators read what the management account reads; ``moto_patches`` lets moto answer them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def before(self, call: Call) -> Answer | None:
        if self._settings.take("throttled_organizations"):
            raise Refused("TooManyRequestsException", "AWS Organizations can't complete your request at this time.")
        managing = managing_backend(call.account)
        if call.operation in _FOR_ALL or managing is None or managing is organizations_backends[call.account]["aws"]:
            return None
        if not any(admin.account.id == call.account for admin in managing.admins):
            raise Refused("AccessDeniedException", "You don't have permissions to access this resource.")
        return None

    def after(self, _call: Call, answer: Answer) -> Answer:
        """Nothing to correct."""
        return answer

    def reset(self) -> None:
        """moto forgets organizations, and not who was a member."""
        organizations_backends.master_accounts.clear()


def managing_backend(account: str) -> OrganizationsBackend | None:
    """That of the organization's management account; ``None`` for an account in no organization."""
    if organizations_backends[account]["aws"].org:
        return organizations_backends[account]["aws"]
    managing, partition = organizations_backends.master_accounts.get(account, (None, "aws"))
    return organizations_backends[managing][partition] if managing else None
