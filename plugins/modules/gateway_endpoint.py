#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_endpoint
short_description: Keeps the S3 gateway endpoint of a VPC, its routes, its policy and its tags
version_added: 1.0.0
description:
  - Makes the gateway endpoint for S3 of a VPC what the task declares. One that is there is adopted and changed, whoever
    made it; one that is not there is created.
  - What an option does not say stays as it is.
  - Endpoints are told by VPC, service, the type Gateway and a live state. If there are several of them, the task fails
    and lists them, unless O(endpoint_id) says which one is meant. Interface endpoints are left alone.
  - Policies are compared by what they mean to AWS. Order, letter case of actions, one value or a list of one, and the
    different spellings of AWS's default policy are no difference and cause no write.
  - A task that finds nothing to do takes one C(DescribeVpcEndpoints), and one C(DescribeRouteTables) with
    O(subnet_ids) or O(all_route_tables). However much of policy, route tables and address types changes, it changes
    in one C(ModifyVpcEndpoint).
  - What is wrong with the options, the policy, or what they refer to is an error before anything is written.
  - So is a policy that keeps those who look after bucket policies from mending them, or cuts workloads off
    O(dependent_buckets), and the removal of an endpoint that the policies of O(dependent_buckets) require.
options:
  state:
    description:
      - With V(present), the endpoint is there as declared.
      - With V(absent), it is gone, with its routes and whatever else there is of it. O(endpoint_id) is not needed.
        One that is not there, or not any more, is no error.
    type: str
    choices: [present, absent]
    default: present
  vpc_id:
    description:
      - The VPC of the endpoint. To create one it is required.
      - This or O(endpoint_id) has to be given.
    type: str
  endpoint_id:
    description:
      - The endpoint that is meant, if the VPC has several for the service.
      - One that is not there is not created, as AWS chooses the ids.
    type: str
    aliases: [vpc_endpoint_id]
  service:
    description:
      - What the endpoint is for. V(s3express) is S3 Express One Zone (directory buckets).
      - AWS is asked for the full name that the service has in the region, if an endpoint is to be created.
    type: str
    choices: [s3, s3express]
    default: s3
  route_table_ids:
    description:
      - The route tables that shall have the route to the endpoint. An empty list takes it out of all of them, unless
        O(purge_route_tables=false).
      - A route table takes the route of one endpoint for a service. One that has that of another endpoint is refused.
      - Mutually exclusive with O(subnet_ids) and O(all_route_tables). Without any of the three, the route tables stay
        as they are, and a new endpoint has none.
    type: list
    elements: str
  subnet_ids:
    description:
      - The subnets whose route tables are meant. A subnet that is not associated with a table has the main table of
        the VPC.
      - Other subnets that share such a table have the route as well.
    type: list
    elements: str
  all_route_tables:
    description:
      - All route tables of the VPC are meant, except those that are associated with a gateway.
    type: bool
    default: false
  purge_route_tables:
    description:
      - Whether to take the route out of the tables that are not meant. With V(false) tables are only added, so that
        several tasks can share an endpoint.
    type: bool
    default: true
  policy:
    description:
      - The endpoint policy, as a mapping or as JSON text. P(perimeter.s3.endpoint_policy#filter) makes one.
      - If omitted, the policy stays as it is, and a new endpoint gets AWS's default, which lets everything through. It
        is not reset; O(reset_policy) does that.
      - It is sent without white space, so that more of it fits into the 20,480 characters that AWS allows.
    type: json
  reset_policy:
    description:
      - Give the endpoint AWS's default policy, which lets everything through. Mutually exclusive with O(policy).
    type: bool
    default: false
  ip_address_type:
    description:
      - Which addresses of S3 get routes to the endpoint. If omitted, it stays as it is; new endpoints are V(ipv4).
      - Clients with IPv6 that use dual-stack host names (such as the package repositories of Amazon Linux) go past an
        endpoint of type V(ipv4). The module warns of that when it changes such an endpoint in a VPC that has IPv6, if
        it has read the route tables.
      - AWS takes V(ipv6) only if all subnets are IPv6 only, and V(dualstack) only if all of them have both.
    type: str
    choices: [ipv4, ipv6, dualstack]
  dns_record_ip_type:
    description:
      - Which DNS records are made for the endpoint. If omitted, it stays as it is; new endpoints are
        V(service-defined).
      - With O(ip_address_type=dualstack) all are possible, otherwise V(service-defined) and the same as
        O(ip_address_type). Other than V(service-defined) requires DNS support and DNS host names in the VPC.
    type: str
    choices: [ipv4, ipv6, dualstack, service-defined]
  tags:
    description:
      - Tags of the endpoint. Values that are not text have to be put in quotes.
      - If omitted, the tags stay as they are. An empty mapping removes them all, unless O(purge_tags=false).
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether to remove the tags that are not in O(tags). Those that begin with C(aws:) belong to AWS and stay.
    type: bool
    default: true
  prefix_lists:
    description:
      - Look up RV(endpoint.prefix_list_ids), which takes one C(DescribeManagedPrefixLists) more.
    type: bool
    default: false
  wait:
    description:
      - Wait until the endpoint is available and AWS shows what was declared, or until it is gone.
      - If an endpoint that is being deleted still holds the route of a table, wait for its end before the new one is
        made.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for that.
    type: int
    default: 300
  protected_principals:
    description:
      - ARNs of users, roles, sessions or root users who have to stay able to read and replace bucket policies through
        the endpoint. The caller and the root user of its account are always among them, because an endpoint policy
        binds the root user too.
      - They are examined only if O(arriving_through) is this endpoint or its VPC, and the task changes what the policy
        means. A request for C(s3:GetBucketPolicy) or C(s3:PutBucketPolicy) that the old policy let pass, and the new
        one denies or might deny, is an error that names the condition key which would decide it.
      - It is asked of every bucket of their account, also of those that nobody named, and of every request that they
        can make.
    type: list
    elements: str
  arriving_through:
    description:
      - The network that the caller and O(protected_principals) come from when they manage bucket policies - the id of a
        VPC endpoint, the id of a VPC, or V(internet).
      - If omitted, it is assumed that they do not come through this endpoint, and RV(guard) says so.
    type: str
  request_context:
    description:
      - Condition keys that are known of requests through the endpoint, such as C(aws:PrincipalOrgID). A key that is
        neither given here nor told by the rest is not known. C(aws:PrincipalArn), tags and other keys that describe the
        caller are taken for the caller's.
    type: dict
  dependent_buckets:
    description:
      - Names of buckets whose workloads come through this endpoint. Their policies are read (C(GetBucketPolicy)) only
        if the task changes what the endpoint's policy means, removes the endpoint, or takes it out of a route table.
      - If a bucket's policy lets any request in through this endpoint or its VPC that it would not let in from the
        internet, it is an error to remove the endpoint, to take it out of a route table, or to give it a policy that
        no longer lets everything pass to that bucket which passed before. It is decided over all requests.
      - A bucket whose policy cannot be read is an error, as nobody can tell then.
    type: list
    elements: str
  dependent_policies:
    description:
      - Buckets as in O(dependent_buckets), each with its policy as it is known already, or as it is going to be;
        V(null) stands for none. These policies are not read.
    type: dict
  allow_lockout:
    description:
      - Write even if the caller, O(protected_principals) or the root user could not mend bucket policies through this
        endpoint any more. The finding is returned in RV(guard).
    type: bool
    default: false
  allow_cutoff:
    description:
      - Write even if O(dependent_buckets) are cut off or cannot be examined, or if a new statement of the policy is
        about another endpoint or VPC (C(aws:SourceVpce), C(aws:SourceVpc), C(aws:SourceVpcArn), C(aws:VpceAccount)),
        which no request that meets this policy comes from. The finding is returned in RV(guard).
    type: bool
    default: false
  no_new_access:
    description:
      - Refuse a policy that lets anything pass which does not pass now, of all requests that there can be. The error
        has such a request in plain words.
    type: bool
    default: false
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
seealso:
  - module: perimeter.s3.gateway_endpoint_info
  - module: perimeter.s3.bucket_policy
  - plugin: perimeter.s3.endpoint_policy
    plugin_type: filter
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permissions needed are C(ec2:DescribeVpcEndpoints), and for what is to be done C(ec2:CreateVpcEndpoint),
    C(ec2:ModifyVpcEndpoint), C(ec2:DeleteVpcEndpoints), C(ec2:CreateTags), C(ec2:DeleteTags),
    C(ec2:DescribeVpcEndpointServices), C(ec2:DescribeRouteTables), C(ec2:DescribeSubnets) and
    C(ec2:DescribeManagedPrefixLists). With O(dependent_buckets), C(s3:GetBucketPolicy) on them is needed as well.
  - An endpoint policy that keeps everybody from mending bucket policies does so only on the way through this endpoint.
    Requests to EC2 never take it, so whoever may call C(ec2:ModifyVpcEndpoint) can give the endpoint another policy,
    or O(reset_policy), and whoever comes from elsewhere can repair the bucket policies.
  - Where a route comes, goes or changes, open connections to S3 break, and the source addresses that S3 sees turn from
    public to private. The module warns of it, in check mode too.
  - AWS says that a new policy can take some minutes to be in force everywhere. There is no way to see that.
"""

EXAMPLES = r"""
- name: Keep S3 traffic of a VPC private, and let through two actions on one bucket
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    all_route_tables: true
    policy: "{{ ['my_secure_bucket'] | perimeter.s3.endpoint_policy }}"
    tags:
      Name: s3

- name: See what that would change, statement by statement
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    all_route_tables: true
    policy: "{{ lookup('ansible.builtin.file', 'endpoint-policy.json') }}"
  check_mode: true
  diff: true

- name: Add the route tables of two subnets to the endpoint, and leave the others and the policy alone
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    subnet_ids:
      - subnet-1a2b3c4d
      - subnet-5e6f7a8b
    purge_route_tables: false

- name: Route IPv6 as well
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    ip_address_type: dualstack

- name: Go back to AWS's default policy, on one of several endpoints of the VPC
  perimeter.s3.gateway_endpoint:
    endpoint_id: vpce-1a2b3c4d
    reset_policy: true

- name: Tighten the policy, unless that cuts off two buckets or those who manage their policies from inside the VPC
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    policy: "{{ lookup('ansible.builtin.file', 'endpoint-policy.json') }}"
    arriving_through: vpc-111bbb22
    protected_principals:
      - arn:aws:iam::111122223333:role/ci/deploy
    dependent_buckets:
      - my_secure_bucket
      - examplebucket

- name: Remove the endpoint
  perimeter.s3.gateway_endpoint:
    vpc_id: vpc-111bbb22
    state: absent
"""

RETURN = r"""
endpoint:
  description:
    - The endpoint after the task, as AWS shows it, or as planned in check mode and without O(wait).
    - V(null) if there is none, which is so after O(state=absent).
  returned: success
  type: dict
  contains:
    vpc_endpoint_id:
      description: Its id, V(null) for one that check mode would create.
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
      description: Its state in lower case, V(null) for one that check mode would create.
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
    vpc_endpoint_id: vpce-1a2b3c4d
    vpc_endpoint_type: Gateway
    vpc_id: vpc-111bbb22
    service_name: com.amazonaws.us-east-1.s3
    state: available
    policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: "*"
          Action:
            - s3:GetObject
            - s3:PutObject
          Resource:
            - arn:aws:s3:::my_secure_bucket
            - arn:aws:s3:::my_secure_bucket/*
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
before:
  description:
    - The endpoint as it was found, with the same keys as RV(endpoint).
    - V(null) if there was none.
  returned: success
  type: dict
  sample:
actions:
  description:
    - The calls to AWS that changed something, or in check mode would; empty if nothing changed.
    - A task that fails says here what it had done by then.
  returned: always, unless region or profile are not there
  type: list
  elements: str
  sample: ["ec2:ModifyVpcEndpoint", "ec2:CreateTags"]
guard:
  description: What was examined before the writes. Nothing is examined when there is nothing to write.
  returned: success, or when a guard refuses
  type: dict
  contains:
    checked:
      description:
        - The guards that were asked.
        - V(dependents) is about interface endpoints for which AWS requires the gateway endpoint, V(lockout) about
          those who repair bucket policies, V(cutoff) about O(dependent_buckets), V(networks) about statements for
          other networks, and V(no_new_access) about O(no_new_access).
      type: list
      elements: str
    refused:
      description: What speaks against the writes; the task has failed because of it.
      type: list
      elements: dict
      contains: &finding
        guard:
          description: The guard that says so.
          type: str
        reason:
          description: What would happen, and which statement and condition do it.
          type: str
        remedy:
          description: The ways out.
          type: str
        overridden_by:
          description: The option of the task that allows it nevertheless; V(null) if none does.
          type: str
        statement:
          description: The statement, by its C(Sid), or by its place if it has none; V(null) if there is none.
          type: str
        request:
          description: A request that would fail though it should not; V(null) if it is not about one.
          type: dict
    overridden:
      description: What would speak against the writes but is allowed by an option of the task.
      type: list
      elements: dict
      contains: *finding
    assumed:
      description: What the guards took for granted because the task does not say it.
      type: list
      elements: str
  sample:
    checked: [dependents, lockout, cutoff, networks]
    refused: []
    overridden: []
    assumed: []
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.endpoint.module import (
    ENDPOINT_OPTIONS,
    run_gateway_endpoint,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_gateway_endpoint(create_module(ENDPOINT_OPTIONS))


if __name__ == "__main__":
    main()
