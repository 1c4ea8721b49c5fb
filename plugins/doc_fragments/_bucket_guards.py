# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What stands between a plan for a bucket policy and its write.
    DOCUMENTATION = r"""
options:
  protected_principals:
    description:
      - ARNs of users, roles, sessions or the root user of the bucket's account who have to stay able to read and
        replace the bucket's policy. The caller is always one of them.
      - Before a write, and in check mode as well, every C(Deny) that the write adds or changes is evaluated for each of
        them. If it denies them C(s3:GetBucketPolicy) or C(s3:PutBucketPolicy), or might do so, nothing is written, and
        the error names the statement, the request that would fail, and the condition key that would decide it. What is
        in force already is not examined, and neither is the root user for these two actions, because S3 exempts it.
      - It is taken for granted that their identity policies, and those of the organization, let them do it.
    type: list
    elements: str
  arriving_through:
    description:
      - The network that the caller and O(protected_principals) come from - the id of a VPC endpoint, the id of a VPC,
        or V(internet).
      - If omitted it is not known, and a statement that denies everybody outside of an endpoint or VPC is refused
        unless it spares them in another way, such as by C(aws:PrincipalArn).
    type: str
  request_context:
    description:
      - Condition keys that are known of the requests of the caller and O(protected_principals), such as
        C(aws:PrincipalOrgID) or C(aws:SourceIp). A key that is neither given here nor told by the rest is not known.
      - They have to pass with TLS 1.2 as well as with TLS 1.3, if C(s3:TlsVersion) is not given here. The calls of this
        module itself are taken to be signed with Signature Version 4 in a header, just before they are sent
        (C(s3:signatureversion), C(s3:authType), C(s3:signatureAge)).
      - What describes the caller, such as C(aws:PrincipalArn), C(aws:PrincipalTag/team), C(aws:SourceIdentity) or
        C(aws:MultiFactorAuthPresent), is taken for the caller's alone; C(aws:PrincipalOrgID) for principals of the
        caller's account.
    type: dict
  allow_lockout:
    description:
      - Write even if the caller or O(protected_principals) could not mend the policy any more. The finding is returned
        in RV(ignore:guard).
    type: bool
    default: false
  allow_public:
    description:
      - Write even if a statement that the write adds or changes makes the bucket public by AWS's definition,
        U(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status).
        Block Public Access may still refuse it.
    type: bool
    default: false
  allow_unknown_endpoints:
    description:
      - Write even if a statement that the write adds or changes names an endpoint in C(aws:SourceVpce) which is not in
        this account, in the Region of the bucket or of the module, is being deleted, does not serve S3, or is in
        another VPC than the statement asks for as well; or a VPC in C(aws:SourceVpc) or C(aws:SourceVpcArn) which is
        not there. Those of other accounts cannot be looked up, so naming one takes this option.
      - The same goes for what is the id of something else, such as that of a VPC in C(aws:SourceVpce), which no request
        ever has.
      - Endpoints and VPCs that the bucket's policy names already are not looked up. Without the permissions for
        C(ec2:DescribeVpcEndpoints) and C(ec2:DescribeVpcs) there is a warning instead.
    type: bool
    default: false
  allow_other_region:
    description:
      - Write even if a statement that the write adds or changes names an endpoint in C(aws:SourceVpce), or a VPC in
        C(aws:SourceVpc) or C(aws:SourceVpcArn), of another Region than the bucket's. A gateway endpoint carries
        requests to S3 of its own Region only, so a bucket that is closed to all but such a network is closed to
        everybody. The finding is returned in RV(ignore:guard).
      - S3 tells the Region of the bucket when its policy is read. Networks are looked up there and in O(region), and
        those that the bucket's policy names already are not. Without the permissions for
        C(ec2:DescribeVpcEndpoints) and C(ec2:DescribeVpcs) there is a warning instead.
      - It is assumed that S3 takes no signature for another Region than the bucket's. What imitates S3 and answers for
        all Regions at one address passes for one Region.
    type: bool
    default: false
  no_new_access:
    description:
      - Refuse a write that lets anything pass which does not pass now, of all requests that there can be, whatever
        identity policies say. The error has such a request in plain words.
    type: bool
    default: false
notes:
  - When the caller is a session of a role, its ARN does not tell the path of the role. Where that decides, the module
    asks C(iam:GetRole). Whoever may not ask gives the full ARN of the role in C(aws:PrincipalArn) of
    O(request_context).
  - A policy that has locked everybody out can still be read, replaced and deleted by the root user of the bucket's
    account, through any network whose endpoint policy lets it pass, unless a policy of the organization denies it. In
    an organization, C(sts:AssumeRoot) with the task policy C(S3UnlockBucketPolicy) does the same from the management
    account.
"""
