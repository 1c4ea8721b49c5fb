# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Claims over policies as people write them, checked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..._policy.building.perimeter import ENDPOINT
from ..._policy.evaluation.decide import compile_policies
from ..._policy.language.arns import ACCOUNT, is_bucket_name, parse_arn
from ..._policy.language.document import Raw, load, parse
from ..._policy.language.errors import PolicyError, Problem
from ..proof.requests import INTERNET, as_list, network_condition, principal_conditions, read_actions, read_partial

(
    ONLY_THROUGH, ONLY_ACTIONS, ONLY_PRINCIPALS, ONLY_ORGANIZATION, CONFINED, NOT_PUBLIC, NEVER, ALWAYS, REPAIRABLE_BY,
    NO_NEW_ACCESS, EQUIVALENT,
) = (
    "only_through", "only_actions", "only_principals", "only_organization", "confined", "not_public", "never", "always",
    "repairable_by", "no_new_access", "equivalent",
)  # fmt: skip
#: Keys that every claim may have.
_COMMON = ("claim", "name", "buckets")


@dataclass(frozen=True, slots=True)
class Form:
    """What a claim needs and what it may have besides; ``endpoint``: whether it can be about an endpoint by itself."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    endpoint: bool = False


FORMS: dict[str, Form] = {
    ONLY_THROUGH: Form(
        ("networks",),
        ("principals", "addresses", "allow_aws_services", "allow_forwarded_access", "require_tls", "within"),
    ),
    ONLY_ACTIONS: Form(("actions",), ("within",), endpoint=True),
    ONLY_PRINCIPALS: Form(("principals",), ("within",), endpoint=True),
    ONLY_ORGANIZATION: Form(("organization",), ("allow_aws_services", "within"), endpoint=True),
    CONFINED: Form(("endpoint", "buckets"), ("accounts", "organization"), endpoint=True),
    NOT_PUBLIC: Form((), ("addresses",)),
    NEVER: Form(("requests",), (), endpoint=True),
    ALWAYS: Form(("requests",), (), endpoint=True),
    REPAIRABLE_BY: Form(("principals",), ("through",)),
    NO_NEW_ACCESS: Form(("before",), (), endpoint=True),
    EQUIVALENT: Form(("to",), (), endpoint=True),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One claim, read: about each of ``buckets``, or about the policy of ``endpoint`` by itself if that is given."""

    place: str
    claim: str
    name: str
    buckets: tuple[str, ...]
    endpoint: str | None
    options: Mapping[str, Any]


def read_claims(claims: Sequence[Any], given: Sequence[str], partition: str, complete: bool) -> list[Asked]:
    """The claims of a task.

    :param given: the buckets whose policies are supplied; a claim that names none is about all of them.
    :param complete: whether no other policies can be read.
    :raises PolicyError: with every problem, each with its place, such as ``claims[2].networks[0]``.
    """
    problems: list[Problem] = []
    found = [_read(raw, f"claims[{index}]", given, partition, complete, problems) for index, raw in enumerate(claims)]
    if problems:
        raise PolicyError(problems, "claims")
    return [one for one in found if one is not None]


def _read(
    raw: Any, place: str, given: Sequence[str], partition: str, complete: bool, problems: list[Problem]
) -> Asked | None:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("claim"), str):
        problems.append(Problem(place, "A claim is a mapping with the key 'claim'.", f"Known are {', '.join(FORMS)}."))
        return None
    claim = raw["claim"]
    form = FORMS.get(claim)
    if form is None:
        problems.append(Problem(f"{place}.claim", f"There is no claim {claim!r}.", _near(claim, FORMS)))
        return None
    options = {str(key): value for key, value in raw.items() if value is not None or key in ("before", "to")}
    known = (*_COMMON, *form.needs, *form.may, *(("endpoint",) if form.endpoint else ()))
    for key in options:
        if key not in known:
            problems.append(Problem(f"{place}.{key}", f"The claim {claim!r} has no {key!r}.", _near(key, known)))
    for key in form.needs:
        if key not in options:
            problems.append(Problem(place, f"The claim {claim!r} needs {key!r}.", "Give it."))
    endpoint = options.get("endpoint")
    if endpoint is not None and not (isinstance(endpoint, str) and ENDPOINT.fullmatch(endpoint)):
        problems.append(Problem(f"{place}.endpoint", f"{endpoint!r} is not the id of an endpoint.", "It is vpce-..."))
    buckets = _buckets(options, place, given, complete, problems, endpoint is not None and claim != CONFINED)
    for key, value in options.items():
        if key in _READERS:
            _READERS[key](value, f"{place}.{key}", buckets, partition, problems)
    # Templates of older releases of Ansible make texts of booleans.
    options |= {key: str(options[key]).lower() in _TRUE for key in _FLAGS if key in options}
    return Asked(place, claim, str(options.get("name") or claim), buckets, endpoint, options)


def named_endpoints(claims: Iterable[Asked]) -> list[str]:
    """The ids of the endpoints that claims are about, or that their requests come through, each once."""
    named: dict[str, None] = {}
    for one in claims:
        options = one.options
        ways = [way for key in ("requests", "within") for asked in as_list(options.get(key)) for way in _ways(asked)]
        for name in (one.endpoint, options.get("through"), *as_list(options.get("networks")), *ways):
            if isinstance(name, str) and ENDPOINT.fullmatch(name):
                named[name] = None
    return [*named]


def _ways(asked: Raw) -> Iterator[Any]:
    """How a partial request says that it comes."""
    yield asked.get("through")
    for key, value in (asked.get("context") or {}).items():
        if str(key).lower() == "aws:sourcevpce":
            yield from as_list(value)


def _near(text: str, known: Any) -> str:
    near = difflib.get_close_matches(text, known, 1)
    return f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."


def _buckets(
    options: Raw, place: str, given: Sequence[str], complete: bool, problems: list[Problem], alone: bool
) -> tuple[str, ...]:
    if alone:
        if "buckets" in options:
            problems.append(
                Problem(f"{place}.buckets", "A claim is about buckets or about an endpoint.", "Leave one of them out.")
            )
        return ()
    named = as_list(options.get("buckets"))
    for index, name in enumerate(named):
        at = f"{place}.buckets[{index}]"
        if not isinstance(name, str) or not is_bucket_name(name):
            problems.append(Problem(at, f"{name!r} is not the name of a bucket.", "Give the bare name, no ARN."))
        elif complete and name not in given and options["claim"] != CONFINED:
            problems.append(
                Problem(
                    at,
                    f"The policy of bucket {name!r} is not given.",
                    "Give it in bucket_policies (null if it has none), or set read_missing.",
                )
            )
    if not named and not given:
        problems.append(Problem(place, "It is about no bucket.", "Name buckets, or give their policies."))
    return tuple(str(name) for name in named) or tuple(given)


#: Options of claims that are true or false, and what is read as such.
_FLAGS = ("require_tls", "allow_aws_services", "allow_forwarded_access")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
#: How many buckets a sentence names.
_MOST_NAMED = 5
_Reader: TypeAlias = Callable[[Any, str, Sequence[str], str, list[Problem]], None]


def _networks(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    for index, name in enumerate(as_list(value)):
        if network_condition(name) is None:
            problems.append(
                Problem(
                    f"{place}[{index}]",
                    f"{name!r} is neither an endpoint nor a VPC.",
                    "Give the id of one, or the ARN of a VPC.",
                )
            )


def _through(value: Any, place: str, buckets: Sequence[str], partition: str, problems: list[Problem]) -> None:
    if value != INTERNET:
        _networks([value], place, buckets, partition, problems)


def _principals(value: Any, place: str, _buckets: Sequence[str], partition: str, problems: list[Problem]) -> None:
    if not as_list(value):
        problems.append(Problem(place, "The list is empty.", "Name at least one principal."))
    for index, one in enumerate(as_list(value)):
        problems += _of_another_partition(one, f"{place}[{index}]", partition)
        principal_conditions(one, f"{place}[{index}]", partition, problems)


def _actions(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    if not as_list(value):
        problems.append(Problem(place, "The list is empty.", "Name at least one action."))
    read_actions(value, place, problems)


def _requests(value: Any, place: str, buckets: Sequence[str], partition: str, problems: list[Problem]) -> None:
    if not as_list(value):
        problems.append(Problem(place, "The list is empty.", "Give at least one partial request, if only {}."))
    for index, one in enumerate(as_list(value)):
        at, before = f"{place}[{index}]", len(problems)
        statements = read_partial(one, at, buckets, partition, problems)
        if len(problems) > before:
            continue
        for element in ("principal", "resource"):
            for arn in as_list(one.get(element)):
                problems += _of_another_partition(arn, f"{at}.{element}", partition)
        for arn in as_list(one.get("resource")):
            problems += _of_another_bucket(str(arn), f"{at}.resource", buckets)
        problems += dict.fromkeys(each for statement in statements for each in _values(statement, at))


def _of_another_partition(value: Any, place: str, partition: str) -> Iterator[Problem]:
    """What no request for a bucket of the partition can have."""
    arn = parse_arn(value) if isinstance(value, str) else None
    if arn is not None and arn.partition != partition and not {"*", "?"} & set(arn.partition):
        yield Problem(
            place,
            f"{value!r} is in the partition {arn.partition!r}, and the buckets are in {partition!r}.",
            "Give one of the same partition, or the partition of the buckets.",
        )


def _of_another_bucket(arn: str, place: str, buckets: Sequence[str]) -> Iterator[Problem]:
    """A request for one bucket meets the policy of no other."""
    name = arn.partition(":::")[2].partition("/")[0]
    if buckets and is_bucket_name(name) and list(buckets) != [name]:
        yield Problem(
            place,
            f"It is of bucket {name}, and the claim is about {', '.join(buckets[:_MOST_NAMED])}.",
            f"Make the claim about that bucket alone (buckets: [{name}]), or leave the resource out.",
        )


def _values(statement: Raw, place: str) -> Iterator[Problem]:
    """Values of condition keys that are none of their type."""
    try:
        compile_bucket_policy({"Version": "2012-10-17", "Statement": [statement]})
    except PolicyError as error:
        for one in error.problems:
            # The last part of the path is the key.
            key = one.path.rpartition(".")[2]
            yield Problem(f"{place}.context.{key}", one.rule, one.remedy)


def _organization(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    if not isinstance(value, str) or not value.startswith("o-"):
        problems.append(Problem(place, f"{value!r} is not the id of an organization.", "It begins with 'o-'."))


def _accounts(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    for index, one in enumerate(as_list(value)):
        if not ACCOUNT.fullmatch(str(one)):
            problems.append(
                Problem(f"{place}[{index}]", f"{one!r} is not an account id.", "Give its twelve digits, quoted.")
            )


def _addresses(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    condition = {"IpAddress": {"aws:SourceIp": as_list(value)}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    try:
        compile_bucket_policy({"Version": "2012-10-17", "Statement": [statement]})
    except PolicyError as error:
        problems += [Problem(place, one.rule, one.remedy) for one in error.problems]


def _document(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    if value is None:
        return
    try:
        document = load(value)
        parse(document)
        # Of a bucket or of an endpoint: what can be wrong is the same.
        compile_policies({"bucket": document})
    except PolicyError as error:
        for one in error.problems:
            path = one.path.removeprefix("bucket.")
            problems.append(Problem(f"{place}.{path}" if path else place, one.rule, one.remedy))


def _flag(value: Any, place: str, _buckets: Sequence[str], _partition: str, problems: list[Problem]) -> None:
    if str(value).lower() not in (*_TRUE, *_FALSE):
        problems.append(Problem(place, f"{value!r} is neither true nor false.", "Give one of the two."))


def compile_bucket_policy(document: Raw) -> None:
    """:raises PolicyError: it is no policy of a bucket."""
    compile_policies({"bucket": document})


#: Key of a claim -> what looks at its value.
_READERS: dict[str, _Reader] = {
    "networks": _networks,
    "through": _through,
    "principals": _principals,
    "actions": _actions,
    "requests": _requests,
    "within": _requests,
    "organization": _organization,
    "accounts": _accounts,
    "addresses": _addresses,
    "before": _document,
    "to": _document,
    **dict.fromkeys(_FLAGS, _flag),
}
