# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# For modules that decide by documents which the task supplies; SUPPLIED of module_utils/_aws/claims/options.py is the
# argument spec beside it. perimeter.s3._policies.owners is for those that take an account which is not given for the
# caller's.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  bucket_policies:
    description: Documents by the names of buckets; V(null) for a bucket without a policy.
    type: dict
    default: {}
  endpoint_policies:
    description: Documents by the ids of endpoints; V(null) for the default policy, which lets everything pass.
    type: dict
    default: {}
  service_control_policies:
    description: The levels of the organization, from the root to the account, each a list of documents.
    type: list
    elements: list
  resource_control_policies:
    description: The levels of the organization, from the root to the account, each a list of documents.
    type: list
    elements: list
  block_public_access:
    description: Settings such as C(RestrictPublicBuckets) by the names of buckets. If omitted, none is on.
    type: dict
    default: {}
  resource_regions:
    description:
      - Regions by the names of buckets. That of a bucket whose policy is read is told by S3, if it is not here.
      - An endpoint carries requests to S3 of its own Region only, so nothing reaches a bucket through an endpoint of
        another one.
    type: dict
    default: {}
"""

    OWNERS = r"""
options:
  resource_accounts:
    description:
      - Account ids by the names of buckets. A bucket whose policy is read belongs to the caller's account, if it is not
        here.
    type: dict
    default: {}
"""
