# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be changed inside moto, because it cannot be corrected before or after it."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint
from moto.iam.access_control import PermissionResult
from moto.organizations.models import OrganizationsBackend
from moto.organizations.responses import OrganizationsResponse
from moto.s3.models import FakeBucket

from tests.emulator.organizations import managing_backend

_filter_value = VPCEndPoint.get_filter_value
_own_backend = OrganizationsResponse.organizations_backend


def _with_id(self: Any, filter_name: str, method_name: str | None = None) -> Any:
    return self.id if filter_name == "vpc-endpoint-id" else _filter_value(self, filter_name, method_name)


def _permission(_self: Any, _action: str, _resource: str) -> PermissionResult:
    # moto refuses every request that any Deny names, whatever its principal and conditions say.
    return PermissionResult.NEUTRAL


def _backend(self: Any) -> OrganizationsBackend:
    # moto lets delegated administrators see an organization without accounts.
    return managing_backend(self.current_account) or _own_backend.fget(self)


def apply() -> None:
    """Change moto's classes in this process; once is enough, and more does no harm."""
    VPCEndPoint.get_filter_value = _with_id
    FakeBucket.get_permission = _permission
    OrganizationsResponse.organizations_backend = property(_backend)
