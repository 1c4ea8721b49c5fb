# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What has drifted: one finding for each part in which AWS differs from the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.meaning.canonical import equivalent
from .alike import Alike
from .finding import (
    BUCKET,
    CRITICAL,
    ENDPOINT,
    MAJOR,
    MINOR,
    SEVERITIES,
    Finding,
    Place,
    worst,
)

#: kind of difference -> how it is said of the live document (``before``) against the declared one (``after``).
_WHAT = {"added": "is missing", "removed": "is not declared", "changed": "has changed"}
#: Of a manager who is found and not declared.
HINT = "If others run this declaration too, name them all in private_access_manager_principals"
#: Attributes of an endpoint -> what of it they are. They say which addresses and names lead to the endpoint.
_ATTRIBUTES = ("ip_address_type", "dns_record_ip_type")
BUCKET_POLICY, ENDPOINT_POLICY = "bucket policy", "endpoint policy"
_BY_HAND = "Compare both by hand; what it lets pass is not known."
#: What goes wrong over documents that AWS takes and we do not understand.
_NOT_UNDERSTOOD = (PolicyError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
#: No document of an endpoint is the default one, which lets everything pass; this one lets nothing pass.
_NOTHING_PASSES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}],
}
_PARTITION = re.compile(r"\barn:(aws[a-z-]*):")


def endpoint_findings(place: Place, before: Raw | None, after: Raw | None) -> list[Finding]:
    """What of an endpoint drifted; both as ``gateway_endpoint`` returns them, ``after`` as declared."""
    if after is None:
        return []
    vpc = str(after["vpc_id"])
    if before is None:
        reason = f"{vpc} has no S3 gateway endpoint"
        return [Finding(place.account, place.region, vpc, "endpoint", "is missing", None, after, MAJOR, cuts=(reason,))]
    name = str(before["vpc_endpoint_id"])
    found = _document_findings(
        place, name, ENDPOINT, ENDPOINT_POLICY, before["policy_document"], after["policy_document"], vpc
    )

    def add(
        kind: str,
        what: str,
        pair: tuple[Any, Any],
        severity: str,
        opens: tuple[str, ...] = (),
        cuts: tuple[str, ...] = (),
    ) -> None:
        found.append(Finding(place.account, place.region, name, kind, what, *pair, severity, opens, cuts))

    live, declared = set(before["route_table_ids"]), set(after["route_table_ids"])
    for table in sorted(declared - live):
        cut = (f"the subnets of {table} do not reach S3 through {name}",)
        add("route table", f"{table} is missing", (None, table), MAJOR, cuts=cut)
    for table in sorted(live - declared):
        opened = (f"the subnets of {table} reach S3 through {name}",)
        add("route table", f"{table} is not declared", (table, None), CRITICAL, opens=opened)
    for key in _ATTRIBUTES:
        # What AWS does not say of an endpoint is not known to have drifted.
        if before.get(key) is not None and after.get(key) is not None and before[key] != after[key]:
            add(key, "has changed", (before[key], after[key]), MAJOR)
    tags, wanted = before.get("tags") or {}, after.get("tags") or {}
    for key in sorted(tags.keys() | wanted.keys()):
        if tags.get(key) != wanted.get(key):
            what = "has changed" if key in tags and key in wanted else _WHAT["removed" if key in tags else "added"]
            add("tag", f"{key} {what}", (tags.get(key), wanted.get(key)), MINOR)
    return found


def bucket_findings(place: Place, bucket: str, before: Raw | None, after: Raw | None) -> list[Finding]:
    """What of the policy of a bucket drifted; both as ``bucket_policy`` returns them, ``after`` as declared."""
    return _document_findings(place, bucket, BUCKET, BUCKET_POLICY, before, after)


def fleet_findings(place: Place, buckets: Iterable[tuple[str, Raw | None, Raw | None]]) -> list[Finding]:
    """What of the policies of many buckets drifted: of each its name, its policy in force and the declared one."""
    alike = Alike(partial(bucket_findings, place))
    return [found for bucket, before, after in buckets for found in alike.findings(bucket, before, after)]


def _document_findings(
    place: Place, name: str, layer: str, kind: str, live: Raw | None, declared: Raw | None, vpc: str = ""
) -> list[Finding]:
    """The findings; a document that cannot be compared is one itself, so that it hides nothing of the others."""
    try:
        return _compared(place, name, layer, kind, live, declared, vpc)
    except _NOT_UNDERSTOOD as error:
        what = f"cannot be compared with what is declared: {str(error) or type(error).__name__}"
        return [Finding(place.account, place.region, name, kind, what, live, declared, CRITICAL, remedy=_BY_HAND)]


def _compared(
    place: Place, name: str, layer: str, kind: str, live: Raw | None, declared: Raw | None, vpc: str
) -> list[Finding]:
    if equivalent(live, declared):
        return []
    # Most documents have not drifted, and Ansible compiles what is imported here anew for each task.
    from ..._policy.meaning.diff import diff
    from ..proof.compare import Owner
    from .severity import difference

    owner = Owner(layer, name, place.account, _partition(place, declared, live), vpc, place.region)
    told = difference(owner, live, declared)
    reach = told.effect
    changes = [change for change in diff(live, declared) if change.kind != "same"]
    if not changes:
        return [Finding(place.account, place.region, name, kind, "has changed", live, declared, *_reach(reach))]
    found: list[Finding] = []
    for change in changes:
        # So that each drift has a severity of its own.
        alone = _with(declared, change.after, change.before, layer)
        without = _with(live, change.before, change.after, layer)
        own = told.effect_of(alone, without)
        exempted = _exempted(change.before, change.after, place.account) if layer == BUCKET and change.before else ""
        found.append(
            Finding(
                place.account,
                place.region,
                name,
                f"{kind} statement",
                f"{change.label} {_WHAT[change.kind]}"
                + (f" in {', '.join(change.elements)}" if change.elements else "")
                + exempted,
                change.before,
                change.after,
                # Whom no example shows to be let in may be: an exemption is for whoever it names, not for samples.
                CRITICAL if exempted else own.severity,
                own.opens,
                own.cuts,
            )
        )
    if SEVERITIES.index(reach.severity) < SEVERITIES.index(worst(each.severity for each in found)):
        # What no statement does by itself, such as another Version, which changes what others mean.
        found.append(
            Finding(
                place.account, place.region, name, kind, "has changed as a whole", live, declared,
                *_reach(reach),
            )
        )  # fmt: skip
    return found


def _exempted(found: Raw, declared: Raw | None, account: str) -> str:
    """Whom a statement of the perimeter exempts that nobody has declared, by name; nothing of other statements."""
    from ..._policy.building.sharing import exempted_beyond

    strange = exempted_beyond(found, declared)
    if not strange:
        return ""
    said = f": it exempts what is not declared, {'; '.join(map(str, strange))}"
    # Most often a colleague, or a pipeline, runs the same declaration.
    colleagues = [one for one in strange if one.kind == "manager" and f"::{account}:" in one.value]
    return f"{said}. {HINT}" if colleagues else said


def _reach(found: Any) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return found.severity, found.opens, found.cuts


def _with(document: Raw | None, out: Raw | None, put: Raw | None, layer: str) -> Raw | None:
    """The document with one statement in another form: ``out`` goes, ``put`` comes."""
    given = (document or {}).get("Statement", [])
    statements = [given] if isinstance(given, Mapping) else list(given)
    kept = [each for each in statements if each != out] + ([put] if put is not None else [])
    if not kept:
        return _NOTHING_PASSES if layer == ENDPOINT else None
    return {**(document or {"Version": "2012-10-17"}), "Statement": kept}


def _partition(place: Place, *documents: Raw | None) -> str:
    """The partition of the Region, or where nobody knows that, the one that the documents speak of first.

    A document may name others: in a condition AWS takes any ARN.
    """
    if place.region:
        from ..._policy.language.arns import partition_of_region

        return partition_of_region(place.region)
    found = _PARTITION.search(str(documents))
    return found[1] if found else "aws"
