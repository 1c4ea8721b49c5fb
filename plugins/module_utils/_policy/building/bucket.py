# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The policy of a bucket that denies it to everybody outside of the perimeter that was declared.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..language.arns import parse_arn
from ..language.document import Raw
from ..language.errors import PolicyError, Problem
from .common import (
    account_problems,
    bucket_problems,
    new_document,
    partition_problems,
    principal_patterns,
    string_list,
)
from .perimeter import (
    ENDPOINT,
    EVERY_ACTION,
    VPC,
    VPC_ARN,
    Perimeter,
    perimeter_statements,
)

#: Stands for the name of each bucket in statements for many, as the module bucket_policies puts it in.
ANY_BUCKET = "{bucket}"

_NAME = "declaration of the bucket perimeter"


def bucket_perimeter(
    bucket: str,
    partition: str = "aws",
    *,
    endpoints: Sequence[str] = (),
    vpcs: Sequence[str] = (),
    break_glass_principals: Sequence[str] = (),
    manager_principals: Sequence[str] = (),
    excepted_accounts: Sequence[str] = (),
    allow_aws_services: bool = False,
    allow_forwarded_access: bool = False,
    actions: Sequence[str] = EVERY_ACTION,
    tls_only: bool = False,
) -> Raw:
    """The document that denies a bucket to everybody outside of the perimeter.

    With endpoints or VPCs alone it means what AWS publishes: nobody else does anything, the console and the bucket's
    administrators included. The exceptions keep out of that:

    :param bucket: its name, or :data:`ANY_BUCKET`.
    :param endpoints: ids of VPC endpoints that may pass.
    :param vpcs: VPCs that may pass through any endpoint of theirs. An id (``aws:SourceVpc``) is unique in its Region
        only; an ARN (``aws:SourceVpcArn``) everywhere, and is what AWS recommends.
    :param break_glass_principals: ARNs of those who may do from everywhere what their own policies allow.
    :param manager_principals: ARNs of those who may from everywhere read and repair the bucket's policy, such as the
        identity that applies it; what is in the bucket stays closed to them.
    :param excepted_accounts: accounts that may do so, such as those of load balancers that deliver logs in old Regions.
    :param allow_aws_services: whether AWS services may that act for themselves (log delivery, inventory, events).
    :param allow_forwarded_access: whether AWS services may that act for a user (Athena, CloudFormation): what they do
        has no endpoint.
    :param actions: what is denied outside.
    :param tls_only: whether requests without TLS are denied too, to everybody.
    :raises PolicyError: the declaration is wrong.
    """
    named = () if bucket == ANY_BUCKET else bucket_problems(bucket, "bucket")
    problems = [*named, *partition_problems(partition)]
    for index, endpoint in enumerate(endpoints):
        if not ENDPOINT.fullmatch(str(endpoint)):
            problems.append(
                Problem(
                    f"endpoints[{index}]", f"{endpoint!r} is not the id of a VPC endpoint.", "It begins with 'vpce-'."
                )
            )
    problems += _vpc_problems(vpcs, partition)
    problems += account_problems(excepted_accounts, "excepted_accounts")
    principals = principal_patterns(break_glass_principals, "break_glass_principals", problems)
    managers = principal_patterns(manager_principals, "manager_principals", problems)
    denied = string_list(actions, "actions", problems)
    if not endpoints and not vpcs:
        if not tls_only:
            problems.append(Problem("", "No endpoint and no VPC is named.", "Name one, or ask for tls_only alone."))
        elif principals or managers or excepted_accounts or allow_forwarded_access:
            problems.append(
                Problem("", "There are exceptions, but no endpoint and no VPC to except from.", "Name one.")
            )
    elif managers and tuple(denied) != EVERY_ACTION:
        problems.append(
            Problem(
                "manager_principals", "Managers are exempted where every action is denied only.", "Leave out actions."
            )
        )
    if problems:
        raise PolicyError(problems, _NAME)
    perimeter = Perimeter(
        endpoints=tuple(sorted(set(endpoints))),
        vpcs=tuple(sorted(vpc for vpc in set(vpcs) if VPC.fullmatch(vpc))),
        vpc_arns=tuple(sorted(vpc for vpc in set(vpcs) if VPC_ARN.fullmatch(vpc))),
        principals=principals,
        managers=managers,
        accounts=tuple(sorted(set(excepted_accounts))),
        actions=tuple(sorted(set(denied))),
        services=allow_aws_services,
        forwarded=allow_forwarded_access,
        tls=tls_only,
    )
    return new_document(perimeter_statements(perimeter, bucket, partition))


def _vpc_problems(vpcs: Iterable[Any], partition: str) -> list[Problem]:
    problems = []
    for index, vpc in enumerate(vpcs):
        arn = parse_arn(str(vpc))
        if not VPC.fullmatch(str(vpc)) and not VPC_ARN.fullmatch(str(vpc)):
            rule, remedy = f"{vpc!r} is neither the id nor the ARN of a VPC.", "An id begins with 'vpc-'."
        elif arn and arn.partition != partition:
            rule, remedy = f"{vpc!r} is not in the partition {partition!r}.", "A bucket sees VPCs of its own only."
        else:
            continue
        problems.append(Problem(f"vpcs[{index}]", rule, remedy))
    return problems
