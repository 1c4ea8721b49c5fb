# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guards say of a plan, together."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard.guard import (
    Finding,
    Verdict,
    run_guards,
    transports,
)

REFUSED = Finding("lockout", "Nobody repairs it.", "Name somebody.", None, "Deny", {"action": "s3:PutBucketPolicy"})
SHORT = Finding("region", "It is elsewhere.", "")
ALLOWED = Finding("public", "It is public.", "Limit it.", "allow_public")
WRITES, DOES_NOT = SimpleNamespace(changed=True), SimpleNamespace(changed=False)


class Assuming:
    """A guard that takes something for granted."""

    def __call__(self, plan):
        return [ALLOWED]

    def assumes(self, plan):
        return ("Somebody else looks after it.",)


GUARDS = {"lockout": lambda plan: [REFUSED], "region": lambda plan: [SHORT], "public": Assuming()}


def test_what_all_guards_say():
    found = run_guards(WRITES, GUARDS)
    assert (found.refused, found.overridden) == ((REFUSED, SHORT), (ALLOWED,))
    assert found.reasons == "Nobody repairs it. Name somebody. It is elsewhere."
    assert found.as_dict() == {
        "checked": ["lockout", "region", "public"],
        "refused": [
            {
                "guard": "lockout",
                "reason": "Nobody repairs it.",
                "remedy": "Name somebody.",
                "overridden_by": None,
                "statement": "Deny",
                "request": {"action": "s3:PutBucketPolicy"},
            },
            {
                "guard": "region",
                "reason": "It is elsewhere.",
                "remedy": "",
                "overridden_by": None,
                "statement": None,
                "request": None,
            },
        ],
        "overridden": [
            {
                "guard": "public",
                "reason": "It is public.",
                "remedy": "Limit it.",
                "overridden_by": "allow_public",
                "statement": None,
                "request": None,
            }
        ],
        "assumed": ["Somebody else looks after it."],
    }


def test_what_does_not_write_is_not_examined():
    assert run_guards(DOES_NOT, GUARDS) == Verdict()


# What is known of a request, the other keys that it may have
TRANSPORTS = [
    ({}, [{"aws:SecureTransport": True, "s3:TlsVersion": version} for version in ("1.2", "1.3")]),
    ({"S3:tlsversion": "1.3"}, [{"aws:SecureTransport": True}]),
    ({"aws:securetransport": False}, [{"s3:TlsVersion": "1.2"}, {"s3:TlsVersion": "1.3"}]),
    ({"aws:SecureTransport": True, "s3:TlsVersion": "1.2"}, [{}]),
]


@pytest.mark.parametrize("context, ways", TRANSPORTS)
def test_the_ways_that_a_request_may_be_sent(context, ways):
    assert transports(context) == [{**context, **way} for way in ways]
