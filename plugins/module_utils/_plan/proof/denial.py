# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why a request that a counterexample shows does not pass: what the evaluator says of it under other policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._policy.evaluation.context import ENDPOINT_KEYS
from ..._policy.evaluation.decide import ASSUME_ALLOW, Decision, compile_policies
from ..._policy.language.document import Raw
from ..._policy.language.errors import RequestError
from .requests import INTERNET

_OF_ENDPOINTS = frozenset((*ENDPOINT_KEYS, "aws:vpceorgid", "aws:vpceorgpaths"))


def decision_of(request: Mapping[str, Any], policies: Mapping[str, Any]) -> Decision | None:
    """What these policies decide, whatever others say; ``None``: there can be no such request.

    :param policies: as the evaluator takes them; what is missing allows everything.
    """
    open_ones = {"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, "endpoint": ASSUME_ALLOW}
    try:
        return compile_policies({**open_ones, **policies}).decide(request)
    except RequestError:
        return None


def from_the_internet(request: Mapping[str, Any]) -> Raw:
    """The same request, if it came from the internet."""
    context = {key: value for key, value in (request.get("context") or {}).items() if key.lower() not in _OF_ENDPOINTS}
    return {**request, "through": INTERNET, "context": context}
