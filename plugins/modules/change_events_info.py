#!/usr/bin/python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: change_events_info
short_description: Looks up who changed buckets and endpoints
version_added: 1.0.0
description:
  - Looks up in the event history of CloudTrail which calls changed a resource, who made them, when and from where.
    Calls that only read or that failed are left out.
  - Every account has this history, whether it has a trail or not. It goes back 90 days, and has management events only,
    such as C(PutBucketPolicy) and C(ModifyVpcEndpoint), each in the region where it happened.
options:
  resources:
    description:
      - Names of buckets, ids of endpoints, or whatever CloudTrail knows as the name of a resource.
    type: list
    elements: str
    required: true
  event_names:
    description:
      - Only calls of these names, such as V(PutBucketPolicy). The default is all that change something.
    type: list
    elements: str
    default: []
  until:
    description:
      - Only calls up to this time, such as V(2026-11-23T10:15:00Z).
    type: str
  max_events:
    description:
      - Return up to so many calls for each resource, the newest first.
    type: int
    default: 1
  max_lookups:
    description:
      - Look up to so many times for each resource. Each C(LookupEvents) brings 50 events, among them those that only
        read, and AWS allows two in a second for the whole account and region.
    type: int
    default: 4
  strict:
    description:
      - Fail if the history cannot be read. Otherwise there is a warning, and RV(resources[].error) says why.
    type: bool
    default: true
extends_documentation_fragment:
  - perimeter.s3._aws
  - perimeter.s3._attributes
  - perimeter.s3._attributes.reads
seealso:
  - name: LookupEvents
    description: The call behind this module.
    link: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
author:
  - perimeter.s3 contributors (@perimeter-s3)
notes:
  - The permission needed is C(cloudtrail:LookupEvents), which AWS does not limit to resources.
  - It takes some minutes, mostly up to 15, until a call is in the history. That nobody is found does not say that
    nobody changed anything.
  - It is assumed that CloudTrail names buckets by their names and endpoints by their ids. AWS documents by which
    attribute events are found, but not the names for each call.
"""

EXAMPLES = r"""
- name: Look up who changed a bucket policy and an endpoint
  perimeter.s3.change_events_info:
    resources:
      - examplebucket
      - vpce-1a2b3c4d
    event_names:
      - PutBucketPolicy
      - DeleteBucketPolicy
      - ModifyVpcEndpoint
  register: changes

- name: Say who it was
  ansible.builtin.debug:
    msg: "{{ item.resource }}: {{ item.events[0].who | default('nobody known') }}"
  loop: "{{ changes.resources }}"
  loop_control:
    label: "{{ item.resource }}"
"""

RETURN = r"""
resources:
  description: What was found, in the order of O(resources).
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: Name of the resource.
      type: str
    events:
      description: The calls that changed it, the newest first. Empty if none is known.
      type: list
      elements: dict
      contains:
        who:
          description:
            - The ARN of the caller, of the session for a role. For an AWS service its name. Empty if CloudTrail does
              not say.
          type: str
        when:
          description: The time of the call, in UTC.
          type: str
        event:
          description: The call.
          type: str
        source_address:
          description: Where it came from, an address, or the name of an AWS service.
          type: str
        event_id:
          description: The id of the event, by which CloudTrail shows all about it.
          type: str
    complete:
      description:
        - Whether the history was read to its end. If not, there may be older calls.
      type: bool
    error:
      description: Why the history could not be read, V(null) if it could.
      type: str
  sample:
    - resource: examplebucket
      events:
        - who: arn:aws:sts::111122223333:assumed-role/admin/alice
          when: "2026-11-23T10:15:00Z"
          event: s3:PutBucketPolicy
          source_address: 198.51.100.7
          event_id: 0f1e2d3c-0000-4000-8000-000000000001
      complete: true
      error:
"""

from ansible_collections.perimeter.s3.plugins.module_utils._aws.history.changes import (
    CHANGE_EVENTS_OPTIONS,
    run_change_events_info,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws.module import create_module


def main() -> None:
    run_change_events_info(create_module(CHANGE_EVENTS_OPTIONS))


if __name__ == "__main__":
    main()
