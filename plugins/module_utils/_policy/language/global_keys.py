# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The global condition keys of AWS.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, and of requests by MCP
https://docs.aws.amazon.com/agent-toolkit/latest/userguide/security_iam_service-with-iam.html and
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSMcpServiceActionsFullAccess.html
"""

from __future__ import annotations

#: One key a line: AWS's spelling (a trailing "/" stands for a tag name), type ("Any" where the documentation names
#: none), ``multi`` if a request carries several values of it.
GLOBAL_KEYS = """
aws:AssumedRoot Bool
aws:CalledVia String multi
aws:CalledViaAWSMCP String
aws:CalledViaFirst String
aws:CalledViaLast String
aws:ChatbotSourceArn ARN
aws:CurrentTime Date
aws:Ec2InstanceSourcePrivateIPv4 IPAddress
aws:Ec2InstanceSourceVpc String
aws:EpochTime Date
aws:FederatedProvider String
aws:IsMcpServiceAction Bool
aws:MultiFactorAuthAge Numeric
aws:MultiFactorAuthPresent Bool
aws:PrincipalAccount String
aws:PrincipalArn ARN
aws:PrincipalIsAWSService Bool
aws:PrincipalOrgID String
aws:PrincipalOrgPaths String multi
aws:PrincipalServiceName String
aws:PrincipalServiceNamesList String multi
aws:PrincipalTag/ String
aws:PrincipalType String
aws:referer String
aws:RequestedRegion String
aws:RequestTag/ String
aws:ResourceAccount String
aws:ResourceOrgID String
aws:ResourceOrgPaths String multi
aws:ResourceTag/ String
aws:SecureTransport Bool
aws:SignInSessionArn ARN
aws:SourceAccount String
aws:SourceArn ARN
aws:SourceIdentity String
aws:SourceIp IPAddress
aws:SourceOrgID String
aws:SourceOrgPaths String multi
aws:SourceOwner String
aws:SourceVpc String
aws:SourceVpcArn ARN
aws:SourceVpce String
aws:TagKeys String multi
aws:TokenIssueTime Date
aws:UserAgent String
aws:userid String
aws:username String
aws:ViaAWSMCPService Bool
aws:ViaAWSService Bool
aws:ViaCustomerDomain Any
aws:VpceAccount String
aws:VpceOrgID String
aws:VpceOrgPaths String multi
aws:VpcSourceIp IPAddress
"""

#: Keys whose values are identifiers that AWS makes up: an endpoint policy compares them with neither wildcards nor
#: numeric operators (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html).
SYSTEM_IDENTIFIER_KEYS = frozenset(
    (
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:VpceAccount",
        "aws:VpceOrgID",
    )
)
