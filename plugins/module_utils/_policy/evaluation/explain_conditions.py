# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a condition says of a request, as a clause for people."""

from __future__ import annotations

from collections.abc import Sequence

from ..language.logic import Kleene
from ..language.patterns import Wild
from ..language.principals import Kind
from ..language.values import (
    Context,
    RoleOfSession,
    State,
    Value,
    find,
)
from ..language.variables import replacement
from .conditions import NULL, Check
from .context import ENDPOINT_KEYS, INTERNET, SOURCE_IP
from .request import Request

#: More values than this are counted, not shown.
_SHOWN = 3
#: Callers of no account.
_CALLERS = {Kind.ANONYMOUS: "anonymous callers", Kind.SERVICE: "service principals"}
_NETWORK_KEYS = frozenset((*ENDPOINT_KEYS, SOURCE_IP, "aws:vpceorgid", "aws:vpceorgpaths"))


def describe_check(check: Check, result: Kleene, request: Request, context: Context) -> str:
    """A clause such as ``aws:SourceVpce is absent on requests from the internet, and StringNotEquals is true ...``."""
    value = find(context, check.key)
    operator = f"{check.source.operator} {_list(check.source.values)}{_replaced(check, context)}"
    if result is None:
        missing = check.missing(context)
        if missing:
            needs = f"which {operator} needs"
            if isinstance(value, RoleOfSession) and missing == (check.name,):
                return f"the path of the role {value.name!r} in {check.name} is not known, {needs}"
            return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known, {needs}"
        return (
            f"AWS's documents leave open what {operator} means for {check.name}, which {_state(value)}: "
            f"{check.doubt(context)}"
        )
    said = "true" if result else "false"
    if value is State.ABSENT:
        where = _where(check.key, request)
        short = operator if check.operator.name == NULL else check.source.operator
        return f"{check.name} is absent{where}, and {short} is {said} for an absent key"
    return f"{check.name} {_state(value)}, for which {operator} is {said}"


def _replaced(check: Check, context: Context) -> str:
    """What the variables in the values of a condition stand for."""
    shown = []
    for variable in check.variables:
        text = replacement(variable, find(context, variable.key))
        if not isinstance(text, Wild):
            shown.append(f"${{{variable.name}}} {'has no value' if text is None else f'is {text!r}'}")
    return f" ({', '.join(shown)})" if shown else ""


def _state(value: Value) -> str:
    if isinstance(value, tuple):
        return f"is {_list(value)}"
    if isinstance(value, RoleOfSession):
        return f"is a role {value.name!r} of the account {value.account}"
    return "is absent" if value is State.ABSENT else "is there"


def _where(key: str, request: Request) -> str:
    """Of which requests a key is absent, if their form rules it out."""
    if key in _NETWORK_KEYS:
        if request.called_via:
            return " on requests that a service makes on behalf of a caller"
        if request.path == INTERNET:
            return " on requests from the internet"
        if request.path is not None:
            return " on requests through an endpoint"
        return ""
    if key.startswith("aws:principal") and not request.caller.signs:
        return f" on requests of {_CALLERS[request.caller.kind]}"
    return ""


def _list(values: Sequence[str]) -> str:
    shown = ", ".join(map(repr, values[:_SHOWN]))
    return f"{shown} and {len(values) - _SHOWN} more" if len(values) > _SHOWN else shown
