# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for a declaration, and what a limit leaves out of it."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.question import ask
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.perimeter_found import (
    DECLARED,
    ONE,
    OTHER_VPC,
    PEER,
    TWO,
    VPC,
)


def test_what_is_asked():
    plan = ask({**DECLARED, "aws_services": ["ssm"]})
    assert (plan["refused"], plan["idle"], plan["acts"]) == ("", False, False)
    assert plan["ask"] == {
        "vpc_id": VPC,
        "vpc_name": None,
        "route_tables": True,
        "buckets": [ONE, TWO],
        "buckets_of_new_endpoint": [],
        "endpoint_buckets": True,
        "aws_services": ["ssm"],
    }
    assert plan["result"] == {"endpoint": None, "buckets": {}, "actions": []}


# limit -> buckets that are read, those that are read for a new endpoint, and whether the endpoint may be meant
LIMITS = [
    ([ONE], [ONE], [], False),
    ([ONE, "of-others"], [ONE], [], False),
    ([VPC], [], [ONE, TWO], True),
    ([ONE, PEER], [ONE], [ONE, TWO], True),
]


@pytest.mark.parametrize("limit, buckets, of_new, tables", LIMITS)
def test_a_limit_asks_for_less(limit, buckets, of_new, tables):
    asked = ask({**DECLARED, "limit": limit})["ask"]
    assert (asked["buckets"], asked["buckets_of_new_endpoint"]) == (buckets, of_new)
    assert asked["route_tables"] is asked["endpoint_buckets"] is tables


def test_a_vpc_that_is_only_named_may_have_any_id():
    named = {"vpc_name": "one", "buckets": [ONE]}
    assert ask({**named, "limit": [OTHER_VPC]})["ask"]["route_tables"] is True
    assert ask({**DECLARED, "limit": [OTHER_VPC]})["idle"] is True


def test_nothing_of_a_limit_is_asked_for_nothing():
    plan = ask({**DECLARED, "limit": ["of-others", OTHER_VPC]})
    assert (plan["refused"], plan["idle"], plan["ask"]) == ("", True, None)
    assert plan["said"] == [f"Nothing of private_access_limit (of-others, {OTHER_VPC}) is declared; nothing was done."]


def test_wrong_variables_are_refused_before_anything_is_asked():
    plan = ask({**DECLARED, "vpc_name": "one"}, ["private_access_limits"])
    assert (plan["idle"], plan["refused"]) == (
        True,
        "private_access_limits: There is no such variable. Did you mean private_access_limit?",
    )
    assert "ask" not in plan
    assert ask({**DECLARED, "vpc_name": "one"})["refused"] == (
        "Give private_access_vpc_id or private_access_vpc_name, and not both."
    )


@pytest.mark.parametrize(
    "given, said",
    [
        ({"minimum_tls": "1.1"}, "private_access_minimum_tls: '1.1' is not a value of it. Give 1.2 or 1.3."),
        # 012345670123 without quotes is a number of another base in YAML.
        (
            {"principal_accounts": ["111122223333", 1402433619]},
            "private_access_principal_accounts[1]: '1402433619' is not an account id. Give its twelve digits, quoted.",
        ),
        ({"principal_accounts": "111122223333"}, "private_access_principal_accounts: text was given. Give a list"),
    ],
)
def test_what_is_declared_beside_the_buckets_is_read(given, said):
    assert said in ask({**DECLARED, **given})["refused"]
