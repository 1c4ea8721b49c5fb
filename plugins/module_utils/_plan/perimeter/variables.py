# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The variables of the role ``private_access``, checked and typed, before AWS is asked for anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._policy.building.common import principal_patterns
from ..._policy.building.endpoint import declared_grants, endpoint_policy
from ..._policy.building.scopes import BUCKETS, ORGANIZATION, PATTERN, SCOPES
from ..._policy.language.access_levels import DEFAULT_ACCESS
from ..._policy.language.arns import ACCOUNT
from ..._policy.language.errors import PolicyError, Problem
from .declared import TLS_VERSIONS
from .names import ROLE, known_names, unknown_names

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")
PRESENT, ABSENT = "present", "absent"
BY_ENDPOINT, BY_VPC = "vpce", "vpc"
#: Stands for the account before AWS was asked for it.
_SOME_ACCOUNT = "000000000000"
#: How many names a sentence lists.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Variables:
    """What was declared. The fields are the variables of the role without their prefix, but for ``names``.

    ``buckets`` are names and mappings, as :func:`endpoint_policy` takes them; ``names`` their names, in that order.
    """

    state: str
    vpc_id: str
    vpc_name: str
    endpoint_id: str
    buckets: tuple[Any, ...]
    names: tuple[str, ...]
    access: Any
    region: str
    account_id: str
    limit: tuple[str, ...]
    restrict_by: str
    route_tables: tuple[str, ...]
    aws_services: tuple[str, ...]
    break_glass_principals: tuple[str, ...]
    manager_principals: tuple[str, ...]
    protected_principals: tuple[str, ...]
    arriving_through: str
    dependent_buckets: tuple[str, ...]
    allow_lockout: bool
    allow_cutoff: bool
    allow_other_region: bool
    allow_public: bool
    allow_unknown_endpoints: bool
    additional_endpoints: tuple[str, ...]
    accepted_exceptions: Mapping[str, Any]
    exclusive: bool
    endpoint_scope: str
    organization: str
    bucket_patterns: tuple[str, ...]
    tags: Mapping[str, str]
    purge_tags: bool
    require_tls: bool
    minimum_tls: str
    principal_accounts: tuple[str, ...]
    no_new_access: bool
    allow_aws_services: bool
    allow_forwarded_access: bool
    prove: bool
    wait: bool
    wait_timeout: int

    @property
    def present(self) -> bool:
        return self.state == PRESENT


def _text(value: Any, _name: str) -> str:
    return "" if value is None else str(value)


def _flag(value: Any, name: str) -> bool:
    text = str(value).lower()
    if text not in (*_TRUE, *_FALSE):
        raise PolicyError([Problem(name, f"{value!r} is neither true nor false.", "Give one of the two.")])
    return text in _TRUE


def _number(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise PolicyError([Problem(name, f"{value!r} is not a number.", "Give seconds.")]) from None


def _list(value: Any, name: str) -> tuple[Any, ...]:
    if isinstance(value, str) and value:
        raise PolicyError([Problem(name, "text was given.", "Give a list, such as [first, second].")])
    return _sequence(value, name)


def _sequence(value: Any, name: str) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise PolicyError([Problem(name, f"{value!r} is not a list.", "Give a list, such as [first, second].")])
    return tuple(value)


def _split(value: Any, name: str) -> tuple[Any, ...]:
    """The survey of a job template gives a list as text, and so does --extra-vars."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else _sequence(value, name)


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise PolicyError([Problem(name, f"{value!r} is not a dictionary.", "Give keys and values.")])
    return {str(key): one for key, one in (value or {}).items()}


def _tags(value: Any, name: str) -> Mapping[str, str]:
    return {key: str(text) for key, text in _mapping(value, name).items()}


def _as_it_is(value: Any, _name: str) -> Any:
    return value


def _version(value: Any, name: str) -> str:
    text = _text(value, name)
    if text not in ("", *TLS_VERSIONS):
        raise PolicyError([Problem(name, f"{value!r} is not a value of it.", f"Give {' or '.join(TLS_VERSIONS)}.")])
    return text


def _accounts(value: Any, name: str) -> tuple[str, ...]:
    found = tuple(map(str, _list(value, name)))
    problems = [
        Problem(f"{name}[{index}]", f"{one!r} is not an account id.", "Give its twelve digits, quoted.")
        for index, one in enumerate(found)
        if not ACCOUNT.fullmatch(one)
    ]
    if problems:
        raise PolicyError(problems)
    return found


#: Variable without its prefix -> how it is read, and its default. Tests hold it against the role's own.
KINDS: Mapping[str, tuple[Callable[[Any, str], Any], Any]] = {
    "state": (_text, PRESENT),
    "vpc_id": (_text, ""),
    "vpc_name": (_text, ""),
    "endpoint_id": (_text, ""),
    "buckets": (_split, ()),
    "access": (_as_it_is, DEFAULT_ACCESS),
    "region": (_text, ""),
    "account_id": (_text, ""),
    "limit": (_split, ()),
    "restrict_by": (_text, BY_ENDPOINT),
    "route_tables": (_list, ()),
    "aws_services": (_list, ()),
    "break_glass_principals": (_list, ()),
    "manager_principals": (_list, ()),
    "protected_principals": (_list, ()),
    "arriving_through": (_text, ""),
    "dependent_buckets": (_list, ()),
    "allow_lockout": (_flag, False),
    "allow_cutoff": (_flag, False),
    "allow_other_region": (_flag, False),
    "allow_public": (_flag, False),
    "allow_unknown_endpoints": (_flag, False),
    "additional_endpoints": (_list, ()),
    "accepted_exceptions": (_mapping, {}),
    "exclusive": (_flag, False),
    "endpoint_scope": (_text, BUCKETS),
    "organization": (_text, ""),
    "bucket_patterns": (_list, ()),
    "tags": (_tags, {}),
    "purge_tags": (_flag, False),
    "require_tls": (_flag, True),
    "minimum_tls": (_version, ""),
    "principal_accounts": (_accounts, ()),
    "no_new_access": (_flag, False),
    "allow_aws_services": (_flag, True),
    "allow_forwarded_access": (_flag, False),
    "prove": (_flag, True),
    "wait": (_flag, True),
    "wait_timeout": (_number, 300),
}
KNOWN = known_names(KINDS)


def _severity(value: Any, name: str) -> str:
    if value not in ("critical", "major", "minor", "never"):
        raise PolicyError([Problem(name, f"{value!r} is not a value of it.", "Give critical, major, minor or never.")])
    return str(value)


def _unknown(_value: Any, name: str) -> Any:
    raise PolicyError([Problem(name, "There is no such variable.", f"Known are {', '.join(OF_PLAYBOOKS)}.")])


#: Variables of the playbook drift that say what is written and what fails -> how they are read.
OF_PLAYBOOKS: Mapping[str, Callable[[Any, str], Any]] = {
    "drift_correct": _flag,
    "drift_fail_on": _severity,
    "drift_who": _flag,
}
_CHOICES = {"state": (PRESENT, ABSENT), "restrict_by": (BY_ENDPOINT, BY_VPC), "endpoint_scope": tuple(SCOPES)}


def read_variables(
    given: Mapping[str, Any], names: Iterable[str] = (), playbook: Mapping[str, Any] | None = None
) -> Variables:
    """The variables; one that is not given has its default.

    :param given: by name, with or without the prefix ``private_access_``; others than those of :data:`KINDS` are not
        looked at.
    :param names: the names of all variables that there are, of which none may look like one of ours and be none.
    :param playbook: variables of :data:`OF_PLAYBOOKS` by name, which have to be of their kind.
    :raises PolicyError: with everything that is wrong.
    """
    short = {name.removeprefix(ROLE): value for name, value in given.items()}
    problems = list(unknown_names((*names, *(name for name in given if name.startswith(ROLE))), KNOWN))
    read: dict[str, Any] = {}
    for name, (kind, default) in KINDS.items():
        try:
            read[name] = kind(short.get(name, default), f"{ROLE}{name}")
        except PolicyError as error:
            problems += error.problems
    for name, value in (playbook or {}).items():
        try:
            OF_PLAYBOOKS.get(name, _unknown)(value, name)
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems, "variables of private_access")
    read["limit"] = tuple(map(str, read["limit"]))
    found = Variables(names=tuple(_names(read["buckets"])), **read)
    problems = [*_choices(read), *_together(found), *_details(found)]
    if problems:
        raise PolicyError(dict.fromkeys(problems), "variables of private_access")
    return found


def _names(buckets: Sequence[Any]) -> Iterator[str]:
    for one in buckets:
        name = one.get("name") if isinstance(one, Mapping) else one
        if name is not None:
            yield str(name)


def _choices(read: Mapping[str, Any]) -> Iterator[Problem]:
    for name, choices in _CHOICES.items():
        if read[name] not in choices:
            yield Problem(f"{ROLE}{name}", f"{read[name]!r} is not a value of it.", f"Give {' or '.join(choices)}.")


def _together(found: Variables) -> Iterator[Problem]:
    """What the variables have to say together."""
    if bool(found.vpc_id) == bool(found.vpc_name):
        yield Problem("", "Give private_access_vpc_id or private_access_vpc_name, and not both.")
    if not found.buckets:
        yield Problem("", "private_access_buckets is empty.", "Name the buckets behind the endpoint.")
    if any(isinstance(one, Mapping) and not one.get("name") for one in found.buckets):
        yield Problem("", "A dictionary in private_access_buckets has no name.", 'Give each the key "name".')
    twice = [name for name, count in Counter(found.names).items() if count > 1]
    if twice:
        yield Problem("", "private_access_buckets names a bucket twice.", f"Name each once: {_listed(twice)}.")
    odd = [name for name in found.names if name and not _NAME.fullmatch(name)]
    if odd:
        yield Problem(
            "",
            f"private_access_buckets has what is not the name of a bucket: {_listed(odd)}.",
            "Give the bare name, no ARN and no URL.",
        )
    if found.account_id and not ACCOUNT.fullmatch(found.account_id):
        yield Problem("", "private_access_account_id is not an account id.", "Give its twelve digits, quoted.")
    if found.endpoint_scope == ORGANIZATION and not found.organization:
        yield Problem(
            "", "private_access_endpoint_scope is organization.", "Say which, with private_access_organization."
        )
    if found.endpoint_scope == PATTERN and not found.bucket_patterns:
        yield Problem(
            "",
            "private_access_endpoint_scope is pattern.",
            "Give private_access_bucket_patterns, such as corp-data-*.",
        )


def _details(found: Variables) -> Iterator[Problem]:
    """What is wrong within single variables, and documents that are too long in any account; each with its place."""
    named = [one for one in found.buckets if _NAME.fullmatch(str(one.get("name") if isinstance(one, Mapping) else one))]
    problems: list[Problem] = []
    for name in ("break_glass_principals", "manager_principals"):
        principal_patterns(getattr(found, name), f"{ROLE}{name}", problems)
    try:
        grants = declared_grants(named, found.access)
        if grants and found.endpoint_scope in (BUCKETS, PATTERN):
            endpoint_policy(
                named,
                access=found.access,
                scope=found.endpoint_scope,
                account=found.account_id or _SOME_ACCOUNT,
                patterns=found.bucket_patterns,
            )
    except PolicyError as error:
        problems += [replace(one, path=_place(one.path)) for one in error.problems]
    yield from problems


def _place(path: str) -> str:
    """``buckets[0].access`` of a document that is built is ``private_access_buckets[0].access`` of the role."""
    if path.startswith("patterns"):
        return f"{ROLE}bucket_{path}"
    return f"{ROLE}{path}" if path else ""


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
