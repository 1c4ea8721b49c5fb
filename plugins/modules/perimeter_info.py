#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: perimeter_info
short_description: Reads all that a perimeter is decided by, in one run
version_added: 1.0.0
description:
  - Reads who calls, a VPC, the gateway endpoints of the region with their policies, the route tables of the VPC, and
    the policies of buckets. The role P(perimeter.s3.private_access#role) decides by it, with the filter
    P(perimeter.s3.perimeter_plan#filter).
  - That takes one C(GetCallerIdentity), one C(DescribeVpcEndpoints) for up to a thousand endpoints, one
    C(DescribeRouteTables) if O(route_tables=true), one C(DescribeVpcs) if O(vpc_name) is given, and one
    C(GetBucketPolicy) for each bucket, O(concurrency) of them at the same time.
  - A bucket that is not there, belongs to another account or cannot be read is no failure. It is listed in
    RV(problems).
options:
  vpc_id:
    description:
      - The VPC. This or O(vpc_name) has to be given.
    type: str
  vpc_name:
    description:
      - The tag C(Name) of the VPC. If not exactly one VPC of the region has it, RV(vpc_ids) says so, and neither route
        tables nor buckets are read.
    type: str
  route_tables:
    description:
      - Whether to read the route tables of the VPC.
    type: bool
    default: true
  names:
    description:
      - Whether to read, for reports, what the VPC, its subnets and its route tables are called (tag C(Name)), and which
        addresses they have. That takes one C(DescribeVpcs) and one C(DescribeSubnets). Without the permission for them
        there is a warning, and RV(names) is empty.
    type: bool
    default: false
  buckets:
    description:
      - Names of the buckets whose policies are read.
    type: list
    elements: str
    default: []
  buckets_of_new_endpoint:
    description:
      - Names of buckets whose policies are read only if the VPC has no live gateway endpoint for S3. A new endpoint has
        a new id, and the policies of all buckets behind it have to name that.
    type: list
    elements: str
    default: []
  endpoint_buckets:
    description:
      - Whether to read the policies of further buckets as well, those that the policy of the VPC's endpoint for S3
        names without wildcards. O(buckets_of_new_endpoint) and the buckets of O(aws_services) are not among them.
    type: bool
    default: false
  aws_services:
    description:
      - AWS services whose own buckets the endpoint lets through, as P(perimeter.s3.endpoint_policy#filter) names them.
        Their policies cannot be read, so nobody asks for them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
  - perimeter.s3._buckets
seealso:
  - module: perimeter.s3.gateway_endpoint_info
  - module: perimeter.s3.bucket_policy_info
  - plugin: perimeter.s3.perimeter_plan
    plugin_type: filter
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permissions needed are C(ec2:DescribeVpcEndpoints), C(s3:GetBucketPolicy), with O(route_tables)
    C(ec2:DescribeRouteTables), with O(vpc_name) C(ec2:DescribeVpcs), and with O(names) that and
    C(ec2:DescribeSubnets). After a refusal C(s3:ListBucket) tells whether
    a bucket belongs to another account.
"""

EXAMPLES = r"""
- name: Read a perimeter
  perimeter.s3.perimeter_info:
    vpc_id: vpc-111bbb22
    buckets:
      - my_secure_bucket
      - payroll-reports
  register: found

- name: Say which buckets cannot be looked at
  ansible.builtin.debug:
    msg: "{{ found.problems | map(attribute='msg') | list }}"

- name: Show the policy of a bucket
  ansible.builtin.debug:
    msg: "{{ (found.perimeter | from_json).buckets['my_secure_bucket'].policy }}"
"""

RETURN = r"""
at:
  description: When it began to look, in UTC. What was changed later may not be in what was found.
  returned: success
  type: str
  sample: "2026-11-29T11:20:03Z"
caller:
  description: Who asked.
  returned: success
  type: dict
  contains:
    account:
      description: The account of the credentials.
      type: str
    arn:
      description: The ARN of the user or of the session.
      type: str
    user_id:
      description: The unique id behind it, as C(aws:userid) has it.
      type: str
  sample:
    account: "111122223333"
    arn: arn:aws:sts::111122223333:assumed-role/deploy/awx
    user_id: AROAEXAMPLE:awx
region:
  description: The region that was looked at.
  returned: success
  type: str
  sample: eu-central-1
vpc_ids:
  description: O(vpc_id), or all VPCs with the tag C(Name) that O(vpc_name) says.
  returned: success
  type: list
  elements: str
  sample: [vpc-111bbb22]
endpoint_ids:
  description: The gateway endpoints of the region, of whatever VPC, service and state.
  returned: success
  type: list
  elements: str
  sample: [vpce-1a2b3c4d]
names:
  description: What people call the VPC and what is in it. Empty if AWS did not say, or not exactly one VPC was meant.
  returned: success and O(names=true)
  type: dict
  contains:
    vpc:
      description: C(name) and C(cidr_blocks) of the VPC.
      type: dict
    subnets:
      description: C(id), C(name), C(cidr_block) and C(availability_zone) of each subnet.
      type: list
      elements: dict
    route_tables:
      description: The names of those route tables that have one, by their ids.
      type: dict
  sample:
    vpc: {name: production, cidr_blocks: [10.0.0.0/16]}
    subnets: [{id: subnet-1a2b3c4d, name: app-a, cidr_block: 10.0.1.0/24, availability_zone: eu-central-1a}]
    route_tables: {rtb-1a2b3c4d: private}
problems:
  description: The buckets that could not be read.
  returned: success
  type: list
  elements: dict
  contains:
    bucket:
      description: Its name.
      type: str
    msg:
      description: What is wrong with it, and what to do.
      type: str
  sample:
    - bucket: payrol-reports
      msg: >-
        Cannot read the policy of bucket payrol-reports: there is no bucket of that name. Buckets are never created
        here: check the spelling.
perimeter:
  description:
    - All that was found, as one JSON text. Ansible would examine each value of a structure in each task, which takes
      seconds with thousands of policies.
    - C(caller), C(region) and C(vpc_ids) are as above.
    - C(endpoints) are the gateway endpoints as M(perimeter.s3.gateway_endpoint_info) returns them, but for
      C(prefix_list_ids).
    - C(route_tables) of the VPC each have C(id), C(main) (whether it is the main one), C(subnets) (those that it is
      associated with explicitly), C(edge) (whether it belongs to a gateway) and C(ipv6) (whether it has IPv6 routes).
    - C(buckets) has for each name C(policy) (V(null) if there is none), C(region) (V(null) if S3 does not tell it),
      C(problem) (a sentence, empty if it was read) and C(kind) of the problem, such as V(missing_bucket) or V(denied).
  returned: success
  type: str
  sample: '{"caller":{"account":"111122223333"},"region":"eu-central-1"}'
calls:
  description: How many requests were sent, by operation.
  returned: success
  type: dict
  sample:
    "ec2:DescribeRouteTables": 1
    "ec2:DescribeVpcEndpoints": 1
    "s3:GetBucketPolicy": 2
    "sts:GetCallerIdentity": 1
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module
from ansible_collections.perimeter.s3.plugins.module_utils._aws.perimeter.look import (
    LOOK_OPTIONS,
    run_perimeter_info,
)


def main() -> None:
    run_perimeter_info(create_module(LOOK_OPTIONS))


if __name__ == "__main__":
    main()
