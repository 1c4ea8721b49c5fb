# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a bucket policy says to requests from the internet, as a policy that does not ask where they come from.

So a request through an endpoint can be held against what would become of it if it came from the internet. Whatever
hangs on the public address counts against it: nobody knows which it would be.
"""

from __future__ import annotations

from ..._policy.evaluation.conditions import compile_condition
from ..._policy.evaluation.context import ENDPOINT_KEYS, SOURCE_IP
from ..._policy.language.document import Condition, Document, Raw, Statement, parse
from ..._policy.language.logic import Kleene
from ..._policy.language.values import State

_ABSENT = frozenset((*ENDPOINT_KEYS, "aws:vpceorgid", "aws:vpceorgpaths"))


def from_internet(raw: Raw) -> Raw | None:
    """The policy without its conditions on networks, and without the statements that never apply there.

    :returns: ``None`` if no statement is left.
    :raises PolicyError: the policy cannot be read.
    """
    document = parse(raw)
    kept = [found for one in document.statements if (found := _statement(document, one)) is not None]
    return {**document.raw, "Statement": kept} if kept else None


def _statement(document: Document, one: Statement) -> Raw | None:
    block = {operator: dict(keys) for operator, keys in one.raw.get("Condition", {}).items()}
    for condition in one.conditions:
        key = condition.key.lower()
        if key not in _ABSENT and key != SOURCE_IP:
            continue
        applies = _of_absent(document, condition) if key in _ABSENT else None
        # What nobody knows allows nothing and denies.
        if applies is False or (applies is None and one.effect == "Allow"):
            return None
        del block[condition.operator][condition.key]
    kept = {operator: keys for operator, keys in block.items() if keys}
    made = {name: value for name, value in one.raw.items() if name != "Condition"}
    return {**made, "Condition": kept} if kept else made


def _of_absent(document: Document, condition: Condition) -> Kleene:
    """Whether a condition is true of a request that lacks its key."""
    check = compile_condition(condition, document.version, [])
    return None if check is None else check.of(State.ABSENT, {})
