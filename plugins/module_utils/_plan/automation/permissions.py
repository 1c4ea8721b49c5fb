# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which calls to AWS the collection makes, from which mode on, and which permissions they take.

Two tables: :data:`CALLS`, from calls to permissions and what these are about; :data:`USES`, from modules, inventory,
role and playbooks to calls. Tests hold them against the code, against what runs really call, and against an emulator
that refuses what is not allowed.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

import enum


class Mode(enum.IntEnum):
    """Each includes those before it."""

    DETECT = 1
    CORRECT = 2
    REMOVE = 3


DETECT, CORRECT, REMOVE = Mode
#: Stands for a mode: only some options need it, or a run without it says less.
OPTIONAL = None


class About(enum.Enum):
    """What a permission is about: what a statement can name as its resource, and which conditions AWS has for it."""

    #: Calls of a region for which AWS knows no resource.
    REGION = enum.auto()
    #: The same, of services that are in no region.
    EVERYTHING = enum.auto()
    BUCKETS = enum.auto()
    NEW_ENDPOINTS = enum.auto()
    TAGS_OF_NEW_ENDPOINTS = enum.auto()
    VPCS = enum.auto()
    ROUTE_TABLES = enum.auto()
    ENDPOINTS = enum.auto()
    #: As ENDPOINTS, where the condition key for the service exists, too.
    ENDPOINTS_OF_SERVICE = enum.auto()
    #: Objects that are read as evidence, and their buckets.
    EVIDENCE = enum.auto()
    ROLES = enum.auto()
    ASSUMED_ROLES = enum.auto()


# call -> (permission, what it is about), all of which it takes. In S3 their names differ from those of the calls.
CALLS: dict[str, tuple[tuple[str, About], ...]] = {
    "cloudtrail:LookupEvents": (("cloudtrail:LookupEvents", About.REGION),),
    "ec2:CreateTags": (("ec2:CreateTags", About.ENDPOINTS),),
    "ec2:CreateVpcEndpoint": (
        ("ec2:CreateVpcEndpoint", About.NEW_ENDPOINTS),
        ("ec2:CreateVpcEndpoint", About.VPCS),
        ("ec2:CreateVpcEndpoint", About.ROUTE_TABLES),
        ("ec2:CreateTags", About.TAGS_OF_NEW_ENDPOINTS),
        # One of the dependent actions in AWS's reference; the others there are about interface endpoints.
        ("ec2:DescribeVpcs", About.REGION),
    ),
    "ec2:DeleteTags": (("ec2:DeleteTags", About.ENDPOINTS),),
    "ec2:DeleteVpcEndpoints": (("ec2:DeleteVpcEndpoints", About.ENDPOINTS_OF_SERVICE),),
    "ec2:DescribeManagedPrefixLists": (("ec2:DescribeManagedPrefixLists", About.REGION),),
    "ec2:DescribeRouteTables": (("ec2:DescribeRouteTables", About.REGION),),
    "ec2:DescribeSubnets": (("ec2:DescribeSubnets", About.REGION),),
    "ec2:DescribeVpcEndpointServices": (("ec2:DescribeVpcEndpointServices", About.REGION),),
    "ec2:DescribeVpcEndpoints": (("ec2:DescribeVpcEndpoints", About.REGION),),
    "ec2:DescribeVpcs": (("ec2:DescribeVpcs", About.REGION),),
    "ec2:ModifyVpcEndpoint": (
        ("ec2:ModifyVpcEndpoint", About.ENDPOINTS),
        ("ec2:ModifyVpcEndpoint", About.ROUTE_TABLES),
    ),
    "iam:GetRole": (("iam:GetRole", About.ROLES),),
    "organizations:DescribeOrganization": (("organizations:DescribeOrganization", About.EVERYTHING),),
    "organizations:ListAccountsForParent": (("organizations:ListAccountsForParent", About.EVERYTHING),),
    "organizations:ListOrganizationalUnitsForParent": (
        ("organizations:ListOrganizationalUnitsForParent", About.EVERYTHING),
    ),
    "organizations:ListRoots": (("organizations:ListRoots", About.EVERYTHING),),
    "organizations:ListTagsForResource": (("organizations:ListTagsForResource", About.EVERYTHING),),
    "s3:DeleteBucketPolicy": (("s3:DeleteBucketPolicy", About.BUCKETS),),
    "s3:GetBucketPolicy": (("s3:GetBucketPolicy", About.BUCKETS),),
    "s3:GetBucketTagging": (("s3:GetBucketTagging", About.BUCKETS),),
    "s3:GetObject": (("s3:GetObject", About.EVIDENCE),),
    "s3:GetPublicAccessBlock": (("s3:GetBucketPublicAccessBlock", About.BUCKETS),),
    "s3:HeadBucket": (("s3:ListBucket", About.BUCKETS),),
    "s3:ListObjectsV2": (("s3:ListBucket", About.EVIDENCE),),
    "s3:ListBuckets": (("s3:ListAllMyBuckets", About.EVERYTHING),),
    "s3:PutBucketPolicy": (("s3:PutBucketPolicy", About.BUCKETS),),
    "sts:AssumeRole": (("sts:AssumeRole", About.ASSUMED_ROLES),),
    # AWS answers it whatever the policies say.
    "sts:GetCallerIdentity": (),
}

_GUARD: dict[str, Mode | None] = {
    "sts:GetCallerIdentity": DETECT,
    # The ARN of a session lacks the path of its role, which policies may name.
    "iam:GetRole": OPTIONAL,
}
_READ_BUCKET: dict[str, Mode | None] = {
    "s3:GetBucketPolicy": DETECT,
    # After a refusal only, to say whether the bucket belongs to another account.
    "s3:HeadBucket": OPTIONAL,
    "sts:GetCallerIdentity": DETECT,
}

_WRITE_BUCKET: dict[str, Mode | None] = {
    **_GUARD,
    **_READ_BUCKET,
    "ec2:DescribeVpcEndpoints": DETECT,
    # Of statements that name a VPC by aws:SourceVpc.
    "ec2:DescribeVpcs": DETECT,
    # After a refusal by BlockPublicPolicy only, to say whether it is the bucket's own setting.
    "s3:GetPublicAccessBlock": OPTIONAL,
    "s3:PutBucketPolicy": CORRECT,
    "s3:DeleteBucketPolicy": REMOVE,
}
# For evidence that is in S3.
_READ_EVIDENCE: dict[str, Mode | None] = {
    "s3:GetObject": OPTIONAL,
    "s3:ListObjectsV2": OPTIONAL,
}
# For discover, and its tags.
_DISCOVER: dict[str, Mode | None] = {
    "s3:ListBuckets": OPTIONAL,
    "s3:GetBucketTagging": OPTIONAL,
}

# module, inventory, role or playbook -> call -> the mode from which on it is made
USES: dict[str, dict[str, Mode | None]] = {
    "access_check": {
        **_READ_BUCKET,
        "ec2:DescribeVpcEndpoints": DETECT,
    },
    "access_replay": {
        **_READ_BUCKET,
        **_READ_EVIDENCE,
        "ec2:DescribeVpcEndpoints": DETECT,
    },
    "accounts": {
        "organizations:DescribeOrganization": DETECT,
        "organizations:ListAccountsForParent": DETECT,
        "organizations:ListOrganizationalUnitsForParent": DETECT,
        "organizations:ListRoots": DETECT,
        "organizations:ListTagsForResource": OPTIONAL,
        "sts:AssumeRole": OPTIONAL,
        "sts:GetCallerIdentity": DETECT,
    },
    "bucket_policies": {
        **_WRITE_BUCKET,
        **_DISCOVER,
    },
    "bucket_policy": {
        **_WRITE_BUCKET,
    },
    "bucket_policy_info": {
        **_READ_BUCKET,
        **_DISCOVER,
    },
    "change_events_info": {
        "cloudtrail:LookupEvents": DETECT,
    },
    "gateway_endpoint": {
        **_GUARD,
        # For dependent_buckets.
        "s3:GetBucketPolicy": OPTIONAL,
        "s3:HeadBucket": OPTIONAL,
        "ec2:DescribeVpcEndpoints": DETECT,
        "ec2:DescribeRouteTables": DETECT,
        "ec2:DescribeSubnets": DETECT,
        "ec2:DescribeVpcEndpointServices": DETECT,
        "ec2:DescribeManagedPrefixLists": DETECT,
        "ec2:CreateVpcEndpoint": CORRECT,
        "ec2:ModifyVpcEndpoint": CORRECT,
        "ec2:CreateTags": CORRECT,
        "ec2:DeleteTags": CORRECT,
        "ec2:DeleteVpcEndpoints": REMOVE,
    },
    "gateway_endpoint_info": {
        "sts:GetCallerIdentity": DETECT,
        "ec2:DescribeVpcEndpoints": DETECT,
        "ec2:DescribeManagedPrefixLists": DETECT,
    },
    "perimeter_info": {
        **_READ_BUCKET,
        "ec2:DescribeVpcEndpoints": DETECT,
        "ec2:DescribeRouteTables": DETECT,
        "ec2:DescribeVpcs": DETECT,
        # For the names in reports.
        "ec2:DescribeSubnets": OPTIONAL,
    },
    "perimeter_proof": {
        **_READ_BUCKET,
        "ec2:DescribeVpcEndpoints": DETECT,
    },
    # Less than its modules together, some of whose options it does not use.
    "private_access": {
        "sts:GetCallerIdentity": DETECT,
        "sts:AssumeRole": OPTIONAL,
        "iam:GetRole": OPTIONAL,
        "ec2:DescribeVpcs": DETECT,
        "ec2:DescribeVpcEndpoints": DETECT,
        "ec2:DescribeRouteTables": DETECT,
        # For the names in reports, which show ids without it.
        "ec2:DescribeSubnets": OPTIONAL,
        "ec2:DescribeVpcEndpointServices": DETECT,
        "ec2:CreateVpcEndpoint": CORRECT,
        "ec2:ModifyVpcEndpoint": CORRECT,
        "ec2:CreateTags": CORRECT,
        "ec2:DeleteTags": CORRECT,
        "ec2:DeleteVpcEndpoints": REMOVE,
        "s3:GetBucketPolicy": DETECT,
        # For private_access_evidence.
        **_READ_EVIDENCE,
        "s3:HeadBucket": OPTIONAL,
        "s3:GetPublicAccessBlock": OPTIONAL,
        "s3:PutBucketPolicy": CORRECT,
        "s3:DeleteBucketPolicy": REMOVE,
    },
    "restore": {
        **_WRITE_BUCKET,
        "sts:AssumeRole": OPTIONAL,
    },
}

USES["preview"] = USES["private_access"]
# With drift_who, which says so if it may not.
USES["drift"] = {**USES["private_access"], "cloudtrail:LookupEvents": OPTIONAL}
# It is drift that corrects nothing.
USES["report"] = {call: when for call, when in USES["drift"].items() if when in (DETECT, OPTIONAL)}


def uses_of(content: str) -> dict[str, Mode | None]:
    """The calls of a module, inventory, role or playbook.

    :raises KeyError: there is nothing of that name.
    """
    return USES[content]


def permission_of(call: str) -> str:
    """What IAM calls the permission for a call about what is there already: ``s3:HeadBucket`` -> ``s3:ListBucket``."""
    needed = CALLS.get(call)
    return needed[0][0] if needed else call
