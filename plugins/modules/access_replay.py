#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: access_replay
short_description: Says who would lose access, from recorded requests
version_added: 1.0.0
description:
  - Reads what CloudTrail, server access logs of S3, or an aggregate of either recorded, and decides each kind of access
    by the policies in force and by those that are planned.
  - Says what becomes of each kind of access - V(keeps), V(loses), V(gains), V(stays_denied), V(unknown) or
    V(not_evaluated) - with the cause of each loss and the declaration that would prevent it.
  - Proposes a declaration that grants what was used and no more, each line with what it rests on.
  - No evidence is no safety. RV(coverage) says of each bucket what evidence there is, and RV(findings) what it does not
    show. RV(backtest) says how much of what was recorded the policies in force say as well.
  - Policies that are not supplied are read. If all are supplied and the evidence is in files, no call is made.
options:
  evidence:
    description:
      - Where the evidence is - a file, a folder, a pattern such as V(logs/**/*.json.gz), or V(s3://bucket/prefix),
        which is read with the credentials of the task. Or a dictionary of C(path) and C(format).
      - Files may be compressed. They may be files of CloudTrail, events that EventBridge wrapped, records one per line,
        answers of C(LookupEvents), server access logs, or aggregates as CSV or JSON lines; C(format) is V(auto),
        V(cloudtrail), V(server_access_log) or V(aggregate). What cannot be read is counted and named.
      - The same request is counted once, however many files, trails, copies and logs speak of it.
    type: list
    elements: raw
    required: true
  chdir:
    description:
      - The directory in which relative paths of O(evidence) begin, instead of the one in which Ansible runs the module.
    type: path
  planned_bucket_policies:
    description: Documents by the names of buckets; V(null) for a bucket that will have none. Others stay as they are.
    type: dict
    default: {}
  planned_endpoint_policies:
    description: Documents by the ids of endpoints; V(null) for the default policy. Others stay as they are.
    type: dict
    default: {}
  current_bucket_policies:
    description: The policies in force by the names of buckets; V(null) for a bucket that has none.
    type: dict
    default: {}
  current_endpoint_policies:
    description: The policies in force by the ids of endpoints; V(null) for the default policy.
    type: dict
    default: {}
  endpoints:
    description:
      - What is known of endpoints. A record has the id of an endpoint also where that is one of AWS's own, as for the
        console, so that an id counts as a network only if it is known. The endpoints for S3 of the region are read, if
        O(read_missing=true).
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Id of the endpoint.
        type: str
        required: true
      vpc:
        description: Id of its VPC.
        type: str
      account:
        description: Id of the account that owns it.
        type: str
      region:
        description: Its region.
        type: str
      org:
        description: Id of the organization of that account.
        type: str
  organization:
    description: The organization, which records do not tell.
    type: dict
    suboptions:
      id:
        description: Its id, such as V(o-exampleorgid).
        type: str
        required: true
      accounts:
        description: Ids of its accounts.
        type: list
        elements: str
        required: true
  own_addresses:
    description:
      - Public addresses of NAT gateways and instances, or ranges of them. What comes from there is a workload of ours
        whose subnet has no route to the endpoint, which is to be given one, and no exception.
    type: list
    elements: str
    default: []
  networks:
    description:
      - Through which endpoint requests from private addresses come, where a log does not say, as server access logs do
        not. Without it they come through some endpoint, and are mostly unknown.
    type: list
    elements: dict
    default: []
    suboptions:
      cidr:
        description: A range of private addresses, such as that of a VPC.
        type: str
        required: true
      endpoint:
        description: Id of the endpoint.
        type: str
        required: true
  since:
    description:
      - The first date (of UTC) or time, such as V(2026-11-01) or V(2026-11-01T08:00:00Z). Objects in S3 whose names
        tell an earlier date are not read.
    type: str
  until:
    description: The last date, which counts, or the time before which records count.
    type: str
  minimum_days:
    description: If the evidence is of fewer days, there is a finding. Without it, that is 35.
    type: int
    default: 0
  ignore:
    description:
      - What is left out of the verdict, such as scanners. It is in RV(ignored), never left out silently. Patterns may
        have asterisks.
    type: list
    elements: dict
    default: []
    suboptions:
      principal:
        description: A pattern of principals, as RV(loses) has them.
        type: str
      action:
        description: A pattern of actions.
        type: str
      bucket:
        description: A pattern of names of buckets.
        type: str
      through:
        description: A pattern of paths, the id of an endpoint, V(internet) or V(private).
        type: str
      reason:
        description: Why it is left out.
        type: str
        required: true
  declaration:
    description:
      - Variables of the role P(perimeter.s3.private_access#role) by their names. RV(unused) then says what of it was
        never seen.
    type: dict
    default: {}
  fail_on:
    description:
      - Fail if a kind of access V(loses), or if one loses or is V(unknown). What is not covered by evidence fails then
        as well, if its policy is to change, unless O(allow_no_evidence=true).
    type: str
    choices: [never, loses, unknown]
    default: never
  allow_no_evidence:
    description: Whether O(fail_on) lets buckets pass that there is no evidence of.
    type: bool
    default: false
  shown:
    description: How many kinds of access of each verdict are returned. RV(summary) counts all.
    type: int
    default: 200
  read_missing:
    description:
      - Read the policies in force of planned buckets (C(s3:GetBucketPolicy)) and endpoints
        (C(ec2:DescribeVpcEndpoints)) that are not supplied. What may not be read is unknown, and there is a warning.
    type: bool
    default: true
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
  - perimeter.s3._policies.owners
seealso:
  - module: perimeter.s3.access_check
  - name: Data events
    description: How CloudTrail records who reads and writes objects, which it does not by default.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-cloudtrail-logging-for-s3.html
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - To read evidence from S3 takes C(s3:ListBucket) and C(s3:GetObject) on it.
  - Files are read where the module runs, by several processes if there are many.
  - That a request was granted shows that identity policies, boundaries and the policies of organizations allowed it.
    They are taken to allow it still. What else was taken for granted is in RV(assumed).
"""

EXAMPLES = r"""
- name: Say who would lose access if a bucket were closed around an endpoint
  perimeter.s3.access_replay:
    evidence:
      - s3://example-trail/AWSLogs/111122223333/CloudTrail/eu-central-1/
    since: "2026-11-01"
    planned_bucket_policies:
      my_secure_bucket: "{{ 'my_secure_bucket' | perimeter.s3.bucket_perimeter(endpoints=['vpce-1a2b3c4d']) }}"
  register: replayed

- name: Show the page
  ansible.builtin.debug:
    msg: "{{ replayed.page.splitlines() }}"

- name: Refuse a merge that would cut somebody off, without AWS
  perimeter.s3.access_replay:
    evidence:
      - path: evidence/accesses.csv
        format: aggregate
    read_missing: false
    current_bucket_policies:
      my_secure_bucket: null
    planned_bucket_policies:
      my_secure_bucket: "{{ lookup('ansible.builtin.file', 'policies/my_secure_bucket.json') }}"
    resource_accounts:
      my_secure_bucket: "111122223333"
    endpoints:
      - id: vpce-1a2b3c4d
        vpc: vpc-111bbb22
        account: "111122223333"
    fail_on: loses
"""

RETURN = r"""
window:
  description: The time that the evidence is of; C(gaps) are days within it without a record.
  returned: once the evidence was read
  type: dict
  sample: {from: "2026-11-01T00:02:11Z", until: "2026-11-28T23:59:40Z", days: 28, days_with_records: 28, gaps: []}
read:
  description: What was read, counted, there more than once, left out and why, and not readable.
  returned: once the evidence was read
  type: dict
  sample:
    files: 8640
    records: 1043377
    counted: 998120
    duplicates: 20114
    skipped: {about other buckets: 25143}
    malformed: 0
    malformed_places: []
coverage:
  description:
    - By the names of buckets, which evidence there is - V(data_events), V(access_logs), V(management_events), which do
      not show who reads and writes objects, or V(none).
  returned: once the evidence was read
  type: dict
  sample:
    payroll-archive: {evidence: none, sources: [], count: 0, first: null, last: null}
findings:
  description: What keeps the replay from being sure, each with C(kind), C(subject) and C(text).
  returned: once the evidence was read
  type: list
  elements: dict
  sample:
    - kind: evidence_none
      subject: payroll-archive
      text: "There is no evidence about payroll-archive: nothing can be said of who uses it."
backtest:
  description:
    - Of how many requests the policies in force say what was recorded of them. C(agree) is the share of those that are
      decided. C(other_layer) are denials by policies that are not here. C(disagree) are the first kinds of access that
      differ.
  returned: once the evidence was read
  type: dict
  sample: {agree: 0.9991, agreeing: 997000, disagreeing: 898, undecided: 0, other_layer: 222, disagree: []}
summary:
  description: How many kinds of access there are by what becomes of them, and how many are ignored.
  returned: once the evidence was read
  type: dict
  sample: {classes: 412, loses: 9, unknown: 12, gains: 0, stays_denied: 20, not_evaluated: 0, keeps: 371, ignored: 0}
loses:
  description: The kinds of access that stop, those of the most days first.
  returned: once the evidence was read
  type: list
  elements: dict
  contains:
    number:
      description: The number of the kind of access, by which others refer to it.
      type: int
    principal:
      description: The role, user or service; the unique id or the account, where no more is told.
      type: str
    kind:
      description: What the principal is.
      type: str
    via:
      description: The service that made the request for it.
      type: str
    action:
      description: The action, or the operation if that is not known.
      type: str
    bucket:
      description: The bucket.
      type: str
    access_point:
      description: The access point that it goes through, of which the record may not tell the bucket.
      type: str
    key_pattern:
      description: What the keys have in common; V(null) for an access to the bucket itself.
      type: str
    path:
      description: >-
        The id of an endpoint, V(internet), V(own_address) (the internet, from one of O(own_addresses)), V(private)
        (some endpoint) or V(untold).
      type: str
    recorded:
      description: V(allowed) or V(denied).
      type: str
    flags:
      description: What else matters, such as V(console) or V(presigned).
      type: list
      elements: str
    count:
      description: How many requests.
      type: int
    days:
      description: On how many days.
      type: int
    first_seen:
      description: When first.
      type: str
    last_seen:
      description: When last.
      type: str
    addresses:
      description: Up to five addresses, and how many more, which are counted up to 16.
      type: list
      elements: str
    examples:
      description: Up to three ids of records.
      type: list
      elements: str
    verdict:
      description: What becomes of it.
      type: str
    layer:
      description: Which policy decides, V(bucket_policy) or V(endpoint_policy).
      type: str
    statement:
      description: The statement that decides.
      type: str
    reason:
      description: Why, in one sentence.
      type: str
    missing:
      description: What would decide an access that is V(unknown).
      type: list
      elements: str
    cause:
      description: Why it is lost, such as V(other_endpoint), V(bypasses_endpoint) or V(not_declared).
      type: str
    remedy:
      description: The C(variable) of the role and its C(value) that would keep it, if one is proposed, and C(text).
      type: dict
unknown:
  description: The kinds of access that cannot be decided, with what would decide them. As RV(loses).
  returned: once the evidence was read
  type: list
  elements: dict
gains:
  description: The kinds of access that were denied and would be granted. As RV(loses).
  returned: once the evidence was read
  type: list
  elements: dict
keeps:
  description: The kinds of access that go on. As RV(loses).
  returned: once the evidence was read
  type: list
  elements: dict
stays_denied:
  description: The kinds of access that were denied and stay so. As RV(loses).
  returned: once the evidence was read
  type: list
  elements: dict
not_evaluated:
  description: The kinds of access of which the record tells too little. As RV(loses).
  returned: once the evidence was read
  type: list
  elements: dict
ignored:
  description: The kinds of access that O(ignore) leaves out, with the reason.
  returned: once the evidence was read
  type: list
  elements: dict
proposal:
  description:
    - The declaration that was learnt from use. C(variables) are ready to be pasted, C(evidence) has for each line what
      it rests on, C(left) is what nothing is proposed for.
  returned: once the evidence was read
  type: dict
  sample:
    variables:
      private_access_buckets: [{name: payroll-reports, access: read, prefixes: ["year=2026/"]}]
      private_access_additional_endpoints: [vpce-0a1b2c3d]
    evidence:
      - variable: private_access_additional_endpoints
        value: vpce-0a1b2c3d
        count: 41230
        days: 61
        last_seen: "2026-11-28T22:10:00Z"
        classes: [3]
    left: []
unused:
  description: What of O(declaration) was never seen, of buckets that there is evidence of.
  returned: once the evidence was read
  type: list
  elements: dict
  sample: [{bucket: payroll-reports, kind: actions, values: ["s3:PutObject"]}]
assumed:
  description: What was taken for granted.
  returned: once the evidence was read
  type: list
  elements: str
page:
  description: All of it as a page in Markdown.
  returned: once the evidence was read
  type: str
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.replay import (
    ACCESS_REPLAY_OPTIONS,
    run_access_replay,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_access_replay(create_module(ACCESS_REPLAY_OPTIONS))


if __name__ == "__main__":
    main()
