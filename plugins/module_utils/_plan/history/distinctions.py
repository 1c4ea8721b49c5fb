# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the policies in question tell apart, so that records which they decide alike become one kind of access.

A value that varies (a key, an address, the id of a session) is replaced by the first one that every single comparison
of every policy answers in the same way. Values that policies use as variables are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from ..._policy.evaluation.compiled import CompiledStatement, Resources
from ..._policy.evaluation.conditions import Check
from ..._policy.evaluation.decide import compile_policies
from ..._policy.evaluation.layers import ASSUME_ALLOW
from ..._policy.language.document import Raw
from .access import INTERNET, MANY, OWN_ADDRESS, PRIVATE, UNTOLD, is_address, is_private, shown_prefix

#: More different values of a key than this, and we begin to remember anew.
REMEMBERED = 65_536
#: More prefixes of one user than this are shown as one; a user is a principal with an operation and a bucket.
MOST_PREFIXES = 50
_USER_ID = "aws:userid"
_POINT = ":accesspoint/"
#: What comes behind that in a pattern which takes all keys of an access point alike.
_ALL_KEYS = re.compile(r"[^*?$/]*\*?|(?:[^*?$/]+|\*)/object/\*")
_SESSION = ":assumed-role/"
#: What a document of no policy is.
_NOTHING = (None, ASSUME_ALLOW)


class Distinctions:
    """What a number of policies compare.

    :ivar keys: the condition keys that they compare or use as variables, in lower case and order.
    :ivar memory: for readers, what they have made of what they have read.
    :ivar sessions: whether they tell sessions of one role apart.
    """

    def __init__(
        self,
        buckets: Mapping[str, Sequence[Raw | str | None]],
        endpoints: Mapping[str, Sequence[Raw | str | None]],
        exact: bool = False,
        networks: Sequence[tuple[str, str]] = (),
        own_addresses: Sequence[str] = (),
    ) -> None:
        """
        :param buckets: names of the buckets in question -> all documents that are to decide about them.
        :param endpoints: the same by the ids of endpoints.
        :param exact: whether all values are left as they are.
        :param own_addresses: ranges of public addresses of ours.
        :param networks: ranges of private addresses, each with the endpoint that requests from there go through.
        :raises PolicyError: a document is none.
        """
        self._exact = exact
        self._networks = [(ip_network(cidr, strict=False), endpoint) for cidr, endpoint in networks]
        self._own = [ip_network(cidr, strict=False) for cidr in own_addresses]
        self._paths: dict[str, tuple[str, str]] = {}
        self._buckets = frozenset(buckets)
        self._endpoints = frozenset(endpoints)
        everywhere = [one for documents in endpoints.values() for one in _statements("endpoint", documents)]
        by_bucket = {name: _statements("bucket", documents) for name, documents in buckets.items()}
        statements = [*everywhere, *(one for found in by_bucket.values() for one in found)]
        self._checks: dict[str, list[Check]] = {}
        self._variables: set[str] = set()
        for statement in statements:
            self._variables.update(variable.key for variable in statement.resources.variables)
            for check in statement.checks:
                self._variables.update(variable.key for variable in check.variables)
                if not check.variables:
                    self._checks.setdefault(check.key, []).append(check)
                else:
                    self._variables.add(check.key)
        self._named_sessions = frozenset(
            name for statement in statements for name in _principals_of(statement) if _SESSION in name
        )
        self.keys = tuple(sorted(self._checks.keys() | self._variables))
        self.memory: dict[Any, Any] = {}
        #: For logs: user and folder, as they write it -> what stands for all keys in it, where policies take them
        #: alike.
        self.written: dict[tuple[tuple[str, ...], str], tuple[str, str]] = {}
        self._requesters: dict[str, str] = {}
        self.sessions = exact or bool(self._named_sessions) or _USER_ID in self.keys
        self._everywhere = _of_objects(everywhere)
        self._by_bucket = {name: _of_objects(found) for name, found in by_bucket.items()}
        #: Bucket (with its partition) -> what tells its keys apart; ``None``: everything may.
        self._tests: dict[tuple[str, str], list[Resources] | None] = {}
        self._split: dict[tuple[str, str, str], bool] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._cells: dict[tuple[Any, ...], str] = {}
        self._folders: dict[tuple[str, str], tuple[str | None, str]] = {}
        self._prefixes: dict[tuple[str, ...], set[str]] = {}

    def concerns(self, bucket: str, path: str) -> bool:
        """Whether a request is decided by any of the policies."""
        return bucket in self._buckets or path in self._endpoints

    def path_of(self, address: str) -> tuple[str, str]:
        """The path of a request of which no more than its source is told, and the address where policies compare it."""
        found = self._paths.get(address)
        if found is None:
            if len(self._paths) >= REMEMBERED:
                self._paths.clear()
            found = self._paths[address] = self._path_of(address)
        return found

    def _path_of(self, address: str) -> tuple[str, str]:
        if not is_address(address):
            return UNTOLD, ""
        parsed = ip_address(address)
        if not is_private(address):
            own = any(parsed in network for network in self._own)
            return OWN_ADDRESS if own else INTERNET, self.address("aws:sourceip", address)
        endpoint = next((endpoint for network, endpoint in self._networks if parsed in network), PRIVATE)
        return endpoint, self.address("aws:vpcsourceip", address)

    def object_key(self, bucket: str, partition: str, key: str) -> str:
        """The first key of the bucket that all policies take for the same."""
        tests = self._tests.get((bucket, partition), ())
        if tests == ():
            tests = self._tests[bucket, partition] = self._tests_of(bucket, partition)
        if tests is None or self._exact:
            return key
        if not tests:
            return self._first((bucket,), key)
        arn = f"arn:{partition}:s3:::{bucket}/{key}"
        return self._first((bucket, *(test.cover(arn, {}) for test in tests)), key)

    def cell(self, user: tuple[str, ...], bucket: str, partition: str, key: str) -> tuple[str, str]:
        """A key that stands for one, and what that begins with as it is shown; most are of folders that others had."""
        folder = key[: key.rfind("/") + 1]
        known = self._folders.get((bucket, folder))
        if known is None:
            if len(self._folders) >= REMEMBERED:
                self._folders.clear()
            split = self.splits(bucket, partition, folder)
            first = None if split else self.object_key(bucket, partition, key)
            known = self._folders[bucket, folder] = (first, shown_prefix(folder))
        first, prefix = known
        return self.object_key(bucket, partition, key) if first is None else first, self.folder(user, prefix)

    def takes_alike(self, bucket: str, folder: str) -> bool:
        """Whether one key stands for all of the folder, as far as :meth:`cell` was asked."""
        known = self._folders.get((bucket, folder))
        return known is not None and known[0] is not None

    def folder(self, user: tuple[str, ...], prefix: str) -> str:
        """What keys begin with, as it is shown; :data:`MANY` for a user who has more of them than anybody reads."""
        known = self._prefixes.get(user)
        if known is None:
            known = self._prefixes[user] = set()
        if prefix not in known:
            if len(known) > MOST_PREFIXES and not self._exact:
                return MANY
            known.add(prefix)
        return prefix

    def splits(self, bucket: str, partition: str, prefix: str) -> bool:
        """Whether policies tell apart keys of the bucket that begin alike."""
        if self._exact:
            return True
        known = self._split.get((bucket, partition, prefix))
        if known is None:
            if len(self._split) >= REMEMBERED:
                self._split.clear()
            start = f"arn:{partition}:s3:::{bucket}/{prefix}"
            known = self._split[bucket, partition, prefix] = any(
                _tells_apart(text, start, bool(resources.templates)) is not False
                for resources, texts in (*self._everywhere, *self._by_bucket.get(bucket, ()))
                for text in texts
            )
        return known

    def value(self, name: str, value: str) -> str:
        """The first value of a condition key that all policies take for the same."""
        if name in self._variables or self._exact:
            return value
        known = self._values.get((name, value))
        if known is None:
            if len(self._values) >= REMEMBERED:
                self._values.clear()
            answers = tuple(check.of((value,), {}) for check in self._checks.get(name, ()))
            known = self._values[name, value] = self._first((name, *answers), value)
        return known

    def session(self, user_id: str, arn: str) -> str:
        """The first user id (such as ``AROA...:session``) that all policies take for the same; ``arn``: its session."""
        if self._exact or _USER_ID in self._variables or arn in self._named_sessions:
            return user_id
        answers = tuple(check.of((user_id,), {}) for check in self._checks.get(_USER_ID, ()))
        # The unique id of the role stays.
        return self._first((_USER_ID, user_id.partition(":")[0], *answers), user_id)

    def session_arn(self, arn: str) -> str:
        """The first session of the same role that all policies take for the same."""
        if self._exact or _USER_ID in self._variables or arn in self._named_sessions:
            return arn
        return self._first((arn.rpartition("/")[0],), arn)

    def requester(self, told: str) -> str:
        """A requester of an access log; of sessions, the first one that all policies take for the same."""
        found = self._requesters.get(told)
        if found is None:
            if len(self._requesters) >= REMEMBERED:
                self._requesters.clear()
            found = self._requesters[told] = self.session_arn(told) if _SESSION in told else told
        return found

    def address(self, name: str, address: str) -> str:
        """As :meth:`value`, empty for what is no address or what no policy compares."""
        if (name not in self.keys and not self._exact) or not is_address(address):
            return ""
        return self.value(name, address)

    def _first(self, cell: tuple[Any, ...], value: str) -> str:
        return self._cells.setdefault(cell, value)

    def _tests_of(self, bucket: str, partition: str) -> list[Resources] | None:
        start = f"arn:{partition}:s3:::{bucket}/"
        tests = []
        for resources, texts in (*self._everywhere, *self._by_bucket.get(bucket, ())):
            found = {_tells_apart(text, start, bool(resources.templates)) for text in texts}
            if None in found:
                return None
            if True in found:
                tests.append(resources)
        return tests


def _statements(layer: str, documents: Iterable[Raw | str | None]) -> list[CompiledStatement]:
    found: list[CompiledStatement] = []
    for document in documents:
        if document not in _NOTHING:
            layers = compile_policies({layer: document}).layers
            found += (layers.bucket if layer == "bucket" else layers.endpoint).statements
    return found


def _principals_of(statement: CompiledStatement) -> Iterable[str]:
    principals = statement.source.principal or statement.source.not_principal or {}
    return principals.get("AWS", ())


def _of_objects(statements: Iterable[CompiledStatement]) -> list[tuple[Resources, tuple[str, ...]]]:
    """The different elements Resource or NotResource, with their texts."""
    found: dict[Resources, tuple[str, ...]] = {}
    for one in statements:
        found.setdefault(one.resources, tuple(one.source.resources or one.source.not_resources or ()))
    return list(found.items())


def _tells_apart(text: str, start: str, templates: bool) -> bool | None:
    """Whether a pattern can fit some ARNs with this start and not others; ``None``: everything may.

    That is so with variables, and with patterns of keys behind access points, which may be those of any bucket.
    """
    if _POINT in text and not _ALL_KEYS.fullmatch(text.partition(_POINT)[2]):
        return None
    literal = text
    for sign in ("*", "?", "${") if templates else ("*", "?"):
        literal = literal.partition(sign)[0]
    if not (literal.startswith(start) or start.startswith(literal)):
        return False
    if templates and "${" in text:
        return None
    if literal == text:
        return text.startswith(start)
    # All that has the start: a plain prefix of it, and one asterisk.
    return not (text == f"{literal}*" and start.startswith(literal))
