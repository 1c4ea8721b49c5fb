# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a key."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import text_matcher
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import RoleOfSession, State, find

CONTEXT = {
    "aws:username": ("alice",),
    "aws:principaltag/": State.ABSENT,
    "aws:principaltag/team": ("x",),
    "s3:/": ("y",),
    "/": ("z",),
}


@pytest.mark.parametrize(
    "key, known",
    [
        ("aws:username", ("alice",)),
        ("aws:userid", State.UNKNOWN),
        ("aws:principaltag/team", ("x",)),
        ("aws:principaltag/other", State.ABSENT),
        ("aws:requesttag/team", State.UNKNOWN),
        ("/x", State.UNKNOWN),
    ],
)
def test_find(key, known):
    assert find(CONTEXT, key) == known


@pytest.mark.parametrize(
    "arn, allowed",
    [
        ("arn:aws:iam::111122223333:role/app", True),
        ("arn:aws:iam::111122223333:role/x/y/app", True),
        ("arn:aws:iam::111122223333:role/x/app2", False),
        ("arn:aws:iam::111122223333:role/app/x", False),
        ("arn:aws:iam::111122223333:user/app", False),
        ("arn:aws:iam::444455556666:role/app", False),
        ("arn:aws-cn:iam::111122223333:role/app", False),
    ],
)
def test_the_role_of_a_session(arn, allowed):
    role = RoleOfSession("aws", "111122223333", "app")
    assert role.allows(arn) is allowed
    assert any(text_matcher(shape)(arn) for shape in role.shapes) is allowed
