#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: perimeter_proof
short_description: Proves claims over policies, of all requests that there can be
version_added: 1.0.0
description:
  - Decides claims about the policies of buckets and endpoints over every request that AWS can be sent, whatever
    identity policies say. Nothing is sampled - a claim holds, or there is a request that refutes it and that the
    evaluator of M(perimeter.s3.access_check) has confirmed, or it is V(undecided), and the result says why.
  - The task fails with every claim that does not hold. Each failure has a request in plain words, the statement that
    lets it pass, and the task of M(perimeter.s3.access_check) that reproduces it.
  - Policies of buckets and endpoints that are not supplied are read. If all are supplied, no call is made, and neither
    credentials nor a region are needed.
  - What the policies of endpoints say that are neither in O(endpoint_policies) nor read is not known, so they are taken
    to let everything pass. Where that carries a claim, RV(claims[].assumed) says so.
  - ACLs, policies of access points and keys of KMS are not looked at.
options:
  claims:
    description:
      - The claims. Each is a dictionary with C(claim), C(name) (for the result) and C(buckets) (the default is all of
        O(bucket_policies)), and what stands below. Instead of C(buckets), C(endpoint) makes a claim about the policy of
        an endpoint by itself; not so for V(only_through), V(not_public) and V(repairable_by).
      - >-
        V(only_through) - the buckets are reached through C(networks) only (ids of endpoints and VPCs, ARNs of VPCs), or
        from C(addresses) (CIDR blocks), or by C(principals), or by services (C(allow_aws_services)), or forwarded by
        them (C(allow_forwarded_access)); with C(require_tls) by TLS only.
      - V(only_actions) - nothing but C(actions) passes.
      - V(only_principals) - nothing passes but requests of C(principals).
      - >-
        V(only_organization) - nothing passes but requests by principals of C(organization), and with
        C(allow_aws_services) by services that act for it.
      - >-
        V(confined) - nothing passes the endpoint C(endpoint) but requests for C(buckets), or for buckets of C(accounts)
        or of C(organization).
      - >-
        V(not_public) - from the internet nobody gets in whom the policy does not name by account or organization;
        C(addresses) may.
      - V(never) - none of C(requests) passes, V(always) - all of them do.
      - >-
        V(repairable_by) - each of C(principals) can read, replace and delete the policies of the buckets, C(through)
        the internet (which is the default), an endpoint or a VPC.
      - V(no_new_access) - nothing passes that did not with the document C(before) (V(null) for no policy).
      - V(equivalent) - the same passes as with the document C(to).
      - >-
        C(requests), and C(within) of the claims that begin with C(only_) (which narrows them to some requests), are
        lists of partial requests. They look like those of M(perimeter.s3.access_check), and what they leave out may be
        anything. Principal, action, resource and the values of the context may have wildcards.
      - >-
        A principal is an ARN of one account, an account id (all of its principals), the id of an organization,
        V(anonymous), or the name of a service.
      - >-
        The root user of an account can always read, replace and delete the policies of its buckets. That does not count
        against a claim that begins with C(only_).
    type: list
    elements: dict
    required: true
  endpoints:
    description:
      - What is known of endpoints, by their ids - dictionaries of C(vpc), C(account), C(region) and C(organization).
        What is not said may be anything.
    type: dict
    default: {}
  resource_accounts:
    description: Account ids by the names of buckets. The default is O(account).
    type: dict
    default: {}
  account:
    description:
      - Id of the account that owns the buckets. The default for policies that are read is the caller's account.
        If it is not known, a bucket may be anybody's.
    type: str
  organization:
    description: Id of the organization of O(account). If omitted it may be any.
    type: str
  partition:
    description: The partition of the buckets.
    type: str
    default: aws
  read_missing:
    description:
      - Read the policies of buckets (C(s3:GetBucketPolicy)) and endpoints (C(ec2:DescribeVpcEndpoints)) that claims
        name and the task does not supply. With V(false) no call is made.
    type: bool
    default: true
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
  - perimeter.s3._policies
seealso:
  - module: perimeter.s3.access_check
  - plugin: perimeter.s3.reach_matrix
    plugin_type: filter
  - plugin: perimeter.s3.policy_compare
    plugin_type: filter
author:
  - perimeter.s3 contributors (@perimeter-s3)
"""

EXAMPLES = r"""
- name: Prove what is in force
  perimeter.s3.perimeter_proof:
    claims:
      - claim: only_through
        buckets: [my_secure_bucket]
        networks: [vpce-1a2b3c4d]
        principals: [arn:aws:iam::111122223333:role/break-glass]
      - claim: not_public
        buckets: [my_secure_bucket]
      - claim: confined
        endpoint: vpce-1a2b3c4d
        buckets: [my_secure_bucket]

- name: Prove documents of a repository before a merge, without AWS
  perimeter.s3.perimeter_proof:
    account: "111122223333"
    read_missing: false
    bucket_policies:
      my_secure_bucket: "{{ lookup('ansible.builtin.file', 'policies/my_secure_bucket.json') }}"
    claims:
      - claim: never
        name: Nobody deletes reports
        requests:
          - action: s3:DeleteObject*
            resource: arn:aws:s3:::my_secure_bucket/reports/*
      - claim: repairable_by
        principals: [arn:aws:iam::111122223333:role/automation]
      - claim: no_new_access
        before: "{{ lookup('ansible.builtin.pipe', 'git show main:policies/my_secure_bucket.json') }}"
"""

RETURN = r"""
claims:
  description: What became of each claim, in the order of O(claims), each bucket by itself.
  returned: always, unless a claim or a policy is not valid
  type: list
  elements: dict
  contains:
    claim:
      description: As in the task; so is C(name).
      type: str
    bucket:
      description: The bucket that it is about; V(null) if it is about an endpoint by itself.
      type: str
    endpoint:
      description: The endpoint that it is about by itself.
      type: str
    verdict:
      description: V(holds), V(refuted) or V(undecided).
      type: str
    counterexamples:
      description: >-
        Requests that refute it, each with C(request) (as M(perimeter.s3.access_check) takes it), C(said) (in plain
        words), C(decision), C(reason), C(layer), C(statement), C(expected) and C(task), which reproduces it.
      type: list
      elements: dict
    narrowed:
      description: Of V(repairable_by), requests that a statement takes away while others pass; as C(counterexamples).
      type: list
      elements: dict
    rests_on:
      description: The statements that carry the proof, each with C(layer) and C(statement), where it is some of them.
      type: list
      elements: dict
    assumed:
      description: What was taken for granted, one sentence each.
      type: list
      elements: str
    reason:
      description: Why it is undecided.
      type: str
    note:
      description: Says so if a claim is about no request that there can be.
      type: str
    message:
      description: All of it as a sentence.
      type: str
  sample:
    - claim: never
      name: Nobody deletes reports
      bucket: my_secure_bucket
      endpoint: null
      verdict: holds
      counterexamples: []
      narrowed: []
      rests_on:
        - layer: bucket_policy
          statement: KeepReports
      assumed:
        - Only actions of 's3' are looked at, not those of S3 Express, Object Lambda or Outposts.
        - AWS services call from within AWS, not through VPC endpoints, and name no principal of a policy.
      reason: ""
      note: null
      message: never (Nobody deletes reports) of bucket my_secure_bucket holds.
summary:
  description: How many claims there are, bucket by bucket, and how many hold, are refuted and are undecided.
  returned: always, unless a claim or a policy is not valid
  type: dict
  sample:
    claims: 1
    holds: 1
    refuted: 0
    undecided: 0
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.claims.perimeter_proof import (
    PERIMETER_PROOF_OPTIONS,
    run_perimeter_proof,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_perimeter_proof(create_module(PERIMETER_PROOF_OPTIONS))


if __name__ == "__main__":
    main()
