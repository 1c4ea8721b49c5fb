# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Why an access is lost, and the declaration that would keep it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from ..._policy.building.presets import aws_service_names, aws_service_statements
from ..._policy.evaluation.layers import BUCKET, ENDPOINT
from ..._policy.language.arns import parse_arn
from ..._policy.language.errors import PolicyError
from ..._policy.language.principals import ANONYMOUS
from ..history import access as a
from ..history import identity as who
from ..history.access import Access
from ..pasted import is_template
from .setting import UNSUPPLIED, Setting
from .verdict import Verdict, stopped_at_point

_NETWORK = frozenset(
    f"aws:{name}"
    for name in ("sourceip", "sourcevpc", "sourcevpcarn", "sourcevpce", "vpceaccount", "vpceorgid", "vpceorgpaths")
) | {"aws:vpcsourceip"}
_TLS = frozenset(("aws:securetransport", "s3:tlsversion"))
#: Roles of IAM Identity Center, which people assume; those of services, which only the service does.
_PEOPLE, _LINKED = "AWSReservedSSO_", ":role/aws-service-role/"

ENDPOINTS_VARIABLE = "private_access_additional_endpoints"
BREAK_GLASS_VARIABLE = "private_access_break_glass_principals"
SERVICES_VARIABLE = "private_access_allow_aws_services"
FORWARDED_VARIABLE = "private_access_allow_forwarded_access"
PRESETS_VARIABLE = "private_access_aws_services"
BUCKETS_VARIABLE = "private_access_buckets"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it is lost; ``variable`` and ``value`` of the role would keep it, if it is one that we propose."""

    name: str
    text: str
    variable: str | None = None
    value: Any = None

    def as_dict(self) -> dict[str, Any]:
        return {"cause": self.name, "remedy": {"variable": self.variable, "value": self.value, "text": self.text}}


def cause_of(access: Access, verdict: Verdict, setting: Setting) -> Cause:
    """Why a class is lost, and what would keep it."""
    if verdict.layer == ENDPOINT:
        if verdict.reading is not None and stopped_at_point(access, setting, verdict.reading):
            return Cause(
                "access_point",
                f"The endpoint lets the bucket through, and not the access point {access.access_point}. Use the "
                "bucket itself, or let the access point through with a statement of your own.",
            )
        return _at_the_endpoint(access, setting)
    keys = _keys_of(verdict)
    if keys & _TLS and not keys & _NETWORK:
        if access.tls == "none":
            return Cause("no_tls", "The client does not use TLS. Make it use https.")
        return Cause("old_tls", f"The client uses TLS {access.tls}. Make it use a newer version.")
    if keys & _NETWORK:
        return _at_the_perimeter(access, setting)
    if verdict.layer == BUCKET and verdict.statement is None:
        return Cause("grant_removed", "The bucket policy in force allows it, and the planned one does not any more.")
    named = f" {verdict.statement!r}" if verdict.statement else ""
    return Cause("other_statement", f"The statement{named} denies it, which is not about networks. Change that one.")


def _keys_of(verdict: Verdict) -> set[str]:
    denial = verdict.decision.evaluation.denied if verdict.decision else None
    denier = denial.outcome.denier if denial else None
    return {check.key for check in denier.checks} if denier else set()


def _at_the_endpoint(access: Access, setting: Setting) -> Cause:
    if access.bucket in setting.planned.buckets:
        entry: dict[str, Any] = {"name": access.bucket, "access": [access.action]}
        if access.prefix and is_declarable(access.prefix):
            entry["prefixes"] = [access.prefix]
        return Cause(
            "not_declared",
            f"Through the endpoint {access.action} on {access.bucket} is not declared for this principal and these "
            "keys. Widen access, prefixes or principals of the bucket.",
            BUCKETS_VARIABLE,
            [entry],
        )
    service = aws_service_of(access.bucket, access.region)
    if service:
        return Cause(
            "bucket_of_aws",
            f"{access.bucket} is a bucket of AWS's own for {service}.",
            PRESETS_VARIABLE,
            [service],
        )
    owner = setting.owners.get(access.bucket) or access.bucket_account
    if not owner:
        return Cause("other_bucket", f"The endpoint does not let {access.bucket} through. Find out whose bucket it is.")
    return Cause(
        "other_bucket",
        f"The endpoint does not let {access.bucket} of the account {owner} through. Declare the bucket, or widen "
        "private_access_endpoint_scope to the account or organization.",
    )


def is_declarable(prefix: str) -> bool:
    """Whether a declaration can have the beginning of a key as it is.

    Keys are called by whoever writes them. Ansible would evaluate templates, and policies take some signs for patterns
    and variables.
    """
    return not is_template(prefix) and not any(sign in prefix for sign in ("*", "?", "${"))


def _at_the_perimeter(access: Access, setting: Setting) -> Cause:
    for fits, cause in _OUTSIDE:
        if fits(access, setting):
            return cause(access, setting)
    return _from_outside(access, setting)


def _known(access: Access, setting: Setting) -> bool:
    return access.path in setting.endpoints or setting.document(False, "endpoints", access.path) is not UNSUPPLIED


def _unnamed(access: Access, _setting: Setting) -> bool:
    return bool({a.CONSOLE, a.PUBLIC_ADDRESS} & {*access.flags})


def _through_endpoint(access: Access, setting: Setting) -> Cause:
    vpc = setting.endpoints.get(access.path, {}).get("vpc")
    place = f" of {vpc}" if vpc else ""
    text = f"It comes through the endpoint {access.path}{place}, which is not declared."
    return Cause("other_endpoint", text, ENDPOINTS_VARIABLE, [access.path])


def _through_unknown(access: Access, _setting: Setting) -> Cause:
    whose = f" of the account {access.path_account}" if access.path_account else ""
    text = (
        f"It comes through the endpoint {access.path}{whose}, which is not known here. Ask its owner, then declare it."
    )
    return Cause("foreign_endpoint", text, ENDPOINTS_VARIABLE, [access.path])


def _service(access: Access, _setting: Setting) -> Cause:
    text = f"{access.principal} acts for itself."
    return Cause("aws_service", text, SERVICES_VARIABLE, True)


def _forwarded(access: Access, _setting: Setting) -> Cause:
    text = f"{access.via} acts for {access.principal or access.account}; such requests have no endpoint."
    return Cause("forwarded", text, FORWARDED_VARIABLE, True)


def _internal(access: Access, _setting: Setting) -> Cause:
    text = "A service of AWS that the record does not name acts with the role. No condition key helps; except the role."
    return Cause("aws_internal", text, BREAK_GLASS_VARIABLE, [access.principal] if access.principal else None)


def _linked(access: Access, _setting: Setting) -> Cause:
    text = "The role is linked to a service, which uses it from networks of AWS. Except the role."
    return Cause("service_linked_role", text, BREAK_GLASS_VARIABLE, [access.principal])


def _public(access: Access, _setting: Setting) -> Cause:
    name = "Everybody" if access.principal == ANONYMOUS else "CloudFront by an origin access identity"
    text = f"{name} reads it from the internet. Nothing is proposed for that: decide whether it shall be public."
    if access.kind == who.OAI:
        text = f"{name} reads it. Move the distribution to origin access control, which is a service principal."
    return Cause("public", text)


def _bypass(access: Access, _setting: Setting) -> Cause:
    text = (
        "It comes from a public address of ours: a workload of ours in a subnet without a route to the endpoint. Give "
        "the endpoint the route tables of that subnet; no exception."
    )
    return Cause("bypasses_endpoint", text)


def _presigned(access: Access, _setting: Setting) -> Cause:
    text = (
        "A URL that the principal has signed was used from elsewhere, by people whom the principal does not know. "
        "Serve them in another way, such as CloudFront."
    )
    return Cause("presigned", text)


def _private(access: Access, _setting: Setting) -> Cause:
    text = "It comes through some endpoint. Say through which, with networks, or take evidence from CloudTrail."
    return Cause("some_endpoint", text)


def _person(access: Access, _setting: Setting) -> Cause:
    text = "A person outside of the VPC. Use it from within, or make it a break-glass principal as a last resort."
    return Cause("person", text, BREAK_GLASS_VARIABLE, [access.principal] if access.principal else None)


def _from_outside(access: Access, _setting: Setting) -> Cause:
    text = "It comes from the internet. Move it into the VPC, or make it a break-glass principal as a last resort."
    return Cause("internet", text, BREAK_GLASS_VARIABLE, [access.principal] if access.principal else None)


#: Where a request comes from, the first that fits -> the cause.
_OUTSIDE: tuple[tuple[Callable[[Access, Setting], bool], Callable[[Access, Setting], Cause]], ...] = (
    (lambda access, _setting: access.kind == who.SERVICE, _service),
    (lambda access, _setting: bool(access.via), _forwarded),
    (lambda access, _setting: a.AWS_INTERNAL in access.flags, _internal),
    (lambda access, _setting: access.principal == ANONYMOUS or access.kind == who.OAI, _public),
    (lambda access, _setting: _LINKED in access.principal, _linked),
    (_known, _through_endpoint),
    (lambda access, setting: access.path.startswith("vpce-") and not _unnamed(access, setting), _through_unknown),
    (lambda access, _setting: access.path == a.PRIVATE, _private),
    (lambda access, _setting: access.path == a.OWN_ADDRESS, _bypass),
    (lambda access, _setting: a.PRESIGNED in access.flags, _presigned),
    (lambda access, _setting: a.CONSOLE in access.flags or _PEOPLE in access.principal, _person),
)


@lru_cache(maxsize=1024)
def aws_service_of(bucket: str, region: str) -> str | None:
    """The service that a bucket of AWS's own in a Region belongs to, as endpoint_policy takes it."""
    found = []
    for service, patterns in _buckets_of_services(region):
        if any(fnmatchcase(bucket, pattern) for pattern in patterns):
            found.append((len(patterns), service))
    return min(found)[1] if found else None


@lru_cache(maxsize=64)
def _buckets_of_services(region: str) -> list[tuple[str, frozenset[str]]]:
    found = []
    for service in aws_service_names():
        try:
            statements = aws_service_statements([service], region) if region else []
        except PolicyError:
            continue
        names = set()
        for statement in statements:
            given = statement["Resource"]
            for text in [given] if isinstance(given, str) else given:
                arn = parse_arn(text)
                names.add(arn.resource.partition("/")[0] if arn else text)
        if names:
            found.append((service, frozenset(names)))
    return found
