# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EC2 accepts as the policy of a gateway endpoint.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

import json

from tests.emulator.answers import Refused

MAX_CHARACTERS = 20_480


def check(text: str) -> None:
    """Refuse what is too long, not a policy, or names principals, which a gateway endpoint cannot."""
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"the policy is longer than {MAX_CHARACTERS} characters")
    try:
        policy = json.loads(text)
    except ValueError:
        raise _refused("the policy is not valid JSON") from None
    if not isinstance(policy, dict) or not policy.get("Statement"):
        raise _refused("the policy has no Statement")
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise _refused("a statement has no Effect")
        if statement.get("Principal") not in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
            raise _refused("the Principal of a gateway endpoint's policy must be *")
        for name in ("Action", "Resource"):
            if name not in statement and f"Not{name}" not in statement:
                raise _refused(f"a statement has no {name}")


def _refused(why: str) -> Refused:
    return Refused("InvalidPolicyDocument", f"The specified policy document is not a valid JSON policy document: {why}")
