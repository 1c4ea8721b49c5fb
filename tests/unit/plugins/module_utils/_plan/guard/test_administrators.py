# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task can make known of those who repair policies."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.administrators import Administrator

CALLER = Administrator("arn:aws:iam::111122223333:user/automation", called="caller")
# A key of the caller alone, one of its account, one of the request, and what is no key.
KEYS = ["aws:PrincipalTag/team", "aws:PrincipalOrgID", "aws:SourceIp", "NotPrincipal"]


def test_of_the_caller_a_task_can_say_every_key():
    assert CALLER.sayable(KEYS) == KEYS[:3]


def test_of_others_a_task_can_say_what_they_share_with_the_caller():
    assert Administrator("arn:aws:iam::111122223333:root").sayable(KEYS) == KEYS[1:3]
