# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A gateway endpoint as AWS describes it, and what it shall be.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..._policy.language.document import Raw, load

#: What ``ResetPolicy`` brings back: everything is let through.
#: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
DEFAULT_POLICY: Raw = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
GATEWAY = "gateway"
IPV4 = "ipv4"
SERVICE_DEFINED = "service-defined"
# The API's model has the states in camel case, its answers have them in lower case: they are compared in lower case.
AVAILABLE = "available"
DELETING = "deleting"
#: States of an endpoint that is there, or on its way.
LIVE_STATES = frozenset({AVAILABLE, "pending", "pendingacceptance", "partial"})
#: Nothing is left of it but its name.
GONE_STATES = frozenset({"deleted"})
#: It will not become available any more.
DEAD_STATES = frozenset({"failed", "rejected", "expired"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One VPC endpoint, or what is planned to be one.

    ``id`` and ``state`` are ``None`` for one that is only planned; ``facts`` is what AWS says of it that nobody can
    wish for (``owner_id``, ``creation_timestamp``, ...). ``route_tables`` is sorted.
    """

    id: str | None
    vpc_id: str
    service_name: str
    policy: Raw | None
    route_tables: tuple[str, ...] = ()
    ip_address_type: str = IPV4
    dns_record_ip_type: str = SERVICE_DEFINED
    tags: Mapping[str, str] = field(default_factory=dict)
    type: str = "Gateway"
    state: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Endpoint:
        """From a ``VpcEndpoint`` of boto3.

        AWS leaves the address types out of old endpoints, which have the defaults. What imitates AWS leaves the policy
        out of those that have the default one.

        :raises PolicyError: AWS shows a policy that is no JSON object.
        """
        name = str(described["VpcEndpointId"])
        policy = described.get("PolicyDocument")
        dns = described.get("DnsOptions") or {}
        created: Any = described.get("CreationTimestamp")
        error = described.get("LastError") or {}
        return cls(
            id=name,
            vpc_id=str(described["VpcId"]),
            service_name=str(described["ServiceName"]),
            policy=load(policy, f"live policy of endpoint {name}") if policy else DEFAULT_POLICY,
            route_tables=tuple(sorted(described.get("RouteTableIds") or ())),
            ip_address_type=described.get("IpAddressType") or IPV4,
            dns_record_ip_type=dns.get("DnsRecordIpType") or SERVICE_DEFINED,
            tags={tag["Key"]: tag["Value"] for tag in described.get("Tags") or ()},
            type=str(described.get("VpcEndpointType") or "Gateway"),
            state=str(described.get("State") or "").lower(),
            facts={
                "owner_id": described.get("OwnerId"),
                "creation_timestamp": created.isoformat() if hasattr(created, "isoformat") else created,
                "requester_managed": bool(described.get("RequesterManaged")),
                "last_error": error.get("Message") or described.get("FailureReason"),
                "private_dns_only_for_inbound_resolver_endpoint": bool(
                    described.get("PrivateDnsEnabled") and dns.get("PrivateDnsOnlyForInboundResolverEndpoint")
                ),
            },
        )

    @property
    def is_gateway(self) -> bool:
        return self.type.lower() == GATEWAY

    @property
    def service(self) -> str:
        """``s3`` of ``com.amazonaws.us-east-1.s3``, whatever the partition puts before it."""
        return self.service_name.rpartition(".")[2]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    def as_dict(self) -> dict[str, Any]:
        """What modules return: the same keys for every endpoint, planned ones included."""
        return {
            "vpc_endpoint_id": self.id,
            "vpc_endpoint_type": self.type,
            "vpc_id": self.vpc_id,
            "service_name": self.service_name,
            "state": self.state,
            "policy_document": self.policy,
            "route_table_ids": list(self.route_tables),
            "ip_address_type": self.ip_address_type,
            "dns_record_ip_type": self.dns_record_ip_type,
            "tags": dict(self.tags),
            "owner_id": self.facts.get("owner_id"),
            "creation_timestamp": self.facts.get("creation_timestamp"),
            "requester_managed": self.facts.get("requester_managed", False),
            "last_error": self.facts.get("last_error"),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a task declares; ``None`` leaves that part of an endpoint as it is, or to AWS's default when it is created.

    At most one of ``route_table_ids``, ``subnet_ids`` and ``all_route_tables``, and of ``policy`` and
    ``reset_policy``, is given. ``warnings`` is what AWS takes of the policy though it hardly is meant.
    """

    state: Literal["present", "absent"] = "present"
    vpc_id: str | None = None
    endpoint_id: str | None = None
    service: str = "s3"
    route_table_ids: tuple[str, ...] | None = None
    subnet_ids: tuple[str, ...] | None = None
    all_route_tables: bool = False
    purge_route_tables: bool = True
    policy: Raw | None = None
    reset_policy: bool = False
    ip_address_type: str | None = None
    dns_record_ip_type: str | None = None
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """As a person calls it."""
        if self.endpoint_id:
            return f"endpoint {self.endpoint_id}"
        return f"gateway endpoint for {self.service} in {self.vpc_id}"
