# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# For modules that work on many buckets. perimeter.s3._buckets.discover is for those that can find them by themselves;
# what is done with them is for the module to say, in a description of its own.

from __future__ import annotations


class ModuleDocFragment:
    # Of those that only read.
    DOCUMENTATION = r"""
options:
  concurrency:
    description:
      - How many buckets are read at the same time, from 1 to 256.
    type: int
    default: 32
  expected_bucket_owner:
    description:
      - The account, as 12 digits, that the buckets have to belong to. The default is the caller's account, because
        only its own identities may read the policy of a bucket.
    type: str
"""

    DISCOVER = r"""
options:
  discover:
    type: dict
    suboptions:
      name:
        description:
          - A shell pattern for names, such as V(logs-*-prod), with C(*), C(?) and C([seq]).
        type: str
      prefix:
        description:
          - What the names begin with. S3 lists no others, and neither those that O(discover.name) rules out by what it
            begins with.
        type: str
      tags:
        description:
          - Tags that the buckets have, with these values.
          - This takes one C(GetBucketTagging) for each bucket that the rest describes.
        type: dict
      region:
        description:
          - The region of the buckets, V(all) for those of all regions. The default is O(region).
        type: str
requirements:
  - botocore >= 1.35.42 for the option discover
"""
