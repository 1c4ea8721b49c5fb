# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What recorded accesses are replayed against: the policies in force and those that are planned, and what is known of
accounts and networks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from ..._policy.evaluation.decide import ASSUME_ALLOW, Policies, compile_policies
from ..._policy.language.arns import ACCOUNT
from ..._policy.language.document import Raw, load
from ..._policy.language.errors import PolicyError, Problem
from ..history.distinctions import Distinctions

#: Stands for a policy that nobody supplied.
UNSUPPLIED: Any = object()
_LAYERS = {"bucket_policies": "bucket", "endpoint_policies": "endpoint"}
_PARTS = ("vpc", "account", "region", "org")


@dataclass(frozen=True, slots=True)
class Side:
    """The policies in force, or those that are planned; ``None``: no bucket policy, the default endpoint policy."""

    buckets: Mapping[str, Raw | None]
    endpoints: Mapping[str, Raw | None]


@dataclass(slots=True)
class Setting:
    """What a replay knows.

    ``endpoints``: id -> mapping of ``vpc``, ``account``, ``region`` and ``org``, as far as they are known.
    ``owners``: bucket -> account. ``organization``: its id and accounts. ``own_addresses``: public addresses of ours.
    ``networks``: ranges of private addresses with the endpoint that requests from there go through.
    """

    current: Side
    planned: Side
    endpoints: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    organization: Mapping[str, Any] = field(default_factory=dict)
    own_addresses: Sequence[str] = ()
    networks: Sequence[tuple[str, str]] = ()
    _compiled: dict[tuple[Any, ...], Policies] = field(default_factory=dict, init=False, repr=False)
    _texts: dict[tuple[bool, str, str], str] = field(default_factory=dict, init=False, repr=False)

    @property
    def buckets(self) -> list[str]:
        """The buckets in question."""
        return sorted({*self.current.buckets, *self.planned.buckets})

    def document(self, planned: bool, kind: str, name: str) -> Any:
        """The policy of a bucket or endpoint; what is not planned stays as it is."""
        for side in (self.planned, self.current) if planned else (self.current,):
            found: Mapping[str, Raw | None] = getattr(side, kind)
            if name in found:
                return found[name]
        return UNSUPPLIED

    def text(self, planned: bool, kind: str, name: str) -> str:
        """The policy as JSON; empty without one."""
        key = (planned, kind, name)
        if key not in self._texts:
            document = self.document(*key)
            self._texts[key] = json.dumps(document, sort_keys=True) if isinstance(document, Mapping) else ""
        return self._texts[key]

    def changes(self, bucket: str, endpoint: str) -> bool:
        """Whether the plan changes any policy that a request on this path meets."""
        for pair in (("buckets", bucket), ("endpoints", endpoint)):
            before, after = self.document(False, *pair), self.document(True, *pair)
            if before is not after and (before is UNSUPPLIED or self.text(False, *pair) != self.text(True, *pair)):
                return True
        return False

    def distinctions(self, exact: bool = False) -> Distinctions:
        """What all of these policies tell apart.

        :raises PolicyError: one is no document.
        """
        found: dict[str, dict[str, list[Raw | str | None]]] = {"buckets": {}, "endpoints": {}}
        for side in (self.current, self.planned):
            for kind, documents in found.items():
                for name, document in getattr(side, kind).items():
                    documents.setdefault(name, []).append(document)
        return Distinctions(found["buckets"], found["endpoints"], exact, self.networks, self.own_addresses)

    def policies(
        self, planned: bool, bucket: str, endpoint: str, owner: str, granted: bool, everybody: bool
    ) -> Policies:
        """The policies that a request meets.

        :param granted: the request was granted, so that what nobody supplied is taken to let it pass.
        :param everybody: the bucket policy is taken to allow it, unless it denies it.
        """
        key = (planned, bucket, endpoint if self._knows(planned, endpoint) else "", owner, granted, everybody)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = compile_policies(self._layers(*key))
        return found

    def narrowed(self, bucket: str, endpoint: str, owner: str) -> Policies:
        """The planned policies without the denials that are in force already, which a request that was granted has
        passed."""
        key = ("narrowed", bucket, endpoint if self._knows(True, endpoint) else "", owner)
        found = self._compiled.get(key)
        if found is None:
            layers = self._layers(True, bucket, str(key[2]), owner, True, False)
            for kind, layer, name in (("buckets", "bucket", bucket), ("endpoints", "endpoint", endpoint)):
                before, after = self.document(False, kind, name), layers.get(layer)
                if isinstance(before, Mapping) and isinstance(after, Mapping):
                    if left := _without_denials_of(before, after):
                        layers[layer] = {**after, "Statement": left}
                    elif layer == "bucket":
                        # An endpoint without a policy has the default one, which lets everything pass.
                        layers[layer] = None
            found = self._compiled[key] = compile_policies(layers)
        return found

    def alone(self, planned: bool, bucket: str, owner: str) -> Policies:
        """The bucket policy, without any policy of the principal that would allow more."""
        key = ("alone", planned, bucket, owner)
        found = self._compiled.get(key)
        if found is None:
            layers = {
                **self._layers(planned, bucket, "", owner, True, False),
                "identity": None,
                "endpoint": ASSUME_ALLOW,
            }
            found = self._compiled[key] = compile_policies(layers)
        return found

    def passing(self, planned: bool, endpoint: str) -> Policies:
        """The policy of an endpoint alone."""
        key = ("passing", planned, endpoint)
        found = self._compiled.get(key)
        if found is None:
            layers = {**self._layers(planned, "", endpoint, "", True, False), "bucket": ASSUME_ALLOW}
            found = self._compiled[key] = compile_policies(layers)
        return found

    def in_organization(self, account: str) -> bool:
        return bool(account) and account in map(str, self.organization.get("accounts") or ())

    def _knows(self, planned: bool, endpoint: str) -> bool:
        return bool(endpoint) and self.document(planned, "endpoints", endpoint) is not UNSUPPLIED

    def _layers(
        self, planned: bool, bucket: str, endpoint: str, owner: str, granted: bool, everybody: bool
    ) -> dict[str, Any]:
        layers: dict[str, Any] = {"identity": ASSUME_ALLOW}
        for kind, layer, name in (("buckets", "bucket", bucket), ("endpoints", "endpoint", endpoint)):
            document = self.document(planned, kind, name) if name else UNSUPPLIED
            if document is not UNSUPPLIED:
                layers[layer] = document
            elif granted or (layer == "endpoint" and not name):
                layers[layer] = ASSUME_ALLOW
        if everybody and isinstance(layers.get("bucket"), Mapping):
            layers["bucket"] = _allowing_all(layers["bucket"])
        if owner:
            layers["resource_account"] = owner
        return layers


def read_setting(options: Mapping[str, Any]) -> Setting:
    """The setting of the options of access_replay.

    :raises PolicyError: with every problem, each with its option and place.
    """
    problems: list[Problem] = []
    current, planned = (
        Side(*(_documents(f"{when}_{option}", options.get(f"{when}_{option}") or {}, problems) for option in _LAYERS))
        for when in ("current", "planned")
    )
    endpoints: dict[str, dict[str, str | None]] = {}
    for index, one in enumerate(options.get("endpoints") or ()):
        if not isinstance(one, Mapping) or not str(one.get("id") or "").startswith("vpce-"):
            problems.append(Problem(f"endpoints[{index}].id", f"{one!r} has no id of an endpoint.", "Write vpce-..."))
            continue
        endpoints[str(one["id"])] = {part: one[part] for part in _PARTS if one.get(part)}
    for name, account in (options.get("resource_accounts") or {}).items():
        if not ACCOUNT.fullmatch(str(account)):
            problems.append(
                Problem(f"resource_accounts[{name}]", f"{account!r} is no account id.", "It has twelve digits.")
            )
    networks = []
    for index, one in enumerate(options.get("networks") or ()):
        _check_range(f"networks[{index}].cidr", one.get("cidr"), problems)
        networks.append((str(one.get("cidr")), str(one.get("endpoint") or "")))
    own = [str(one) for one in options.get("own_addresses") or ()]
    for index, address in enumerate(own):
        _check_range(f"own_addresses[{index}]", address, problems)
    if problems:
        raise PolicyError(problems, "options")
    return Setting(
        current,
        planned,
        endpoints=endpoints,
        owners={str(name): str(account) for name, account in (options.get("resource_accounts") or {}).items()},
        organization=options.get("organization") or {},
        own_addresses=own,
        networks=networks,
    )


def _documents(option: str, given: Mapping[Any, Any], problems: list[Problem]) -> dict[str, Raw | None]:
    layer = _LAYERS[option.partition("_")[2]]
    found: dict[str, Raw | None] = {}
    for name, value in given.items():
        place = f"{option}[{name}]"
        try:
            # An empty text is how Jinja writes that there is none.
            document = load(value, place) if value not in (None, "") else None
            compile_policies({layer: document})
        except PolicyError as error:
            problems += [
                Problem(f"{place}.{one.path}" if one.path else place, one.rule, one.remedy) for one in error.problems
            ]
            continue
        found[str(name)] = document
    return found


def _check_range(place: str, text: Any, problems: list[Problem]) -> None:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        problems.append(Problem(place, f"{text!r} is no range of addresses.", "Write one such as '10.20.0.0/16'."))


def _statements(document: Mapping[str, Any]) -> list[Raw]:
    given = document["Statement"]
    return list(given) if isinstance(given, list) else [given]


def _told(statement: Raw) -> str:
    """A statement but for its name."""
    return json.dumps({key: value for key, value in statement.items() if key != "Sid"}, sort_keys=True)


def _without_denials_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Raw]:
    if before.get("Version") != after.get("Version"):
        # The same words may mean something else.
        return _statements(after)
    known = {_told(one) for one in _statements(before) if one["Effect"] == "Deny"}
    return [one for one in _statements(after) if _told(one) not in known]


def _allowing_all(document: Mapping[str, Any]) -> Raw:
    granted = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return {**document, "Statement": [*_statements(document), granted]}
