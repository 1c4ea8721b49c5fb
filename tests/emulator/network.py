# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network path of a request, which the client chooses by the beginning of the endpoint URL's path.

``URL/through/vpce-…/`` goes through that gateway endpoint, ``URL/internet/`` over the internet, and ``URL/`` as the
setting ``through`` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

INTERNET = "internet"
# An address for documentation, https://www.rfc-editor.org/rfc/rfc5737, and one that VPCs have.
PUBLIC_ADDRESS, PRIVATE_ADDRESS = "203.0.113.10", "10.0.0.10"
_PREFIX = re.compile(r"/(?:(internet)|through/(vpce-[0-9a-z]+))(?=/|\?|$)")


@dataclass(frozen=True)
class Network:
    """``through`` and ``context`` as a request of the evaluator has them, and of an endpoint on the way its policy and
    its Region."""

    through: str | dict[str, str]
    context: dict[str, str]
    policy: str | None = None
    region: str | None = None


def take_prefix(environ: dict[str, Any]) -> str | None:
    """Take the choice of a path out of the request's address: ``internet``, an endpoint's id, or none was made."""
    match = _PREFIX.match(environ["PATH_INFO"])
    if match is None:
        return None
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        if name in environ:
            environ[name] = _PREFIX.sub("", environ[name], count=1) or "/"
            if environ[name].startswith("?"):
                environ[name] = f"/{environ[name]}"
    return match[1] or match[2]


def find_network(through: str) -> Network:
    """The path through the internet or an endpoint.

    An endpoint that is gone, or without a route in any route table, does not carry a request: what a client sees then
    is that its connection fails (``ConnectionAbortedError``).
    """
    if through == INTERNET:
        return Network(INTERNET, {"aws:SourceIp": PUBLIC_ADDRESS})
    for account, regions in list(get_backend("ec2").items()):
        for region, backend in list(regions.items()):
            endpoint = backend.vpc_end_points.get(through)
            if endpoint is None:
                continue
            if not endpoint.route_table_ids or not endpoint.service_name.endswith(".s3"):
                raise ConnectionAbortedError(f"No route leads to S3 through {through}")
            parts = {"vpce": through, "vpc": endpoint.vpc_id, "account": account, "region": region}
            return Network(parts, {"aws:VpcSourceIp": PRIVATE_ADDRESS}, endpoint.policy_document, region)
    raise ConnectionAbortedError(f"There is no endpoint {through}")
