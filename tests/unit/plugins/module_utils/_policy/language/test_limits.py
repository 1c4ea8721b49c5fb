# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long documents may be, to the byte and the character."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import limits


def document(text):
    return {"Statement": [{"Sid": text}]}


#: Without what is in it: {"Statement":[{"Sid":""}]}
EMPTY = len(json.dumps(document(""), separators=(",", ":")))
# What is asked, the limit of AWS, how many a letter beyond ASCII counts, whose limit it is
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html (20 KB)
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
SIZES = [
    (limits.bucket_policy_size, 20 * 1024, 2, "S3 accepts 20,480"),
    (limits.endpoint_policy_size, 20_480, 1, "AWS accepts 20,480"),
    (limits.managed_policy_size, 6_144, 1, "IAM accepts 6,144"),
]


@pytest.mark.parametrize("size, most, letter, said", SIZES)
def test_what_fits_and_what_does_not(size, most, letter, said):
    assert size(document("a" * (most - EMPTY))) == []
    (problem,) = size(document("a" * (most - EMPTY + 1)))
    assert f"{most + 1:,} " in problem.rule
    assert said in problem.rule
    assert problem.remedy
    assert (size(document("\u00e4" * (most - EMPTY))) == []) is (letter == 1)
