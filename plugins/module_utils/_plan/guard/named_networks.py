# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which networks the statements of a policy name: endpoints and VPCs, by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..._policy.building.perimeter import ENDPOINT
from ..._policy.language.document import Statement
from ..bucket.principals import labelled

SOURCE_VPCE, SOURCE_VPC, SOURCE_VPC_ARN = "aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn"
_VPC = re.compile(r"vpc-[0-9a-f]+")
#: Its Region is a part of an ARN.
_VPC_ARN = re.compile(r"arn:[^:]*:ec2:(?P<region>[a-z0-9-]+):[^:]*:vpc/.+")


def named_before(document: Mapping[str, object] | None) -> frozenset[str]:
    """The endpoints and VPCs that a raw document names, one that is in force and may be of any form included."""
    text = repr([statement for _label, statement in labelled(document)])
    return frozenset([*ENDPOINT.findall(text), *_VPC.findall(text)])


def endpoints_of(statement: Statement) -> list[str]:
    """The ids of endpoints that it compares, each once."""
    return [value for value in _values(statement, SOURCE_VPCE) if ENDPOINT.fullmatch(value)]


def vpcs_of(statement: Statement) -> list[str]:
    """The ids of VPCs that it compares, each once."""
    return [value for value in _values(statement, SOURCE_VPC) if _VPC.fullmatch(value)]


def vpc_arns_of(statement: Statement) -> dict[str, str]:
    """The ARNs of VPCs that it compares -> the Region in each. One with a wildcard there is not among them."""
    found = ((value, _VPC_ARN.fullmatch(value)) for value in _values(statement, SOURCE_VPC_ARN))
    return {value: match["region"] for value, match in found if match}


def _values(statement: Statement, key: str) -> Iterator[str]:
    return iter(dict.fromkeys(value for one in statement.conditions if one.key.lower() == key for value in one.values))
