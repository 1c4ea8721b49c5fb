# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Amazon Resource Names, partitions, and the names of buckets.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; the partitions and the patterns of their
Regions are those of botocore's partitions.json.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import PolicyError, Problem

#: Partition -> pattern of its Regions.
PARTITIONS: dict[str, str] = {
    "aws": r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+",
    "aws-cn": r"cn-\w+-\d+",
    "aws-us-gov": r"us-gov-\w+-\d+",
    "aws-iso": r"us-iso-\w+-\d+",
    "aws-iso-b": r"us-isob-\w+-\d+",
    "aws-iso-e": r"eu-isoe-\w+-\d+",
    "aws-iso-f": r"us-isof-\w+-\d+",
    "aws-eusc": r"eusc-de-\w+-\d+",
}
ACCOUNT = re.compile(r"[0-9]{12}")
#: What stands for a user or role that is deleted.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
UNIQUE_ID = re.compile(r"A(ID|RO)A[A-Z0-9]{12,124}")

# What S3 accepts today, and what it accepted in us-east-1 before March 2018 (such buckets live on).
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LEGACY_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")


class Arn(NamedTuple):
    """``arn:partition:service:region:account:resource``; ``region`` and ``account`` may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN (wildcards stay where they are); ``None`` for a text that is not one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
        return None
    return Arn(*parts[1:])


def partition_of_region(region: str) -> str:
    """``cn-north-1`` -> ``aws-cn``.

    :raises PolicyError: no partition has such a Region.
    """
    for partition, pattern in PARTITIONS.items():
        if re.fullmatch(pattern, region):
            return partition
    raise PolicyError([Problem("", f"{region!r} is not an AWS Region.", "Write one such as 'eu-central-1'.")], "region")


def bucket_arn(bucket: str, partition: str) -> str:
    """The ARN of a bucket."""
    return f"arn:{partition}:s3:::{bucket}"


def object_arn(bucket: str, partition: str, key: str = "*") -> str:
    """The ARN of the objects of a bucket whose key matches; of all of them by default."""
    return f"arn:{partition}:s3:::{bucket}/{key}"


def vpc_arn(vpc: str, partition: str, region: str, account: str) -> str:
    """The ARN of a VPC, unique where its id is so only within a Region."""
    return f"arn:{partition}:ec2:{region}:{account}:vpc/{vpc}"


def is_bucket_name(name: str) -> bool:
    """Whether S3 has, or may have from former times, a bucket of this name."""
    return bool(_BUCKET.fullmatch(name) or _LEGACY_BUCKET.fullmatch(name))


def user_arn(text: str) -> str:
    """The ARN of a user where something that imitates AWS names one as AWS does not, any other text as it is.

    moto's usual credentials belong to ``arn:aws:sts::123456789012:user/moto``; in AWS no ARN of STS names a user.
    """
    arn = parse_arn(text)
    if arn is None or arn.service != "sts" or not arn.resource.startswith("user/"):
        return text
    return str(arn._replace(service="iam"))


def principal_arn_patterns(principal: str) -> tuple[str, ...]:
    """What ``aws:PrincipalArn`` (with ArnLike) is for a principal, given by the ARN that people have at hand.

    The key holds the ARN of the role, with its path, even where a session of it calls; the ARN of a session lacks that
    path. Role names are unique in an account whatever the path, so any path is allowed for.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn

    :raises PolicyError: it is no ARN of a user, role, session or root user of one account.
    """
    principal = user_arn(principal)
    arn = parse_arn(principal)
    if arn and ACCOUNT.fullmatch(arn.account) and arn.partition in PARTITIONS:
        kind, _slash, name = arn.resource.partition("/")
        if arn.service == "sts" and kind == "assumed-role" and "/" in name:
            role = Arn(arn.partition, "iam", "", arn.account, "role/")
            name = name.partition("/")[0]
            return (f"{role}{name}", f"{role}*/{name}")
        if arn.service == "sts" and kind == "federated-user" and name:
            return (principal,)
        if arn.service == "iam" and (arn.resource == "root" or (kind in ("user", "role") and name)):
            return (principal,)
    raise PolicyError(
        [
            Problem(
                "",
                f"{principal!r} does not name principals of one account.",
                "Give the ARN of a role, a user, an assumed-role session or a root user; its name may hold wildcards, "
                "its account may not.",
            )
        ],
        "principal",
    )
