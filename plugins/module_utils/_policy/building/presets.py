# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Statements for the buckets of AWS that workloads need through an endpoint which is closed otherwise.

How the caller looks decides the form: package managers ask without a signature, and layers of images are fetched by
URLs that an account of AWS signed, so that only the resource tells them apart; what a service principal signed is known
by ``aws:PrincipalIsAWSService``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..language.arns import partition_of_region
from ..language.document import Raw
from ..language.errors import PolicyError, Problem
from .common import compact
from .presets_data import (
    BY_SERVICE,
    GROUPS,
    PRESETS,
    SUFFIXES,
    TABLES,
    Preset,
)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def aws_service_names() -> list[str]:
    """Every name that :func:`aws_service_statements` takes."""
    return sorted((*GROUPS, *PRESETS))


def aws_service_statements(services: Sequence[str], region: str) -> list[Raw]:
    """Statements of an endpoint policy for the buckets of these services in a Region, few and in a fixed order.

    :raises PolicyError: a service or the Region is not known, or AWS documents no bucket of the service for it.
    """
    partition = partition_of_region(region)
    problems: list[Problem] = []
    # Statements that differ in their resources only are one.
    merged: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for index, service in enumerate(services):
        path = f"aws_services[{index}]"
        names = GROUPS.get(service, (service,))
        if not all(name in PRESETS for name in names):
            known = ", ".join(aws_service_names())
            problems.append(Problem(path, f"{service!r} is no service with known buckets.", f"Known are {known}."))
            continue
        for preset in (PRESETS[name] for name in names):
            missing = sorted({name for name, table in _tables(preset) if region not in table})
            if missing:
                regions = ", ".join(sorted(TABLES[missing[0]]))
                problems.append(
                    Problem(
                        path,
                        f"AWS documents no bucket of {service!r} for {region!r}.",
                        f"There is one in {regions}. Give a statement of your own if you know its name.",
                    )
                )
                continue
            arns = (f"arn:{partition}:s3:::{resource}" for resource in _resources(preset, region))
            merged.setdefault((preset.caller, preset.actions), set()).update(arns)
    if problems:
        raise PolicyError(problems, "list of AWS services")
    return list(_statements(merged))


def _tables(preset: Preset) -> list[tuple[str, dict[str, str]]]:
    found = {name for resource in preset.resources for name in _PLACEHOLDER.findall(resource)}
    return [(name, TABLES[name]) for name in sorted(found & set(TABLES))]


def _resources(preset: Preset, region: str) -> list[str]:
    values = {"r": region, "r_nodash": region.replace("-", "")}
    values.update({name: table.get(region, "") for name, table in {**TABLES, **SUFFIXES}.items()})
    exceptions = preset.exceptions.get(region, {})
    return [exceptions.get(resource, resource).format_map(values) for resource in preset.resources]


def _statements(merged: dict[tuple[str, tuple[str, ...]], set[str]]) -> Iterable[Raw]:
    counts: dict[str, int] = {}
    for caller, actions in sorted(merged):
        sid = "PerimeterS3AllowAwsServices" if caller == BY_SERVICE else "PerimeterS3AllowAwsBuckets"
        counts[sid] = counts.get(sid, 0) + 1
        statement: Raw = {
            "Sid": sid if counts[sid] == 1 else f"{sid}{counts[sid]}",
            "Effect": "Allow",
            "Principal": "*",
            "Action": compact(actions),
            "Resource": compact(merged[caller, actions]),
        }
        if caller == BY_SERVICE:
            statement["Condition"] = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
        yield statement
