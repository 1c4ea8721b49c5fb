# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What a run found, in one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._policy.language.document import Raw
from .finding import SEVERITIES

CLEAN, DRIFTED, CORRECTED, FAILED = "clean", "drifted", "corrected", "failed"
#: Of this document. It goes up when a key goes or means something else, not when one is added.
SCHEMA = 1
#: Of the collection; a test holds it against galaxy.yml.
VERSION = "1.0.0"


def report(
    findings: Iterable[Mapping[str, Any]],
    corrected: bool,
    failed_hosts: Iterable[str] = (),
    changes: Iterable[Mapping[str, Any]] = (),
    failures: Iterable[Mapping[str, Any]] = (),
    perimeters: Iterable[Mapping[str, Any]] = (),
    at: str = "",
) -> Raw:
    """The report of a run: ``schema``, ``version``, ``at``, ``status``, ``counts``, ``perimeters``, ``findings``,
    ``failures`` and ``failed_hosts``, the worst findings first.

    ``status`` is ``clean``, ``drifted``, ``corrected`` or, when not all could be looked at or corrected, ``failed``.
    What has a remedy is not corrected.

    :param changes: as ``change_events_info`` returns ``resources``. The findings about these get ``by``: who last
        changed the resource, nobody if nobody is known, ``None`` if that could not be looked up.
    :param failures: ``host``, ``account``, ``region``, ``msg``, and ``bucket`` if it is one bucket that failed.
    :param perimeters: what was looked at, as :func:`..report.perimeter.perimeter` makes it, one for each host.
    :param at: when, such as ``2026-11-29T11:20:03Z``.
    """
    known = {each["resource"]: None if each.get("error") else list(each["events"]) for each in changes}
    ordered = sorted(
        (dict(each) | ({"by": known[each["resource"]]} if each["resource"] in known else {}) for each in findings),
        key=lambda each: (
            SEVERITIES.index(each["severity"]),
            *(each[key] for key in ("account", "region", "resource", "kind", "what")),
        ),
    )
    gone = sum(not each.get("remedy") for each in ordered) if corrected else 0
    failed = sorted(failed_hosts)
    missed = sorted((dict(each) for each in failures), key=lambda each: (each["host"], each.get("bucket", "")))
    if failed or missed:
        status = FAILED
    elif ordered:
        status = CORRECTED if gone == len(ordered) else DRIFTED
    else:
        status = CLEAN
    counts = {severity: sum(each["severity"] == severity for each in ordered) for severity in SEVERITIES}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "at": at,
        "status": status,
        "counts": {
            "drifted": len(ordered),
            "corrected": gone,
            **counts,
            "failed": len(failed) + len(missed),
        },
        "perimeters": sorted((dict(each) for each in perimeters), key=lambda each: str(each["host"])),
        "findings": ordered,
        "failures": missed,
        "failed_hosts": failed,
    }
