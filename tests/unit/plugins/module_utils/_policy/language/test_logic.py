# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three values: what is not known counts only where it can change something."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import logic
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import RoleOfSession, State, find

# The values, whether one is true, whether all are, what all say
TABLE = [
    ((), False, True, None),
    ((True,), True, True, True),
    ((False,), False, False, False),
    ((None,), None, None, None),
    ((True, False), True, False, None),
    ((True, None), True, None, None),
    ((None, False), None, False, None),
    ((False, False), False, False, False),
    ((True, True), True, True, True),
    ((None, None), None, None, None),
    ((None, True, False), True, False, None),
]


@pytest.mark.parametrize("values, one, all_, agreed", TABLE)
def test_three_values(values, one, all_, agreed):
    for order in itertools.permutations(values):
        assert logic.either(order) is one
        assert logic.every(iter(order)) is all_
        assert logic.agreed(order) is agreed
        # De Morgan's law.
        assert logic.negate(logic.either(order)) is logic.every(map(logic.negate, order))


def test_negation():
    assert [logic.negate(value) for value in (True, False, None)] == [False, True, None]


# A key, what is known of it
KNOWN = {"aws:username": ("me",), "aws:principaltag/": State.ABSENT, "aws:principaltag/team": ("web",)}
FOUND = [
    ("aws:username", ("me",)),
    ("aws:userid", State.UNKNOWN),
    ("aws:principaltag/team", ("web",)),
    ("aws:principaltag/other", State.ABSENT),
    ("aws:principaltag/a/b", State.ABSENT),
    ("aws:resourcetag/team", State.UNKNOWN),
    ("/odd", State.UNKNOWN),
]


@pytest.mark.parametrize("key, value", FOUND)
def test_what_is_known_of_a_key(key, value):
    assert find(KNOWN, key) == value


# ARNs, whether the role of the session may be it
ROLES = [
    ("arn:aws:iam::111122223333:role/app", True),
    ("arn:aws:iam::111122223333:role/team/app", True),
    ("arn:aws:iam::111122223333:role/a/b/app", True),
    ("arn:aws:iam::111122223333:role/app2", False),
    ("arn:aws:iam::111122223333:role/app/other", False),
    ("arn:aws:iam::444455556666:role/app", False),
    ("arn:aws-cn:iam::111122223333:role/app", False),
    ("arn:aws:iam::111122223333:user/app", False),
]


@pytest.mark.parametrize("arn, may_be", ROLES)
def test_the_role_of_a_session(arn, may_be):
    assert RoleOfSession("aws", "111122223333", "app").allows(arn) is may_be
