# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the proof engine is asked, and what it answers: plain data.

Every question has one form. Of all requests that AWS can be sent (and that lie ``within`` a scope), is there one that
passes one thing and not another? A *thing* is either a :class:`Setting` (policies in force, decided by the evaluator)
or a :class:`Declaration` (statements that say what is declared). A declaration is written as statements of a policy,
so that its constants (endpoints, accounts, prefixes, TLS versions, ...) get cells of their own, unknown keys are
three-valued, and one semantics decides both sides.

==========================================  =========================================  ===========================
claim                                       passes                                     and not
==========================================  =========================================  ===========================
nothing else reaches the bucket (1)         ``Setting`` of bucket and endpoint         ``Declaration``
nothing else passes the endpoint (2)        ``Setting``, bucket ``assume_allow``,      ``Declaration``
                                            ``through`` the endpoint
what is declared passes (3)                 :class:`Passing`, statement by statement
always / stays repairable (4)               ``Declaration`` (the requests)             ``Setting``
never                                       ``Setting``, ``within`` a ``Declaration``  nothing (``None``)
no new access                               ``Setting`` as it becomes                  ``Setting`` as it was
equivalent                                  both ways of no new access
==========================================  =========================================  ===========================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..language.vocabulary import SERVICE

HOLDS, REFUTED, UNDECIDED = "holds", "refuted", "undecided"
S3_ONLY = f"Only actions of {SERVICE!r} are looked at, not those of S3 Express, Object Lambda or Outposts."
TOO_MANY = "There are too many kinds of requests to tell apart."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is known of a VPC endpoint; ``None``: nobody knows, so that it may be anything.

    ``organization`` is that of its account, empty if that is in none.
    """

    id: str
    vpc: str | None = None
    account: str | None = None
    region: str | None = None
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of which the owner (and the owner's organization, empty for none) may be known."""

    name: str
    account: str | None = None
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What is known for certain beside the policies.

    ``account`` is the account that "own" means, ``organization`` its organization (``None``: not known, empty: none),
    ``region`` the Region of the buckets, which ``aws:RequestedRegion`` then is. All buckets and endpoints that are not
    named here may be anybody's.
    """

    partition: str = "aws"
    account: str | None = None
    organization: str | None = None
    region: str | None = None
    endpoints: tuple[Endpoint, ...] = ()
    buckets: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """Policies in force.

    ``policies`` as :func:`compile_policies` takes them, without ``endpoint``: ``bucket``, ``identity``,
    ``scp``, ``rcp``, ``boundary``, ``session``, ``block_public_access``. A missing ``identity``, ``bucket`` or session
    policy of a federated user is taken to allow everything, which is "whatever their policies say".
    ``endpoints`` maps the id of an endpoint to its document (``None``: AWS's default policy). The policies of all other
    endpoints are taken to let everything pass.
    """

    policies: Mapping[str, Any] = field(default_factory=dict)
    endpoints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """The requests that are declared: those which an Allow of ``statements`` is about, and no Deny of them.

    Each statement has Effect, Principal, Action, Resource and perhaps Condition, as in a bucket policy (Version
    2012-10-17). A principal that is an account means all its principals. A key that AWS services leave out of their
    requests (``aws:SecureTransport``, ``aws:SourceIp``) is unknown for them, and a statement that compares it is not
    known to be about them: write services a statement of their own.
    """

    statements: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """That every request which passes ``passing`` passes ``unless`` as well.

    - ``unless``: ``None`` for nothing, so that the claim says that nothing passes
    - ``within``: only these requests count; ``None``: all
    - ``through``: only requests through these endpoints (ids) count; ``None``: on every path
    - ``known_actions``: leave out actions that are not known today
    - ``services``: whether requests of service principals count
    - ``core``: Sids of Deny statements of a bucket policy in ``passing``. They are tried alone first; if they carry
      the claim, it rests on them
    """

    name: str
    passing: Setting | Declaration
    unless: Setting | Declaration | None
    world: World = World()
    within: Declaration | None = None
    through: tuple[str, ...] | None = None
    known_actions: bool = False
    services: bool = True
    core: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """That what is declared passes a setting, whatever identity policies say: claim 3.

    For known actions, and principals that sign (sessions, users, federated users, root). It is refuted if for some
    declared action (and kind of resource) no declared request passes at all; what a statement takes away from some is
    ``narrowed``. ``tls``: the versions with which requests are to pass (others and plain HTTP are not declared).
    ``single``: the declared principals are one, of whom nobody knows which of them it is; where one of them would be
    refuted, the claim is undecided.
    """

    name: str
    declared: Declaration
    setting: Setting
    world: World = World()
    through: tuple[str, ...] | None = None
    tls: tuple[str, ...] = ("1.2", "1.3")
    single: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in an answer: its layer as decisions name it, the place of the document, its Sid or index."""

    layer: str
    place: str
    label: str


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request that refutes a claim, confirmed by the evaluator.

    ``request`` is what :meth:`Request.from_mapping` and the module ``access_check`` take; ``decision``, ``reason`` are
    the evaluator's on it (for declarations: whether they are about it). ``statement`` lets it pass, or denies it;
    ``None`` where no single one does.
    """

    request: Mapping[str, Any]
    decision: str
    reason: str
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A statement that takes something declared away from some, with the smallest such request."""

    statement: Statement | None
    example: Counterexample


@dataclass(frozen=True, slots=True)
class Verdict:
    """``status`` is ``holds``, ``refuted`` or ``undecided``; ``reason`` says why it is undecided.

    ``rests_on``: the statements that carry a proof, each a Deny of what must not pass or an Allow of what must;
    ``assumed``: sentences on what was taken for granted; ``leaves``: how many (partial) requests were evaluated. A
    claim about no request at all holds, and ``vacuous`` says so.
    """

    name: str
    status: str
    counterexamples: tuple[Counterexample, ...] = ()
    narrowed: tuple[Narrowed, ...] = ()
    rests_on: tuple[Statement, ...] = ()
    assumed: tuple[str, ...] = ()
    reason: str = ""
    vacuous: bool = False
    leaves: int = 0

    @property
    def holds(self) -> bool:
        return self.status == HOLDS
