#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_endpoint_info
short_description: Reads gateway endpoints of VPCs
version_added: 1.0.0
description:
  - Reads the gateway endpoints of a region, all of them or those that the options let through, with one
    C(DescribeVpcEndpoints) for up to a thousand.
  - Those for other services than S3 are among them, and so are for some time those that were deleted. O(filters) can
    leave them out.
options:
  vpc_id:
    description:
      - Only endpoints of this VPC.
    type: str
  endpoint_ids:
    description:
      - Only these endpoints. One that does not exist is an error; one that is not a gateway endpoint is left out.
    type: list
    elements: str
    aliases: [vpc_endpoint_ids]
  filters:
    description:
      - Only endpoints that all of these filters let through. The names are those of
        U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html), the values text or
        lists of text, of which one has to fit.
      - C(vpc-endpoint-type) is always V(Gateway).
    type: dict
    default: {}
  prefix_lists:
    description:
      - Look up RV(endpoints[].prefix_list_ids), which takes one C(DescribeManagedPrefixLists) more for each endpoint.
    type: bool
    default: false
  caller:
    description:
      - Also return RV(caller), who the credentials belong to, which takes one C(GetCallerIdentity).
    type: bool
    default: false
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
seealso:
  - module: perimeter.s3.gateway_endpoint
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permission needed is C(ec2:DescribeVpcEndpoints), and with O(prefix_lists) C(ec2:DescribeManagedPrefixLists).
"""

EXAMPLES = r"""
- name: Read the S3 gateway endpoint of a VPC
  perimeter.s3.gateway_endpoint_info:
    vpc_id: vpc-111bbb22
    filters:
      service-name: com.amazonaws.us-east-1.s3
      vpc-endpoint-state: available
  register: found

- name: Show its policy
  ansible.builtin.debug:
    var: found.endpoints[0].policy_document

- name: Read the endpoints of one team
  perimeter.s3.gateway_endpoint_info:
    filters:
      tag:Team:
        - blue
        - green
"""

RETURN = r"""
caller:
  description: Who asked.
  returned: if O(caller=true)
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
endpoints:
  description: The endpoints, by VPC and id.
  returned: success
  type: list
  elements: dict
  contains:
    vpc_endpoint_id:
      description: Its id.
      type: str
    vpc_endpoint_type:
      description: Always V(Gateway).
      type: str
    vpc_id:
      description: The VPC that it is in.
      type: str
    service_name:
      description: The full name of the service.
      type: str
    state:
      description: Its state in lower case.
      type: str
    policy_document:
      description: The policy, parsed.
      type: dict
    route_table_ids:
      description: The route tables that have a route to it.
      type: list
      elements: str
    ip_address_type:
      description: Which addresses are routed.
      type: str
    dns_record_ip_type:
      description: Which DNS records are made.
      type: str
    tags:
      description: Its tags.
      type: dict
    prefix_list_ids:
      description:
        - The prefix lists of the service that its routes are for, as used in rules of security groups.
        - V(null) unless O(prefix_lists) asks for them.
      type: list
      elements: str
    owner_id:
      description: The account that it belongs to.
      type: str
    creation_timestamp:
      description: When it was created, in UTC.
      type: str
    requester_managed:
      description: Whether an AWS service manages it.
      type: bool
    last_error:
      description: What AWS says about a failure, V(null) without one.
      type: str
  sample:
    - vpc_endpoint_id: vpce-1a2b3c4d
      vpc_endpoint_type: Gateway
      vpc_id: vpc-111bbb22
      service_name: com.amazonaws.us-east-1.s3
      state: available
      policy_document:
        Version: "2008-10-17"
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: "*"
            Resource: "*"
      route_table_ids:
        - rtb-11aa22bb
      ip_address_type: ipv4
      dns_record_ip_type: service-defined
      tags:
        Name: s3
      prefix_list_ids:
      owner_id: "111122223333"
      creation_timestamp: "2026-11-23T10:15:00+00:00"
      requester_managed: false
      last_error:
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.info import (
    INFO_OPTIONS,
    run_gateway_endpoint_info,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_gateway_endpoint_info(create_module(INFO_OPTIONS))


if __name__ == "__main__":
    main()
