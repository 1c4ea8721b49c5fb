# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What ``--diff`` shows of an endpoint: only what a task can change, in the words of its options."""

from __future__ import annotations

from collections.abc import Iterator

from ..._policy.meaning.diff import render
from .values import Endpoint


def endpoint_diff(before: Endpoint | None, after: Endpoint | None) -> dict[str, str]:
    """``before`` and ``after`` as Ansible takes them, with headers; an endpoint that is not there is an empty text."""
    shown = before or after
    header = f"{(before and before.id) or 'gateway endpoint'} ({shown.service} in {shown.vpc_id})" if shown else ""
    policies = render(before.policy if before else None, after.policy if after else None)
    return {
        "before_header": header,
        "after_header": header,
        "before": _text(before, policies["before"]),
        "after": _text(after, policies["after"]),
    }


def _text(endpoint: Endpoint | None, policy: str) -> str:
    return "" if endpoint is None else "".join(f"{line}\n" for line in _lines(endpoint, policy))


def _lines(endpoint: Endpoint, policy: str) -> Iterator[str]:
    yield f"ip_address_type: {endpoint.ip_address_type}"
    yield f"dns_record_ip_type: {endpoint.dns_record_ip_type}"
    yield "route_table_ids:"
    yield from (f"  - {table}" for table in endpoint.route_tables)
    yield "tags:"
    yield from (f"  {key}: {value}" for key, value in sorted(endpoint.tags.items()))
    yield "policy:"
    yield from (f"  {line}" for line in policy.splitlines())
