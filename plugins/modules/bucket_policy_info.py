#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_policy_info
short_description: Reads the policies of S3 buckets
version_added: 1.0.0
description:
  - Reads the policies of general purpose buckets, with one C(GetBucketPolicy) each and one C(GetCallerIdentity) for
    all unless O(expected_bucket_owner) is given. Many are read at the same time.
  - When buckets cannot be read, the others are read all the same. Then the task fails and says which and why; what
    was read is in its result.
options:
  buckets:
    description:
      - Names of buckets. A bucket without a policy is no error, one that does not exist is.
      - Exactly one of O(buckets) and O(discover) is required.
    type: list
    elements: str
  discover:
    description:
      - Read the policies of the buckets of the account that all of this describes. With V({}), all buckets of the
        region.
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
  - perimeter.s3._buckets
  - perimeter.s3._buckets.discover
seealso:
  - module: perimeter.s3.bucket_policy
  - module: perimeter.s3.bucket_policies
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permission needed is C(s3:GetBucketPolicy). After a refusal, C(s3:ListBucket) helps to tell the reason. With
    O(discover), C(s3:ListAllMyBuckets) too, and with tags C(s3:GetBucketTagging).
"""

EXAMPLES = r"""
- name: Read two policies
  perimeter.s3.bucket_policy_info:
    buckets:
      - my_secure_bucket
      - examplebucket
  register: found

- name: Show the statements of the first
  ansible.builtin.debug:
    var: found.policies[0].policy.Statement

- name: Find buckets that anyone may reach without TLS
  ansible.builtin.debug:
    msg: "{{ found.policies | rejectattr('statements', 'contains', 'TlsOnly') | map(attribute='bucket') }}"

- name: Read those of all buckets of production in this region
  perimeter.s3.bucket_policy_info:
    discover:
      tags:
        stage: production
"""

RETURN = r"""
policies:
  description: What was read, in the order of O(buckets), or of the names with O(discover).
  returned: always
  type: list
  elements: dict
  contains:
    bucket:
      description: Name of the bucket.
      type: str
    region:
      description: The Region of the bucket, V(null) if S3 does not tell it.
      type: str
    policy:
      description: The document as AWS shows it, V(null) if the bucket has none.
      type: dict
    statements:
      description: What its statements are called, in their order. The C(Sid), or the place if it has none.
      type: list
      elements: str
    deleted_principals:
      description:
        - The ids of deleted users and roles in the policy, by the statements that name them. AWS refuses to store a
          document that has them.
      type: dict
  sample:
    - bucket: my_secure_bucket
      region: eu-central-1
      policy:
        Version: "2012-10-17"
        Statement:
          - Sid: ReadApp
            Effect: Allow
            Principal:
              AWS:
                - arn:aws:iam::111122223333:role/app
                - AROAEXAMPLEID12345678
            Action: s3:GetObject
            Resource: arn:aws:s3:::my_secure_bucket/*
      statements: [ReadApp]
      deleted_principals:
        ReadApp: [AROAEXAMPLEID12345678]
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.info import (
    INFO_OPTIONS,
    run_bucket_policy_info,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.options import FLEET_RULES
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_bucket_policy_info(create_module(INFO_OPTIONS, **FLEET_RULES))


if __name__ == "__main__":
    main()
