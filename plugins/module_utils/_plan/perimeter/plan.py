# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a declaration and what was found amount to: what differs, and whether what comes of it is what was declared.

Everything is decided here before anything is written. What is refused is said by exceptions; with ``best_effort`` a
bucket that cannot be looked at, or a proof that fails, is a part of the plan instead, and the rest is corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._policy.language.arns import parse_arn
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..bucket.failures import alike
from ..bucket.plan import Plan as BucketPlan
from ..bucket.plan import decide as decide_bucket
from ..endpoint import identity
from ..endpoint.input import declare as declare_endpoint
from ..endpoint.named import named_by
from ..endpoint.plan import Plan as EndpointPlan
from ..endpoint.plan import Surroundings
from ..endpoint.plan import decide as decide_endpoint
from ..endpoint.regions import elsewhere, region_problems
from ..endpoint.routes import choose
from ..endpoint.values import AVAILABLE, DELETING, Endpoint, Wanted
from ..errors import Refusal
from ..guard.bucket_ownership import OwnershipGuard
from . import wanted
from .limit import Part, part_of
from .reach import prove
from .reading import PLACEHOLDER, Reading
from .variables import BY_ENDPOINT, Variables

#: How long a message about buckets may be, in characters.
LONGEST_MESSAGE = 1500
#: Of how many shapes of policies a report says who reaches what; each takes a second or two.
_MOST_SHAPES = 8
#: How many reasons a message gives why a proof fails.
_MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what it comes to.

    :ivar endpoint: ``None``: the endpoint is not meant, or cannot be decided on for want of buckets.
    :ivar endpoint_id: names the endpoint where the VPC has several or the declaration says which; otherwise ``None``.
    :ivar statements: of the buckets, with ``{bucket}`` for the name and :data:`PLACEHOLDER` for an id yet to be had.
    :ivar failures: buckets that nothing is done to, and why.
    :ivar dropped: buckets that the live endpoint policy lets through and the wanted one does not, with their policies.
    :ivar reach: what the proof says; ``None``: nothing was to be proved.
    """

    variables: Variables
    reading: Reading
    vpc_id: str
    part: Part
    endpoint: EndpointPlan | None = None
    endpoint_id: str | None = None
    endpoint_policy: Raw | None = None
    statements: Sequence[Raw] = ()
    peers: Sequence[Any] = ()
    buckets: Mapping[str, BucketPlan] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, Raw | None] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reach: Raw | None = None

    @property
    def endpoint_differs(self) -> bool:
        """Whether the module has something to write, or to wait for."""
        plan = self.endpoint
        if plan is None:
            return False
        if self.variables.present:
            unsettled = plan.before is not None and plan.before.state != AVAILABLE
        else:
            unsettled = any(one.state == DELETING for one in plan.siblings)
        return plan.changed or (unsettled and self.variables.wait)

    @property
    def differing_buckets(self) -> tuple[str, ...]:
        return tuple(name for name, plan in self.buckets.items() if plan.changed)

    @property
    def acts(self) -> bool:
        return self.endpoint_differs or bool(self.differing_buckets)


def decide(
    variables: Variables,
    reading: Reading,
    best_effort: bool,
    before: Plan | None = None,
    *,
    matrix: bool,
    proved: bool = True,
) -> Plan:
    """The plan.

    :param before: the plan before something was written: it says what of the declaration is meant, and a bucket whose
        policy is as it was then is not decided again.
    :param matrix: the proof says also who reaches what on which network path, of a few shapes of policies.
    :param proved: whether the plan says what it comes to.
    :raises Refusal: what is declared does not fit what was found.
    :raises PolicyError: a document cannot be made of the declaration.
    """
    vpc_id = _place(variables, reading)
    _check_partition(variables, reading)
    found, endpoint_id = _own(variables, reading, vpc_id)
    part = before.part if before else part_of(variables, vpc_id, reading.endpoints, reading.own(vpc_id))
    plan = Plan(variables, reading, vpc_id, part, endpoint_id=endpoint_id)
    if part.empty:
        return plan
    current = found.current
    if variables.present and not part.endpoint and variables.restrict_by == BY_ENDPOINT and current is None:
        raise Refusal(
            vpc_id,
            "It has no S3 gateway endpoint, so the buckets cannot be closed around the one. Nothing was changed.",
            "Run without private_access_limit.",
        )
    failures = {name: reading.buckets[name].problem for name in part.buckets if reading.buckets[name].problem}
    failures |= _elsewhere(variables, reading, part, best_effort)
    if failures and not best_effort:
        raise Refusal("private_access_buckets", _said(failures, len(part.buckets)), "Nothing was changed.")
    plan = replace(plan, failures=failures)
    plan = _closing(plan, found) if variables.present else _opening(plan, found)
    plan = _with_buckets(plan, best_effort, before)
    return _proved(plan, current, matrix) if proved else plan


def _elsewhere(variables: Variables, reading: Reading, part: Part, best_effort: bool) -> dict[str, str]:
    """The buckets of another Region than the endpoint, which would be cut off, each with what is said of it.

    :raises Refusal: there are some, with ``best_effort`` they are returned.
    """
    if not variables.present or variables.allow_other_region:
        return {}
    regions = {name: reading.buckets[name].region for name in part.buckets}
    option = "private_access_allow_other_region"
    if best_effort:
        return {
            name: f"Bucket {name}: {problem}"
            for name in elsewhere(regions, reading.region)
            for problem in region_problems({name: regions[name]}, reading.region, option)
        }
    for problem in region_problems(regions, reading.region, option):
        raise Refusal("private_access_buckets", f"{problem.rule} Nothing was changed.", problem.remedy)
    return {}


def _place(variables: Variables, reading: Reading) -> str:
    """The VPC, in the account that was meant."""
    if variables.account_id and reading.account != variables.account_id:
        raise Refusal(
            "private_access_account_id",
            f"The credentials are those of {reading.arn} in the account {reading.account}, but "
            f"private_access_account_id says {variables.account_id}. Nothing was changed.",
            "Give credentials of that account, or a role there as private_access_assume_role_arn.",
        )
    if len(reading.vpc_ids) != 1:
        several = ", ".join(reading.vpc_ids)
        count = f"{len(reading.vpc_ids)} VPCs are" if several else "No VPC is"
        raise Refusal(
            "private_access_vpc_name",
            f"{count} named {variables.vpc_name} in this region{f' ({several})' if several else ''}.",
            "Say which one is meant with private_access_vpc_id.",
        )
    return reading.vpc_ids[0]


def _check_partition(variables: Variables, reading: Reading) -> None:
    """:raises Refusal: somebody is named who cannot be there: an account is in one partition alone."""
    for name in ("break_glass_principals", "manager_principals", "protected_principals"):
        for index, principal in enumerate(getattr(variables, name)):
            arn = parse_arn(str(principal))
            if arn is not None and arn.partition != reading.partition:
                raise Refusal(
                    f"private_access_{name}[{index}]",
                    f"{principal} is in the partition {arn.partition}, but the credentials are of {reading.partition}. "
                    "Nothing was changed.",
                    "Give the ARN as it is in that partition.",
                )


def _own(variables: Variables, reading: Reading, vpc_id: str) -> tuple[identity.Found, str | None]:
    """The endpoint that is meant with its siblings, and its id where the module has to be told.

    :raises Refusal: several may be.
    """
    endpoint_id = variables.endpoint_id or None
    own = reading.own(vpc_id)
    if endpoint_id is None and len(own) > 1:
        chosen = [one for one in own if set(one.route_tables) & set(variables.route_tables)]
        if len(chosen) != 1:
            listed = "; ".join(f"{one.id} (route tables: {', '.join(one.route_tables) or 'none'})" for one in own)
            raise Refusal(
                vpc_id,
                f"It has {len(own)} S3 gateway endpoints: {listed}. Nothing was changed.",
                "Say which is meant with private_access_endpoint_id, or with private_access_route_tables of one alone.",
            )
        endpoint_id = str(chosen[0].id)
    aim = Wanted(state="present" if variables.present else "absent", vpc_id=vpc_id, endpoint_id=endpoint_id)
    return identity.select((one for one in reading.endpoints if one.service == "s3"), aim), endpoint_id


def _closing(plan: Plan, found: identity.Found) -> Plan:
    variables, reading = plan.variables, plan.reading
    current = found.current
    live = named_by(current.policy) if current else []
    # Nothing is opened for a bucket that cannot be looked at; what is open for it stays.
    shut = [name for name in plan.failures if name not in live]
    statements = wanted.closing_statements(variables, reading, plan.vpc_id, str(current.id) if current else PLACEHOLDER)
    policy = None
    if len(shut) < len(variables.names):
        policy = wanted.wanted_endpoint_policy(variables, reading, shut)
    plan = replace(
        plan,
        statements=statements,
        peers=wanted.peers_of(variables, reading, current.id if current else None),
        endpoint_policy=policy,
    )
    if not plan.part.endpoint or policy is None:
        return plan
    aim = declare_endpoint(
        {
            "vpc_id": plan.vpc_id,
            "endpoint_id": plan.endpoint_id,
            "policy": policy,
            "route_table_ids": list(variables.route_tables) or None,
            "all_route_tables": not variables.route_tables,
            "tags": variables.tags,
            "purge_tags": variables.purge_tags,
        }
    )
    around = Surroundings(
        plan.vpc_id,
        f"com.amazonaws.{reading.region}.s3",
        choose(aim, plan.vpc_id, reading.tables),
        any(table.ipv6 for table in reading.tables),
    )
    endpoint = decide_endpoint(found, aim, around)
    kept = set(named_by(policy)) | set(variables.names)
    unread: list[tuple[str, str]] = []
    dropped: dict[str, Raw | None] = {}
    for name in live:
        if name not in kept and (bucket := reading.buckets.get(name)) is not None:
            if bucket.problem:
                unread.append((name, bucket.problem))
            else:
                dropped[name] = bucket.policy
    warnings = [] if endpoint.changed else list(endpoint.warnings)
    if unread:
        warnings.append(
            "Whether workloads lose a bucket that the endpoint does not let through any more is not known of all. "
            + _cut(" ".join(alike(unread)))
        )
    return replace(plan, endpoint=endpoint, dropped=dropped, warnings=tuple(warnings))


def _opening(plan: Plan, found: identity.Found) -> Plan:
    current = found.current
    own = [str(current.id)] if current else []
    statements = wanted.withdrawn_statements(plan.reading, plan.vpc_id, own)
    peers = wanted.peers_of(plan.variables, plan.reading, current.id if current else None)
    plan = replace(plan, statements=statements, peers=peers)
    if not plan.part.endpoint:
        return plan
    aim = Wanted(state="absent", vpc_id=plan.vpc_id, endpoint_id=plan.endpoint_id)
    return replace(plan, endpoint=decide_endpoint(found, aim, Surroundings(plan.vpc_id)))


def _with_buckets(plan: Plan, best_effort: bool, before: Plan | None) -> Plan:
    names = [name for name in plan.part.buckets if name not in plan.failures]
    known = _known(plan, before) if before else {}
    decided: dict[str, BucketPlan] = {}
    failures = dict(plan.failures)
    new = [name for name in names if name not in known]
    declarations = wanted.bucket_declarations(new, plan.variables, plan.reading, plan.statements, plan.peers)
    for declaration in declarations:
        try:
            decided[declaration.bucket] = decide_bucket(plan.reading.buckets[declaration.bucket].policy, declaration)
        except PolicyError as error:
            failures[declaration.bucket] = f"Bucket {declaration.bucket}: {error}"
    if len(failures) > len(plan.failures) and not best_effort:
        raise Refusal("private_access_buckets", _said(failures, len(plan.part.buckets)), "Nothing was changed.")
    buckets = {name: one for name in names if (one := decided.get(name) or known.get(name)) is not None}
    if not best_effort:
        _check_ownership(plan.variables, buckets)
    warnings = alike((name, warning) for name, one in buckets.items() if not one.changed for warning in one.warnings)
    return replace(plan, buckets=buckets, failures=failures, warnings=(*plan.warnings, *warnings))


def _known(plan: Plan, before: Plan) -> Mapping[str, BucketPlan]:
    """What was decided before of policies that are as they were, if what they shall say is."""
    if (plan.statements, plan.peers) != (before.statements, before.peers):
        return {}
    found, earlier = plan.reading.buckets, before.reading.buckets
    return {name: one for name, one in before.buckets.items() if found[name] is earlier[name]}


def _check_ownership(variables: Variables, buckets: Mapping[str, BucketPlan]) -> None:
    """:raises Refusal: other declarations may have put into a perimeter what would go."""
    guard = OwnershipGuard(variables.exclusive)
    found = [
        (name, one)
        for name, plan in buckets.items()
        if plan.changed
        for one in guard(plan)
        if one.overridden_by is None
    ]
    if found:
        reasons = _cut(" ".join(alike((name, one.reason) for name, one in found)))
        raise Refusal("private_access_buckets", f"{reasons} Nothing was changed.", found[0][1].remedy)


def _proved(plan: Plan, current: Endpoint | None, matrix: bool) -> Plan:
    """The plan with its proof, of the policies as they would be.

    An endpoint that ``private_access_limit`` leaves alone is another run's: its policy is taken to be what is declared.
    With such a limit the buckets may be all that is looked at, around a VPC without the one endpoint: then nothing is
    proved.
    """
    variables = plan.variables
    if not variables.prove or not variables.present or not plan.buckets:
        return plan
    planned = plan.endpoint.after if plan.endpoint else None
    shown = planned or current
    if shown is None:
        return plan
    declaration = wanted.proven(
        variables,
        plan.reading,
        plan.buckets.keys(),
        plan.vpc_id,
        str(shown.id or PLACEHOLDER),
        str(shown.facts.get("owner_id") or ""),
        plan.peers,
    )
    policy = planned.policy if planned else plan.endpoint_policy
    policies = {name: one.after for name, one in plan.buckets.items()}
    return replace(plan, reach=prove(declaration, policy, policies, matrix, _MOST_SHAPES))


def refutation(reach: Raw | None) -> str:
    """What the proof refutes, or cannot decide, for people; empty if it holds."""
    if reach is None or reach["holds"]:
        return ""
    lead = "What the policies let pass is not what was declared."
    if not reach["mismatches"]:
        lead = "It is not proved that the policies let pass what was declared, and nothing else."
    said = [one["message"] for one in (*reach["mismatches"], *reach["unknown"])]
    more = f" And {len(said) - _MOST_REASONS} more." if len(said) > _MOST_REASONS else ""
    return (
        f"{lead} {' '.join(said[:_MOST_REASONS])}{more} All of it is in private_access_result.reach. To do without "
        "this proof, set private_access_prove to false."
    )


def _said(failures: Mapping[str, str], total: int) -> str:
    causes = alike(failures.items())
    if len(failures) == 1:
        return causes[0]
    return f"{len(failures)} of {total} buckets cannot be looked at. {_cut(' '.join(causes))}"


def _cut(text: str) -> str:
    """Not more than a screen of it."""
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 4].rsplit(' ', 1)[0]} ..."
