# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What ``perimeter_info`` is asked, and what the role is told where there is no plan.

Apart from the plan, because a filter compiles anew whatever it imports: the question takes a tenth of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from .limit import may_mean_endpoint, named
from .variables import Variables, read_variables

_VARIABLES = "variables of private_access"
_NO_CHANGES = json.dumps({"endpoint": {}, "buckets": {}})


def ask(given: Mapping[str, Any], names: Iterable[str] = (), playbook: Mapping[str, Any] | None = None) -> Raw:
    """What is to be asked, as ``ask``; ``refused`` says what is wrong with the variables.

    :param given: the variables, with or without their prefix.
    :param names, playbook: see :func:`read_variables`.
    """
    try:
        variables = read_variables(given, names, playbook)
    except PolicyError as error:
        return without_plan(refused=wrong(error))
    asked = question(variables)
    if asked is None:
        return {**not_meant(variables), "ask": None}
    return {**without_plan(), "idle": False, "ask": asked}


def question(variables: Variables) -> Raw | None:
    """The options of ``perimeter_info`` by which all that is meant is found; ``None``: nothing can be meant."""
    buckets = named(variables)
    endpoint = may_mean_endpoint(variables)
    if not endpoint and not buckets:
        return None
    return {
        "vpc_id": variables.vpc_id or None,
        "vpc_name": variables.vpc_name or None,
        "route_tables": endpoint and variables.present,
        "buckets": list(buckets),
        "buckets_of_new_endpoint": list(variables.names) if endpoint and variables.present and variables.limit else [],
        "endpoint_buckets": endpoint and variables.present,
        "aws_services": list(variables.aws_services),
    }


def wrong(error: PolicyError) -> str:
    """What is wrong with variables is said without a name of theirs in front: each has its own."""
    return " ".join(map(str, error.problems)) if error.name == _VARIABLES else str(error)


def not_meant(variables: Variables) -> Raw:
    """Nothing of the limit is declared."""
    limit = ", ".join(variables.limit)
    return without_plan(said=[f"Nothing of private_access_limit ({limit}) is declared; nothing was done."])


def without_plan(refused: str = "", said: Sequence[str] = ()) -> Raw:
    """What the role is told where there is nothing to do, or ``refused`` says why nothing is done."""
    return {
        "refused": refused,
        "refuted": "",
        "incomplete": "",
        "idle": True,
        "acts": False,
        "said": list(said),
        "failures": [],
        "changes": _NO_CHANGES,
        "replay": None,
        "result": {"endpoint": None, "buckets": {}, "actions": []},
    }
