# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The layers of policies that a request meets, by name and from the mapping that callers give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..language.arns import ACCOUNT
from ..language.document import parse
from ..language.errors import PolicyError, Problem
from ..language.logic import Kleene
from ..rules.public import PublicStatement, public_statements
from .compiled import CompiledStatement, compile_documents
from .context import RESOURCE_ACCOUNT_KEYS
from .layer import OPEN, SILENT, UNSUPPLIED, Layer, Outcome

IDENTITY = "identity_policy"
BUCKET = "bucket_policy"
ENDPOINT = "endpoint_policy"
SCP = "service_control_policy"
RCP = "resource_control_policy"
BOUNDARY = "permissions_boundary"
SESSION = "session_policy"
BLOCK_PUBLIC_ACCESS = "block_public_access"
#: Not of policies: the way of a request does not lead to the bucket.
NETWORK = "network_path"

#: In place of the policies of identity, bucket or endpoint: they let everything pass that others do not stop.
ASSUME_ALLOW = "assume_allow"

#: The keys of the mapping of policies.
KEYS = (
    "identity",
    "bucket",
    "endpoint",
    "scp",
    "rcp",
    "boundary",
    "session",
    "block_public_access",
    "resource_account",
    "resource_region",
)
_REGION = re.compile(r"[a-z0-9-]+")
_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_RESTRICT = "RestrictPublicBuckets"
#: Layers that make a decision unknown when nobody supplies them: key -> name, and what it is without policies.
_SUPPLIED: dict[str, tuple[str, Outcome]] = {
    "identity": (IDENTITY, SILENT),
    "bucket": (BUCKET, SILENT),
    # The default policy of an endpoint gives full access.
    "endpoint": (ENDPOINT, OPEN),
}
_WITH_PRINCIPAL = ("bucket", "endpoint", "rcp")
#: Managed and inline policies of IAM; a boundary is a managed policy.
_OF_IDENTITIES = ("identity", "boundary")


@dataclass(frozen=True, slots=True)
class Layers:
    """All layers, compiled. A boundary or session that is not in force is ``None``; SCPs and RCPs come by level.

    ``owner``: what is known to every request of the account that owns the bucket; ``restricted``: RestrictPublicBuckets
    is on and the bucket policy is public, which the statements of ``public`` make it. ``region``: the bucket's, if it
    is known.
    """

    identity: Layer
    bucket: Layer
    endpoint: Layer
    scp: tuple[Layer, ...]
    rcp: tuple[Layer, ...]
    boundary: Layer | None
    session: Layer | None
    restricted: Kleene
    public: tuple[PublicStatement, ...]
    owner: Mapping[str, tuple[str]]
    region: str | None = None


def compile_layers(policies: Mapping[str, Any]) -> Layers:
    """The layers of ``{identity?, bucket?, endpoint?, scp?, rcp?, boundary?, session?, ...}``.

    :raises PolicyError: with every problem of every document, each with its layer and its place in there.
    """
    problems: list[Problem] = []
    for key in policies:
        if key not in KEYS:
            problems.append(Problem(str(key), f"There is no layer {key!r}.", f"There are {', '.join(KEYS)}."))
    bounded = policies.get("boundary") is not None
    supplied = {key: _supplied(key, policies, bounded, problems) for key in _SUPPLIED}
    levels = {
        key: tuple(
            Layer(name, _compiled(key, documents, problems)) for documents in _levels(key, policies.get(key), problems)
        )
        for key, name in (("scp", SCP), ("rcp", RCP))
    }
    boundary = [("boundary", policies["boundary"])] if bounded else []
    session = _listed("session", policies.get("session"), problems)
    restricts = _restricts(policies.get("block_public_access"), problems)
    account = _account(policies.get("resource_account"), problems)
    region = _region(policies.get("resource_region"), problems)
    layers = Layers(
        identity=supplied["identity"],
        bucket=supplied["bucket"],
        endpoint=supplied["endpoint"],
        scp=levels["scp"],
        rcp=levels["rcp"],
        boundary=Layer(BOUNDARY, _compiled("boundary", boundary, problems)) if bounded else None,
        session=Layer(SESSION, _compiled("session", session, problems)) if session else None,
        restricted=False,
        public=(),
        owner=dict.fromkeys(RESOURCE_ACCOUNT_KEYS, (account,)) if account else {},
        region=region,
    )
    if problems:
        raise PolicyError(problems, "policies")
    if not restricts or policies.get("bucket", "") in (None, ASSUME_ALLOW):
        return layers
    if "bucket" not in policies:
        return replace(layers, restricted=None)
    public = public_statements(parse(policies["bucket"], "bucket"))
    certain: Kleene = any(finding.certain for finding in public)
    return replace(layers, restricted=certain or (None if public else False), public=public)


def _supplied(key: str, policies: Mapping[str, Any], bounded: bool, problems: list[Problem]) -> Layer:
    name, without = _SUPPLIED[key]
    if key not in policies:
        return Layer(name, fixed=UNSUPPLIED)
    given = policies[key]
    if given == ASSUME_ALLOW:
        return Layer(name, fixed=OPEN)
    if given is None:
        return Layer(name, fixed=without)
    documents = _listed(key, given, problems) if key == "identity" else [(key, given)]
    statements = _compiled(key, documents, problems)
    return Layer(name, statements, account_is_root=key == "endpoint", bounded=bounded)


def _compiled(key: str, documents: list[tuple[str, Any]], problems: list[Problem]) -> tuple[CompiledStatement, ...]:
    return compile_documents(documents, key in _WITH_PRINCIPAL, problems, key in _OF_IDENTITIES)


def _listed(place: str, given: Any, problems: list[Problem], what: str = "documents") -> list[tuple[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        problems.append(Problem(place, f"Give a list of {what}.", "A list of one is a list."))
        return []
    return [(f"{place}[{index}]", item) for index, item in enumerate(given)]


def _levels(key: str, given: Any, problems: list[Problem]) -> list[list[tuple[str, Any]]]:
    levels = _listed(key, given, problems, "levels (the root, each unit, the account), each a list of documents")
    return [
        _listed(place, level, problems, "the documents of this level (such as the root, a unit or the account)")
        for place, level in levels
    ]


def _restricts(settings: Any, problems: list[Problem]) -> bool:
    """Whether RestrictPublicBuckets is on."""
    if settings is None:
        return False
    if not isinstance(settings, Mapping):
        problems.append(Problem("block_public_access", f"Give a mapping of {', '.join(_SETTINGS)}."))
        return False
    for setting, value in settings.items():
        if setting not in _SETTINGS:
            problems.append(
                Problem(
                    "block_public_access",
                    f"Block Public Access has no setting {setting!r}.",
                    f"It has {', '.join(_SETTINGS)}.",
                )
            )
        elif not isinstance(value, bool):
            problems.append(Problem(f"block_public_access.{setting}", f"Give true or false, not {value!r}."))
    return settings.get(_RESTRICT) is True


def _account(given: Any, problems: list[Problem]) -> str | None:
    if given is not None and not (isinstance(given, str) and ACCOUNT.fullmatch(given)):
        problems.append(
            Problem("resource_account", f"{given!r} is no account id.", "It has twelve digits, as a string.")
        )
        return None
    return given


def _region(given: Any, problems: list[Problem]) -> str | None:
    if given is not None and not (isinstance(given, str) and _REGION.fullmatch(given)):
        problems.append(Problem("resource_region", f"{given!r} is no Region.", "Write one such as 'eu-central-1'."))
        return None
    return given
