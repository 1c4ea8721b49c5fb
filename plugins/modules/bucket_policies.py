#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_policies
short_description: Keeps the policies of many S3 buckets, side by side
version_added: 1.0.0
description:
  - Does for each of many buckets what M(perimeter.s3.bucket_policy) does for one, with the same options, guards,
    differences and actions, in one task and many buckets at the same time.
  - The options of all buckets are checked before AWS is asked for anything. After that each bucket stands for itself.
    When some fail, the others are done all the same; then the task fails and says which and why.
  - A task that finds nothing to do takes one C(GetBucketPolicy) for each bucket, and one C(GetCallerIdentity) for all
    unless each has an O(expected_bucket_owner). What the guards have to know is asked once for all buckets.
  - A run that was interrupted, at whatever point, is completed by the next.
options:
  buckets:
    description:
      - The buckets, each with options of its own. What a bucket does not say is taken from the option of the same name
        of the task.
      - A bucket that has a O(buckets[].policy) takes none of O(statements), O(sids), O(purge_statements), O(peers),
        O(accepted_exceptions) and O(exclusive) from the task, and one that has O(buckets[].statements) or
        O(buckets[].sids) does not take O(policy).
      - Exactly one of O(buckets) and O(discover) is required.
    type: list
    elements: dict
    suboptions:
      bucket:
        description: Name of the bucket. Each is named once.
        type: str
        required: true
      state:
        description: See O(state).
        type: str
        choices: [present, absent]
      policy:
        description: See O(policy). V({bucket}) is nothing special in it.
        type: json
      statements:
        description: See O(statements). V({bucket}) is nothing special in them.
        type: list
        elements: dict
      sids:
        description: See O(sids).
        type: list
        elements: str
      purge_statements:
        description: See O(purge_statements).
        type: bool
      peers:
        description: See O(peers).
        type: list
        elements: raw
      accepted_exceptions:
        description: See O(accepted_exceptions).
        type: dict
        suboptions:
          break_glass_principals:
            description: As in P(perimeter.s3.bucket_perimeter#filter), who may pass from everywhere.
            type: list
            elements: str
          manager_principals:
            description: As in P(perimeter.s3.bucket_perimeter#filter), who may repair the policy from everywhere.
            type: list
            elements: str
          excepted_accounts:
            description: As in P(perimeter.s3.bucket_perimeter#filter), accounts that may pass from everywhere.
            type: list
            elements: str
          allow_aws_services:
            description: As in P(perimeter.s3.bucket_perimeter#filter), whether services may that act for themselves.
            type: bool
          allow_forwarded_access:
            description: As in P(perimeter.s3.bucket_perimeter#filter), whether services may that act for a user.
            type: bool
      exclusive:
        description: See O(exclusive).
        type: bool
      restore:
        description: See O(restore).
        type: bool
      drop_deleted_principals:
        description: See O(drop_deleted_principals).
        type: bool
      expected_bucket_owner:
        description: See O(expected_bucket_owner).
        type: str
      protected_principals:
        description: See O(protected_principals).
        type: list
        elements: str
      arriving_through:
        description: See O(arriving_through).
        type: str
      request_context:
        description: See O(request_context).
        type: dict
      allow_lockout:
        description: See O(allow_lockout).
        type: bool
      allow_public:
        description: See O(allow_public).
        type: bool
      allow_unknown_endpoints:
        description: See O(allow_unknown_endpoints).
        type: bool
      allow_other_region:
        description: See O(allow_other_region).
        type: bool
      no_new_access:
        description: See O(no_new_access).
        type: bool
      wait:
        description: See O(wait).
        type: bool
      wait_timeout:
        description: See O(wait_timeout).
        type: int
      backup:
        description: See O(backup).
        type: path
  discover:
    description:
      - Take the buckets of the account that all of this describes. With V({}), all buckets of the region.
      - They are listed anew by each run. None at all is no error but a warning.
      - Endpoints that policies name are looked up in the region of the bucket.
  concurrency:
    description:
      - How many buckets are worked on at the same time, from 1 to 256.
      - A bucket whose policy was written and is not shown yet does not count. One that pauses because S3 has too many
        requests does, and after such an answer requests are sent more slowly altogether.
      - The requests of many buckets are made by several processes of the module, up to four and one for each processor
        that it may use.
    type: int
    default: 32
  max_failures:
    description:
      - After so many failures no further bucket is begun. Those under way are completed, and the others are skipped.
      - If omitted, all buckets are tried, unless AWS does not take the credentials.
    type: int
  full_results:
    description:
      - Return for each bucket what M(perimeter.s3.bucket_policy) returns. Otherwise the results of buckets that have
        not changed are without documents and statements.
    type: bool
    default: false
  state:
    description:
      - With V(present), the policies, or the statements, are there as declared.
      - With V(absent), the statements named by O(sids) and by the C(Sid) of O(statements) are gone; when that leaves
        no statement, the policy is removed. Without O(sids) and O(statements) the whole policy is removed, whoever
        wrote it and whatever O(policy) says.
    type: str
    choices: [present, absent]
    default: present
  policy:
    description:
      - The whole document, as a mapping or as JSON text. Statements that are not in it are removed, whoever put them
        there.
      - C({bucket}) stands for the name of the bucket in all its texts. It is no policy variable, for these have a
        dollar sign (C(${aws:username})); C(${bucket}) is left alone.
    type: json
  statements:
    description:
      - The statements to own, each with a C(Sid) of its own, as in M(perimeter.s3.bucket_policy). Others stay.
      - C({bucket}) stands for the name of the bucket in all their texts, as in O(policy).
    type: list
    elements: dict
  sids:
    description:
      - The C(Sid) of statements to remove. One that is not there is no error.
    type: list
    elements: str
  purge_statements:
    description:
      - With O(statements), remove every other statement, whoever put it there.
    type: bool
    default: false
  peers:
    description:
      - The endpoints of other declarations, which may share the perimeters among O(statements), as in
        M(perimeter.s3.bucket_policy). Which of them may stay is worked out for each bucket.
    type: list
    elements: raw
  accepted_exceptions:
    description:
      - The exceptions of other declarations that stay in the perimeters where they are found, as in
        M(perimeter.s3.bucket_policy).
    type: dict
    suboptions:
      break_glass_principals:
        description: As in P(perimeter.s3.bucket_perimeter#filter), who may pass from everywhere.
        type: list
        elements: str
      manager_principals:
        description: As in P(perimeter.s3.bucket_perimeter#filter), who may repair the policy from everywhere.
        type: list
        elements: str
      excepted_accounts:
        description: As in P(perimeter.s3.bucket_perimeter#filter), accounts that may pass from everywhere.
        type: list
        elements: str
      allow_aws_services:
        description: As in P(perimeter.s3.bucket_perimeter#filter), whether services may that act for themselves.
        type: bool
      allow_forwarded_access:
        description: As in P(perimeter.s3.bucket_perimeter#filter), whether services may that act for a user.
        type: bool
  exclusive:
    description:
      - Take out of the perimeters what is neither declared nor in O(peers) nor in O(accepted_exceptions), as in
        M(perimeter.s3.bucket_policy).
    type: bool
    default: false
  restore:
    description:
      - The policies were in force before. What would be an error in a new one is a warning, as in
        M(perimeter.s3.bucket_policy).
    type: bool
    default: false
  drop_deleted_principals:
    description:
      - Take the ids that AWS shows in place of deleted users and roles out of the live policies, as in
        M(perimeter.s3.bucket_policy).
    type: bool
    default: false
  expected_bucket_owner:
    description:
      - The account, as 12 digits, that the buckets have to belong to. The default is the caller's account.
    type: str
  wait:
    description:
      - Read back until AWS shows the new document, and write again if another writer has taken it away in the
        meantime, as in M(perimeter.s3.bucket_policy).
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for each bucket until AWS shows the new document, and knows the users and roles in it.
    type: int
    default: 60
  backup:
    description:
      - A directory, made if missing, to keep in what each write replaces, before it is sent. One file for each, as in
        M(perimeter.s3.bucket_policy).
    type: path
extends_documentation_fragment:
  - perimeter.s3._bucket_guards
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._buckets.discover
attributes:
  diff_mode:
    details: There is a difference for each bucket that changes.
seealso:
  - module: perimeter.s3.bucket_policy
  - module: perimeter.s3.bucket_policy_info
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permissions needed are those of M(perimeter.s3.bucket_policy). With O(discover), C(s3:ListAllMyBuckets) too,
    and with tags C(s3:GetBucketTagging).
  - Buckets of O(buckets) in another region than O(region) are found, at the price of one more request each. One client
    serves all buckets of a region.
"""

EXAMPLES = r"""
- name: Let nothing reach these buckets without TLS, whatever else their policies say
  perimeter.s3.bucket_policies:
    buckets:
      - bucket: my_secure_bucket
      - bucket: examplebucket
    statements: &tls_only
      - Sid: TlsOnly
        Effect: Deny
        Principal: "*"
        Action: s3:*
        Resource:
          - "arn:aws:s3:::{bucket}"
          - "arn:aws:s3:::{bucket}/*"
        Condition:
          Bool:
            aws:SecureTransport: "false"

- name: Give each bucket statements of its own
  perimeter.s3.bucket_policies:
    buckets:
      - bucket: my_secure_bucket
        statements: "{{ statements_of_my_secure_bucket }}"
      - bucket: examplebucket
        state: absent
        sids: [TlsOnly]
    expected_bucket_owner: "111122223333"
    backup: /var/backups/bucket-policies

- name: Report what differs in all buckets for logs of production, and change nothing
  perimeter.s3.bucket_policies:
    discover:
      name: logs-*
      tags:
        stage: production
    statements: *tls_only
  check_mode: true
  diff: true
  register: drift

- name: Change a few buckets at a time, and stop at the first that fails
  perimeter.s3.bucket_policies:
    buckets: "{{ many_buckets }}"
    statements: *tls_only
    concurrency: 4
    max_failures: 1
"""

RETURN = r"""
results:
  description: What became of each bucket, in the order of O(buckets), or of their names with O(discover).
  returned: always
  type: list
  elements: dict
  contains:
    bucket:
      description: Name of the bucket.
      returned: always
      type: str
    changed:
      description: Whether its policy was changed, or in check mode would be.
      returned: always
      type: bool
    failed:
      description: Whether it is not as declared. It may have been changed nevertheless.
      returned: always
      type: bool
    skipped:
      description: It was not looked at, because too many others had failed.
      returned: when skipped
      type: bool
    actions:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: always
      type: list
      elements: str
    msg:
      description: Why it failed.
      returned: when failed
      type: str
    warnings:
      description: What is worth a look.
      returned: when there are any
      type: list
      elements: str
    statements:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed, or with O(full_results)
      type: dict
    undeclared:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed, or with O(full_results)
      type: list
      elements: dict
    guard:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed or failed, or with O(full_results)
      type: dict
    policy:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed, or with O(full_results)
      type: dict
    before:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed, or with O(full_results)
      type: dict
    backup_files:
      description: As M(perimeter.s3.bucket_policy) returns it.
      returned: when changed, or with O(full_results)
      type: list
      elements: str
  sample:
    - bucket: examplebucket
      changed: false
      failed: false
      actions: []
    - bucket: my_secure_bucket
      changed: false
      failed: true
      actions: []
      msg: "Cannot read the policy of bucket my_secure_bucket: there is no bucket of that name. Buckets are never
        created here: check the spelling."
      guard:
        checked: []
        refused: []
        overridden: []
        assumed: []
actions:
  description:
    - The calls to AWS that changed something, or in check mode would, of all buckets, in their order; empty if nothing
      changed.
  returned: always
  type: list
  elements: str
  sample: ["s3:PutBucketPolicy", "s3:PutBucketPolicy"]
summary:
  description: How many buckets there are of each kind, and what the run took.
  returned: always
  type: dict
  contains:
    converged:
      description: Buckets that are as declared, or in check mode would be.
      type: int
    changed:
      description: Buckets whose policy was changed, or in check mode would be.
      type: int
    failed:
      description: Buckets that are not as declared.
      type: int
    skipped:
      description: Buckets that were not looked at.
      type: int
    calls:
      description: Requests to AWS by operation.
      type: dict
    seconds:
      description: How long it took on the host that ran the module.
      type: float
  sample:
    converged: 998
    changed: 3
    failed: 2
    skipped: 0
    calls:
      s3:GetBucketPolicy: 1003
      s3:PutBucketPolicy: 3
      sts:GetCallerIdentity: 1
    seconds: 2.71
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.module import FLEET_OPTIONS, run_bucket_policies
from ansible_collections.perimeter.s3.plugins.module_utils._aws.fleet.options import FLEET_RULES
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_bucket_policies(create_module(FLEET_OPTIONS, **FLEET_RULES))


if __name__ == "__main__":
    main()
