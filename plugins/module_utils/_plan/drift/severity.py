# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How bad the drift of a policy is: what it opens and what it cuts off, asked of the evaluator by samples.

The requests are made of what both documents name (principals, actions, resources, networks, condition values), and of
some that hardly any document names: a stranger, nobody, another network. Samples cannot prove that two documents do
the same, so documents that differ in meaning while a sample stays unknown count as the worse.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._policy.evaluation.decide import (
    ALLOW,
    ASSUME_ALLOW,
    UNKNOWN,
    Request,
    RequestError,
    compile_policies,
)
from ..._policy.language.document import Document, Raw, parse
from ..._policy.language.errors import PolicyError
from ..._policy.language.vocabulary import OBJECT, expand_action
from .examples import examples
from .finding import (
    BUCKET,
    CRITICAL,
    ENDPOINT,
    MAJOR,
    MINOR,
)

_USUAL_ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
)
_STRANGER = "444455556666"
#: Ids that no document names: AWS has never issued them.
_OTHER_NETWORKS = ("internet", "vpce-0ffffffffffffffff")
_NETWORK_KEYS = frozenset({"aws:sourcevpce", "aws:sourcevpc"})
_PRINCIPAL_KEYS = frozenset({"aws:principalarn"})
#: What a request has unless it is told otherwise; without it every statement that asks for TLS stays unknown.
_TLS = "aws:SecureTransport"
#: More actions of one pattern tell no more, and the usual ones are asked anyway.
_MOST_OF_A_PATTERN = 12


@dataclass(frozen=True, slots=True)
class Effect:
    """What a live document does to others than the declared one would.

    ``opens``: requests that pass (or perhaps do) but should not; ``cuts``: requests that (perhaps) do not pass but
    should, each as a sentence, some of them; ``unclear``: how many samples nobody can decide.
    """

    severity: str
    opens: tuple[str, ...]
    cuts: tuple[str, ...]
    unclear: int


@dataclass(frozen=True, slots=True)
class Difference:
    """All samples that two documents treat differently, so that each change between them can be asked for its share.

    ``opened`` and ``cut``: the requests, as given and as read, with what the live document decides of them.
    """

    kind: str
    account: str
    opened: list[tuple[Raw, Request, str]]
    cut: list[tuple[Raw, Request, str]]
    unclear: int

    def effect(self) -> Effect:
        return self._effect(self.opened, self.cut)

    def effect_of(self, alone: Raw | None, without: Raw | None) -> Effect:
        """The share of one change: what it does by itself, or what would not be without it.

        :param alone: the declared document with this change; :param without: the live one without it.
        """
        try:
            by_itself, put_back = (_compiled(self.kind, each, self.account) for each in (alone, without))
        except PolicyError:
            return Effect(CRITICAL, (), (), 1)

        def is_share(request: Request, opened: bool) -> bool:
            return _passes(by_itself, request) == opened or _passes(put_back, request) != opened

        return self._effect(
            [one for one in self.opened if is_share(one[1], True)], [one for one in self.cut if is_share(one[1], False)]
        )

    def _effect(self, opened: list[tuple[Raw, Request, str]], cut: list[tuple[Raw, Request, str]]) -> Effect:
        severity = CRITICAL if opened or self.unclear else MAJOR if cut else MINOR
        opens, cuts = (
            examples([(raw, now) for raw, _request, now in found], self.account) for found in (opened, cut)
        )  # fmt: skip
        return Effect(severity, opens, cuts, self.unclear)


def difference(kind: str, live: Raw | None, declared: Raw | None, account: str, name: str) -> Difference | None:
    """What the drift from ``declared`` to ``live`` does; ``None`` if we cannot read one of them.

    :param kind: ``bucket`` or ``endpoint``; :param account: id of the account that owns it; :param name: the name of
        the bucket, or the id of the endpoint.
    """
    try:
        documents = [parse(each) for each in (live, declared) if each is not None]
        policies = [_compiled(kind, each, account) for each in (live, declared)]
    except PolicyError:
        return None
    found = Difference(kind, account, [], [], 0)
    unclear = 0
    for raw, request in _requests(kind, documents, account, name):
        try:
            now, wanted = (each.decide(request).decision for each in policies)
        except RequestError:
            # Parts that do not go together with the bucket that is asked for.
            continue
        if now == wanted:
            unclear += now == UNKNOWN
        elif wanted != ALLOW and now in _PASSING:
            found.opened.append((raw, request, now))
        elif wanted in _PASSING:
            # What is denied either way is cut off by nothing.
            found.cut.append((raw, request, now))
    return replace(found, unclear=unclear)


#: AWS took a live document that we cannot read, so nobody can say what it opens.
UNREAD = Effect(CRITICAL, (), (), 1)
_PASSING = (ALLOW, UNKNOWN)


def _compiled(kind: str, document: Raw | None, account: str) -> Any:
    return compile_policies(_layers(kind, document, account))


def _passes(policies: Any, request: Request) -> bool:
    return policies.decide(request).decision in _PASSING


def _layers(kind: str, document: Raw | None, account: str) -> Raw:
    layers: Raw = {"identity": ASSUME_ALLOW, "bucket": ASSUME_ALLOW, "endpoint": ASSUME_ALLOW, kind: document}
    if kind == BUCKET:
        layers["resource_account"] = account
    return layers


def _requests(kind: str, documents: list[Document], account: str, name: str) -> Iterator[tuple[Raw, Request]]:
    conditions = _condition_values(documents)
    # Through an endpoint, the endpoint is the network.
    networks: list[object] = [name] if kind == ENDPOINT else [*_OTHER_NETWORKS, *_networks(conditions)]
    parts = itertools.product(
        _principals(documents, conditions, account),
        _targets(kind, documents, name),
        networks,
        list(_contexts(conditions)),
    )
    for principal, (action, resource), network, context in parts:
        raw: Raw = {
            "principal": principal,
            "action": action,
            "resource": resource,
            "through": network,
            "context": context,
        }
        try:
            yield raw, Request.from_mapping(raw)
        except RequestError:
            # Parts that do not go together, such as a service through an endpoint, are no requests.
            continue


def _condition_values(documents: list[Document]) -> dict[str, dict[str, None]]:
    """Condition key in lower case -> all values that the documents compare it with."""
    found: dict[str, dict[str, None]] = {}
    for document in documents:
        for statement in document.statements:
            for condition in statement.conditions:
                found.setdefault(condition.key.lower(), {}).update(dict.fromkeys(condition.values))
    return found


def _networks(conditions: Mapping[str, Mapping[str, None]]) -> list[str]:
    return [value for key in sorted(_NETWORK_KEYS) for value in conditions.get(key, {}) if "*" not in value]


def _principals(
    documents: list[Document], conditions: Mapping[str, Mapping[str, None]], account: str
) -> dict[str, None]:
    principals = dict.fromkeys(
        (f"arn:aws:iam::{account}:role/sample", f"arn:aws:iam::{_STRANGER}:role/sample", "anonymous")
    )
    named = [
        value
        for document in documents
        for statement in document.statements
        for given in (statement.principal, statement.not_principal)
        for value in itertools.chain.from_iterable((given or {}).values())
    ]
    for key in _PRINCIPAL_KEYS:
        named += conditions.get(key, {})
    for value in named:
        if value != "*":
            principals[value.replace("*", "sample").replace("?", "x")] = None
    return principals


def _targets(kind: str, documents: list[Document], name: str) -> list[tuple[str, str]]:
    actions = dict.fromkeys(_USUAL_ACTIONS)
    resources = dict.fromkeys([f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/sample"] if kind == BUCKET else [])
    resources["arn:aws:s3:::another-sample-bucket"] = resources["arn:aws:s3:::another-sample-bucket/sample"] = None
    for statement in itertools.chain.from_iterable(document.statements for document in documents):
        for pattern in itertools.chain(statement.actions or (), statement.not_actions or ()):
            actions.update(dict.fromkeys(action.name for action in expand_action(pattern)[:_MOST_OF_A_PATTERN]))
        for resource in itertools.chain(statement.resources or (), statement.not_resources or ()):
            if resource != "*":
                resources[resource.replace("*", "sample").replace("?", "x")] = None
    if kind == BUCKET:
        # A bucket policy says nothing of other buckets.
        own = f"arn:aws:s3:::{name}"
        resources = {each: None for each in resources if each == own or each.startswith(f"{own}/")}
    return [
        (action, resource)
        for action, resource in itertools.product(actions, resources)
        if ("/" in resource) == any(OBJECT in each.resource_types for each in expand_action(action))
    ]


def _contexts(conditions: Mapping[str, Mapping[str, None]]) -> Iterator[Raw]:
    """All keys absent, and each key once with each of its values."""
    others = {key: values for key, values in conditions.items() if key not in _NETWORK_KEYS | _PRINCIPAL_KEYS}
    # Keys of the caller follow from who it is, those of the resource from the bucket.
    absent = {
        key: None
        for key in others
        if not key.startswith(
            ("aws:principal", "aws:user", "aws:via", "aws:called", "aws:securetransport", "aws:resource")
        )
    }
    usual: Raw = {**absent, _TLS: "true"}
    yield usual
    for key, values in others.items():
        for value in values:
            context = {name: given for name, given in usual.items() if name.lower() != key}
            yield {**context, key: value.replace("*", "sample").replace("?", "x")}
