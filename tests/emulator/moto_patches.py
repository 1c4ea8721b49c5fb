# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be changed inside moto, because it cannot be corrected before or after it."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint
from moto.iam.access_control import PermissionResult
from moto.iam.models import User
from moto.organizations.models import OrganizationsBackend
from moto.organizations.responses import OrganizationsResponse
from moto.s3.models import FakeBucket

from tests.emulator.organizations import managing_backend

_filter_value = VPCEndPoint.get_filter_value
_endpoint_services = VPCBackend._collect_default_endpoint_services
_prefix_lists = ManagedPrefixListBackend.create_default_pls
_make_user = User.__init__
_own_backend = OrganizationsResponse.organizations_backend


def _with_id(self: Any, filter_name: str, method_name: str | None = None) -> Any:
    return self.id if filter_name == "vpc-endpoint-id" else _filter_value(self, filter_name, method_name)


def _with_s3express_as_gateway(account_id: str, region: str) -> list[dict[str, Any]]:
    # moto takes it for a service with interface endpoints, which it does not have.
    found = _endpoint_services(account_id, region)
    for service in found:
        if service["ServiceName"].endswith(".s3express"):
            service["ServiceType"] = [{"ServiceType": "Gateway"}]
    return found


def _with_s3express_prefix_list(self: Any) -> None:
    _prefix_lists(self)
    self._create_aws_managed_prefix_list(
        name=f"com.amazonaws.{self.region_name}.s3express",
        address_family="IPv4",
        entries=[{"Cidr": "198.51.100.0/24", "Description": "default"}],
    )


def _with_user_id(self: Any, *parameters: Any, **more: Any) -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    _make_user(self, *parameters, **more)
    self.id = f"AIDA{self.id[:17].upper()}"


def _permission(_self: Any, _action: str, _resource: str) -> PermissionResult:
    # moto refuses every request that any Deny names, whatever its principal and conditions say.
    return PermissionResult.NEUTRAL


def _backend(self: Any) -> OrganizationsBackend:
    # moto lets delegated administrators see an organization without accounts.
    return managing_backend(self.current_account) or _own_backend.fget(self)


def apply() -> None:
    """Change moto's classes in this process; once is enough, and more does no harm."""
    VPCEndPoint.get_filter_value = _with_id
    VPCBackend._collect_default_endpoint_services = staticmethod(_with_s3express_as_gateway)
    ManagedPrefixListBackend.create_default_pls = _with_s3express_prefix_list
    FakeBucket.get_permission = _permission
    User.__init__ = _with_user_id
    OrganizationsResponse.organizations_backend = property(_backend)
