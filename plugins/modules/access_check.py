#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_check
short_description: Says who reaches what in S3, and asserts it
version_added: 1.0.0
description:
  - Decides requests as AWS does, by all policies that they meet - those of the identity, of the bucket, of the VPC
    endpoint, of the organization, permissions boundaries and session policies, and Block Public Access.
  - Says of each request which layer, statement and condition decided. What hangs on something that nobody supplied is
    V(unknown), never silently allowed or denied, and the result names the condition keys that would decide it.
  - With O(requests[].expect) the task is an assertion, for CI before a merge and for AWX after a change.
  - Policies of buckets and endpoints that are not supplied are read. If all are supplied, no call is made, and neither
    credentials nor a region are needed.
options:
  requests:
    description: The requests to decide; thousands of them in one task are fine.
    type: list
    elements: dict
    required: true
    suboptions:
      principal:
        description:
          - The ARN of a user, of a role (for a session of it), of a session, or of the root user, an account id (for
            its root user), V(anonymous), or the name of an AWS service such as V(logging.s3.amazonaws.com).
        type: str
        required: true
      action:
        description: One action, such as V(s3:GetObject).
        type: str
        required: true
      resource:
        description: The ARN of a bucket or of an object, or V(*) for actions on no resource.
        type: str
        required: true
      through:
        description:
          - The network path - V(internet), the id of an endpoint, the id of a VPC (through some endpoint of it), or a
            dictionary of C(vpce), C(vpc), C(account), C(org) and C(region). If omitted it is not known.
          - The Region of an endpoint whose policy is read is known; of another one C(region) tells it.
        type: raw
      called_via:
        description: The services that make the request on behalf of the principal, such as V(athena.amazonaws.com).
        type: list
        elements: str
      context:
        description:
          - Condition keys that are known, with their values. V(null) says that the request has no such key.
          - A request comes over TLS (C(aws:SecureTransport)) unless this says otherwise.
        type: dict
      expect:
        description: What has to be decided. A decision of V(unknown) is neither.
        type: str
        choices: [allow, deny]
  identity_policies:
    description: Lists of documents by the principals of O(requests).
    type: dict
    default: {}
  permissions_boundaries:
    description: Documents by the principals of O(requests). Principals that are not here have none.
    type: dict
    default: {}
  session_policies:
    description: Lists of documents by the principals of O(requests). Principals that are not here have none.
    type: dict
    default: {}
  assume_identity_allows:
    description:
      - Take for granted that an identity of which O(identity_policies) says nothing is allowed everything. The result
        then tells what bucket, endpoint and organization make of it. Otherwise its policies are not known.
    type: bool
    default: false
  read_missing:
    description:
      - Read the policies of buckets (C(s3:GetBucketPolicy)) and endpoints (C(ec2:DescribeVpcEndpoints)) that are not
        supplied. What may not be read is unknown, and there is a warning. With V(false) no call is made.
    type: bool
    default: true
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
  - perimeter.s3._policies
  - perimeter.s3._policies.owners
seealso:
  - module: perimeter.s3.bucket_policy
  - module: perimeter.s3.gateway_endpoint
  - plugin: perimeter.s3.policy_allows
    plugin_type: test
author:
  - perimeter.s3 contributors (@perimeter-s3)
"""

EXAMPLES = r"""
- name: Assert who reaches a bucket, by what is in force
  perimeter.s3.access_check:
    assume_identity_allows: true
    requests:
      - principal: arn:aws:iam::111122223333:role/app
        action: s3:GetObject
        resource: arn:aws:s3:::my_secure_bucket/report.csv
        through: vpce-1a2b3c4d
        expect: allow
      - principal: arn:aws:iam::111122223333:role/app
        action: s3:GetObject
        resource: arn:aws:s3:::my_secure_bucket/report.csv
        through: internet
        expect: deny

- name: Assert the same of documents in the repository, before a merge and without AWS
  perimeter.s3.access_check:
    assume_identity_allows: true
    bucket_policies:
      my_secure_bucket: "{{ lookup('ansible.builtin.file', 'policies/my_secure_bucket.json') }}"
    resource_accounts:
      my_secure_bucket: "111122223333"
    requests:
      - principal: anonymous
        action: s3:GetObject
        resource: arn:aws:s3:::my_secure_bucket/report.csv
        through: internet
        expect: deny
"""

RETURN = r"""
decisions:
  description: What is decided of each request, in the order of O(requests).
  returned: always, unless a request or a policy is not valid
  type: list
  elements: dict
  contains:
    principal:
      description: As in the request; so are C(action), C(resource), C(through) and C(expect).
      type: str
    decision:
      description: V(allow), V(explicit_deny), V(implicit_deny) or V(unknown).
      type: str
    layer:
      description: >-
        Which policies decided, out of V(identity_policy), V(bucket_policy), V(endpoint_policy),
        V(service_control_policy), V(resource_control_policy), V(permissions_boundary), V(session_policy),
        V(block_public_access) and V(network_path) (an endpoint of another Region than the bucket's); V(null) if it is
        not one alone.
      type: str
    statement:
      description: The statement that decided, by its C(Sid), or by its place if it has none.
      type: str
    reason:
      description: Why, in one sentence.
      type: str
    missing_keys:
      description: What would decide a request that is V(unknown), condition keys and layers.
      type: list
      elements: str
    met:
      description: Whether it is as expected; only if something was expected.
      type: bool
  sample:
    - principal: arn:aws:iam::111122223333:role/app
      action: s3:GetObject
      resource: arn:aws:s3:::my_secure_bucket/report.csv
      through: internet
      expect: deny
      decision: explicit_deny
      layer: bucket_policy
      statement: PerimeterS3Network
      reason: >-
        Bucket policy statement 'PerimeterS3Network' denies s3:GetObject: aws:SourceVpce is absent on requests from
        the internet, and StringNotEquals is true for an absent key.
      missing_keys: []
      met: true
summary:
  description: How many requests are decided how, and how many are not as expected (C(unmet)).
  returned: always, unless a request or a policy is not valid
  type: dict
  sample:
    requests: 2
    allow: 1
    explicit_deny: 1
    implicit_deny: 0
    unknown: 0
    unmet: 0
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.claims.access_check import (
    ACCESS_CHECK_OPTIONS,
    run_access_check,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_access_check(create_module(ACCESS_CHECK_OPTIONS))


if __name__ == "__main__":
    main()
