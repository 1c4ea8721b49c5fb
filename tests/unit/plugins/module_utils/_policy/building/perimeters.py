# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random perimeters, as the tests of statements and of what several declarations share need them."""

from __future__ import annotations

from hypothesis import strategies as st

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import Perimeter


def named(form):
    """Lists of names that share some of their members, so that declarations overlap."""
    return st.lists(st.integers(0, 5), max_size=3).map(lambda found: tuple(form.format(n) for n in sorted(set(found))))


ROLES = named("arn:aws:iam::111122223333:role/role-{}")
PERIMETERS = st.builds(
    Perimeter,
    endpoints=named("vpce-0000000{}").filter(bool),
    vpcs=named("vpc-0000000{}"),
    vpc_arns=named("arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-0000000{}"),
    principals=ROLES,
    managers=ROLES,
    accounts=named("11112222333{}"),
    services=st.booleans(),
    forwarded=st.booleans(),
    tls=st.booleans(),
)
