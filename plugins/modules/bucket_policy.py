#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_policy
short_description: Keeps the policy of an S3 bucket, the whole of it or single statements
version_added: 1.0.0
description:
  - Makes the policy of an existing general purpose bucket what the task declares, and leaves everything else of the
    bucket alone. Buckets are never created or deleted; a name that does not exist is an error at once.
  - Either owns the whole document (O(policy)), or single statements, told by their C(Sid) (O(statements)). Statements
    of other owners then stay as they are, in their place, and several tasks, roles and tools can share one policy.
  - Documents are compared by what they mean to AWS. Order, letter case of actions, one value or a list of one, and
    the different spellings of an account are no difference and cause no write.
  - A task that finds nothing to do takes one C(GetBucketPolicy), and one C(GetCallerIdentity) unless
    O(expected_bucket_owner) is given. A task that writes reads before and after the one write.
  - What is wrong with the options, the documents, or the size of the result is an error before anything is written.
    So is a document that would lock out the caller or O(protected_principals), make the bucket public, or answer to an
    endpoint that is not there.
options:
  bucket:
    description:
      - Name of the bucket. It has to be there already.
      - Names from before 2018 with upper-case letters, underscores or more than 63 characters are accepted.
      - A bucket in another region than O(region) is found, at the price of one more request.
      - Directory buckets (S3 Express One Zone), table buckets and access points have policies of another kind and are
        refused.
    type: str
    required: true
  state:
    description:
      - With V(present), the policy, or the statements, are there as declared.
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
      - Mutually exclusive with O(statements) and O(sids).
    type: json
  statements:
    description:
      - The statements to own, each with a C(Sid) of its own. A statement of the live policy with the same C(Sid) is
        replaced if it means something else; statements with another C(Sid), or without, stay.
      - The C(Version) of a live policy stays what it is. A policy that is created is of version 2012-10-17, as is one
        of version 2008-10-17 to which a statement with policy variables (C(${...})) is added, provided that this
        changes the meaning of no other statement.
      - With O(state=absent) only the C(Sid) counts.
    type: list
    elements: dict
  sids:
    description:
      - The C(Sid) of statements to remove. One that is not there is no error.
      - With O(state=present), they are removed in the same write that adds O(statements), as when a statement is
        renamed.
    type: list
    elements: str
  purge_statements:
    description:
      - With O(statements), remove every other statement, whoever put it there.
    type: bool
    default: false
  peers:
    description:
      - The endpoints of other declarations, which may share the perimeter among O(statements) that
        P(perimeter.s3.bucket_perimeter#filter) makes. Its statements hold all networks that may pass, so each
        declaration leaves there what is another's. An empty list says that there are no others.
      - An endpoint, as M(perimeter.s3.gateway_endpoint_info) returns it, counts if it is live and its own policy names
        the bucket, by its name or by a pattern such as C(corp-data-*). The declaration of that endpoint includes the
        bucket then; its id, and that of its VPC, stay. A policy that names no bucket (the default one, or one for a
        whole account or organization) says nothing of this bucket.
      - A text is the id of an endpoint or a VPC, or the ARN of a VPC, that stays in any case.
      - Whatever else is found there is not trusted because of what stands beside it, and is returned as RV(undeclared).
        Where no network of another declaration stands in the perimeter, it is drift of this one, and is taken out
        with a warning. Where one does, or an endpoint that is live but does not name the bucket, the task fails, for it
        may be the other's, unless O(exclusive).
      - With O(state=absent) only the networks of O(statements) go, and the statements with the last network.
      - If omitted, O(statements) are put exactly as they are.
    type: list
    elements: raw
  accepted_exceptions:
    description:
      - The exceptions of other declarations that stay in the perimeter where they are found. They are never added.
      - Needs O(peers).
    type: dict
    suboptions:
      break_glass_principals:
        description:
          - ARNs of users, roles, role sessions or root users who may pass from everywhere. The name may hold wildcards.
        type: list
        elements: str
      manager_principals:
        description:
          - ARNs of those who may read, write and delete the bucket's policy from everywhere.
        type: list
        elements: str
      excepted_accounts:
        description:
          - Ids of accounts that may pass from everywhere.
        type: list
        elements: str
      allow_aws_services:
        description:
          - Whether AWS services may pass that act for themselves.
        type: bool
      allow_forwarded_access:
        description:
          - Whether AWS services may pass that act for a user.
        type: bool
  exclusive:
    description:
      - Take out of the perimeter what is neither declared nor in O(peers) nor in O(accepted_exceptions), also where
        another declaration may have put it there. Each such thing is named in a warning.
      - Needs O(peers).
    type: bool
    default: false
  restore:
    description:
      - O(policy) was in force before, such as a file of O(backup). What would be an error in a new policy, such as one
        C(Sid) twice, is a warning then, for AWS has taken it before. The guards are asked as ever.
      - Whatever O(policy) holds by the ARN of its root user is sent as the id of the account if the document would be
        too long for S3 otherwise, which shows ids as these longer ARNs.
    type: bool
    default: false
  drop_deleted_principals:
    description:
      - Take the ids that AWS shows in place of deleted users and roles (C(AIDA...), C(AROA...)) out of the live
        policy, and statements that are for nobody else.
      - Such ids match nobody, ever again. AWS refuses to store a document that has them, so a statement of another
        owner with such an id can prevent every change of the policy. The module warns of them, and removes them only
        if told to.
    type: bool
    default: false
  expected_bucket_owner:
    description:
      - The account, as 12 digits, that the bucket has to belong to. Every request names it, so that a bucket which
        somebody else has under that name is neither read nor written.
      - Only identities of the owning account may manage a bucket's policy, so the default is the caller's account.
    type: str
  wait:
    description:
      - Read back until AWS shows the new document, and write again if another writer has taken it away in the
        meantime.
      - AWS keeps the configuration of buckets with eventual consistency, and has no way to write a policy only if
        nobody else has. Two writers who read and write at the same moment can overwrite each other. Runs of this
        module notice and merge again; with V(false) they do not, nor do they give a new user or role time to be
        known.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for AWS to show the new document, and to know the users and roles in it; those that
        were created just before are often refused for a while.
    type: int
    default: 60
  backup:
    description:
      - A directory, made if missing, to keep in what each write replaces, before it is sent.
      - The file is C(<bucket>.<UTC time>.json), such as C(my-bucket.20261123T101500000000Z.json), and readable by its
        owner only. It holds the document, to be given to O(policy) to get it back, or C(null) if the bucket had no
        policy.
    type: path
extends_documentation_fragment:
  - perimeter.s3._bucket_guards
  - perimeter.s3._aws
  - perimeter.s3._attributes
seealso:
  - module: perimeter.s3.bucket_policy_info
  - module: perimeter.s3.gateway_endpoint
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permissions needed are C(s3:GetBucketPolicy) and, to write, C(s3:PutBucketPolicy) or C(s3:DeleteBucketPolicy).
    After a refusal, C(s3:ListBucket) and C(s3:GetBucketPublicAccessBlock) help to tell the reason.
  - Requests that S3 turns down (C(SlowDown), C(OperationAborted), internal errors, lost answers) are repeated with
    growing pauses. A write is repeated only after the policy has been read and planned again. C(retries) in
    O(aws_config) sets how often.
"""

EXAMPLES = r"""
- name: Own one statement in a policy that others write to as well
  perimeter.s3.bucket_policy:
    bucket: my_secure_bucket
    statements:
      - Sid: OnlyThroughOurEndpoint
        Effect: Deny
        Principal: "*"
        Action:
          - s3:GetObject
          - s3:PutObject
        Resource: arn:aws:s3:::my_secure_bucket/*
        Condition:
          StringNotEquals:
            aws:SourceVpce: vpce-1a2b3c4d

- name: Close the bucket to all but an endpoint, and to all but two who repair it from elsewhere
  perimeter.s3.bucket_policy:
    bucket: my_secure_bucket
    protected_principals:
      - arn:aws:iam::111122223333:role/ci/deploy
      - arn:aws:iam::111122223333:role/break-glass
    statements:
      - Sid: OnlyThroughOurEndpoint
        Effect: Deny
        Principal: "*"
        Action: "s3:*"
        Resource:
          - arn:aws:s3:::my_secure_bucket
          - arn:aws:s3:::my_secure_bucket/*
        Condition:
          StringNotEquals:
            aws:SourceVpce: vpce-1a2b3c4d
          ArnNotLike:
            aws:PrincipalArn:
              - arn:aws:iam::111122223333:role/ci/deploy
              - arn:aws:iam::111122223333:role/break-glass

- name: Take that statement out again, and nothing else
  perimeter.s3.bucket_policy:
    bucket: my_secure_bucket
    state: absent
    sids:
      - OnlyThroughOurEndpoint

- name: Rename a statement in one write
  perimeter.s3.bucket_policy:
    bucket: my_secure_bucket
    statements: "{{ our_statements }}"
    sids:
      - ItsFormerName

- name: Close a bucket around an endpoint, and leave there what other declarations have put
  perimeter.s3.bucket_policy:
    bucket: shared-data
    statements: "{{ ('shared-data' | perimeter.s3.bucket_perimeter(endpoints=['vpce-1a2b3c4d'])).Statement }}"
    # Registered from perimeter.s3.gateway_endpoint_info.
    peers: "{{ found.endpoints | rejectattr('vpc_endpoint_id', 'eq', 'vpce-1a2b3c4d') }}"
    accepted_exceptions:
      break_glass_principals:
        - arn:aws:iam::111122223333:role/break-glass-of-the-other-team

- name: Own the whole document, and keep what is replaced
  perimeter.s3.bucket_policy:
    bucket: examplebucket
    policy: "{{ lookup('ansible.builtin.file', 'examplebucket.json') }}"
    backup: /var/backups/bucket-policies

- name: Remove the policy of a bucket of a certain account
  perimeter.s3.bucket_policy:
    bucket: examplebucket
    state: absent
    expected_bucket_owner: "111122223333"
"""

RETURN = r"""
policy:
  description:
    - The policy after the task, as AWS shows it, or as planned in check mode and without O(wait).
    - V(null) if the bucket has none.
  returned: success
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Sid: TlsOnly
        Effect: Deny
        Principal: "*"
        Action: s3:*
        Resource:
          - arn:aws:s3:::my_secure_bucket
          - arn:aws:s3:::my_secure_bucket/*
        Condition:
          Bool:
            aws:SecureTransport: "false"
before:
  description: The policy that was found, which a write has replaced. V(null) if the bucket had none.
  returned: success
  type: dict
  sample:
statements:
  description: What becomes of each statement, by its C(Sid), or by its place if it has none.
  returned: success
  type: dict
  contains:
    added:
      description: Statements that were not there before.
      type: list
      elements: str
    changed:
      description: Statements that meant something else before.
      type: list
      elements: str
    removed:
      description: Statements that are not there any more.
      type: list
      elements: str
    kept:
      description: Statements that stay as they are.
      type: list
      elements: str
  sample:
    added: [TlsOnly]
    changed: []
    removed: []
    kept: [AWSLogDeliveryWrite, "Statement[1]"]
undeclared:
  description:
    - Whom the perimeter that was found exempts, and neither the task nor O(peers) nor O(accepted_exceptions) knows of.
    - Empty without O(peers).
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description:
        - V(network), V(principal), V(manager), V(account), V(aws_services), V(forwarded_access), or V(condition) for
          one that no perimeter has.
      type: str
    value:
      description: Which one; empty where the kind says it all.
      type: str
  sample:
    - kind: account
      value: "999988887777"
guard:
  description: What was examined before the write. Nothing is examined when there is nothing to write.
  returned: always
  type: dict
  contains:
    checked:
      description:
        - The guards that were asked, out of V(lockout), V(ownership), V(public), V(endpoints) and V(region).
      type: list
      elements: str
    refused:
      description: What speaks against the write; the task has failed because of it.
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
          description: The statement, by its C(Sid), or by its place if it has none.
          type: str
        request:
          description: A request that would fail though it should not, or succeed though it should not.
          type: dict
    overridden:
      description: What would speak against the write but is allowed by an option of the task.
      type: list
      elements: dict
      contains: *finding
    assumed:
      description: What the guards took for granted because the task does not say it.
      type: list
      elements: str
  sample:
    checked: [lockout, ownership, public, endpoints, region]
    refused: []
    overridden: []
    assumed: []
actions:
  description:
    - The calls to AWS that changed something, or in check mode would; empty if nothing changed.
    - A second entry means that another writer came in between.
  returned: always
  type: list
  elements: str
  sample: ["s3:PutBucketPolicy"]
backup_files:
  description: The files that O(backup) made, one for each document that was replaced.
  returned: success
  type: list
  elements: str
  sample: [/var/backups/bucket-policies/my_secure_bucket.20261123T101500000000Z.json]
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.module import BUCKET_OPTIONS, run_bucket_policy
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_bucket_policy(create_module({"bucket": {"type": "str", "required": True}, **BUCKET_OPTIONS}))


if __name__ == "__main__":
    main()
