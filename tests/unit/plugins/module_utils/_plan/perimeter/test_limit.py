# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a declaration is meant where a limit names some of it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.values import DEFAULT_POLICY, Endpoint
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.limit import (
    Part,
    may_mean_endpoint,
    named,
    part_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.variables import read_variables

VPC, OTHER_VPC = "vpc-0aaa0000000000001", "vpc-0bbb0000000000001"
OWN, OTHER, GONE, DYNAMO = "vpce-0aaa1", "vpce-0bbb1", "vpce-0ccc1", "vpce-0ddd1"
BUCKETS = ("first-bucket", "second-bucket")


def variables(limit=(), **given):
    if "vpc_name" not in given:
        given["vpc_id"] = VPC
    return read_variables({"buckets": list(BUCKETS), "limit": list(limit), **given}, (), None)


def endpoint(name, vpc, service="s3"):
    return Endpoint(name, vpc, f"com.amazonaws.eu-central-1.{service}", DEFAULT_POLICY, (), state="available")


THERE = [endpoint(OWN, VPC), endpoint(OTHER, OTHER_VPC), endpoint(DYNAMO, VPC, "dynamodb")]

# The limit, whether the endpoint may be meant where nobody knows which there are, by the id and by the name of the VPC
MAY_MEAN = [
    ((), True, True),
    (("first-bucket",), False, False),
    ((VPC,), True, True),
    ((OTHER_VPC,), False, True),
    ((OWN,), True, True),
    ((OTHER,), True, True),
    (("first-bucket", OWN), True, True),
    (("vpce-bucket",), False, False),
    (("of-others",), False, False),
]


@pytest.mark.parametrize("limit, by_id, by_name", MAY_MEAN)
def test_whether_the_endpoint_may_be_meant(limit, by_id, by_name):
    assert may_mean_endpoint(variables(limit)) is by_id
    assert may_mean_endpoint(variables(limit, vpc_name="production")) is by_name


@pytest.mark.parametrize(
    "limit, found",
    [((), BUCKETS), (("second-bucket", "of-others"), BUCKETS[1:]), ((VPC,), ()), (BUCKETS[::-1], BUCKETS)],
)
def test_which_buckets_are_named(limit, found):
    assert named(variables(limit)) == found


# The limit, whether there is an endpoint of ours, the state; what is meant
PARTS = [
    ((), True, "present", Part(True, BUCKETS)),
    ((), False, "present", Part(True, BUCKETS)),
    (("first-bucket",), True, "present", Part(False, BUCKETS[:1])),
    ((VPC,), True, "present", Part(True, ())),
    ((VPC,), False, "present", Part(True, BUCKETS)),
    # What is removed gets no new id.
    ((VPC,), False, "absent", Part(True, ())),
    ((OWN,), True, "present", Part(True, ())),
    ((OWN, "second-bucket"), True, "present", Part(True, BUCKETS[1:])),
    ((OTHER,), True, "present", Part(False, ())),
    ((DYNAMO,), True, "present", Part(False, ())),
    ((OTHER_VPC,), True, "present", Part(False, ())),
    # One that AWS does not show any more may have been ours, if we have none.
    ((GONE,), True, "present", Part(False, ())),
    ((GONE,), False, "present", Part(True, BUCKETS)),
    ((GONE,), False, "absent", Part(True, ())),
    (("of-others",), True, "present", Part(False, ())),
]


@pytest.mark.parametrize("limit, own, state, part", PARTS)
def test_what_is_meant(limit, own, state, part):
    there = THERE if own else THERE[1:]
    found = part_of(variables(limit, state=state), VPC, there, there[:1] if own else [])
    assert found == part
    assert found.empty is (part == Part(False, ()))
