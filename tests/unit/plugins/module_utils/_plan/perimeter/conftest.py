# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of a plan share."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.result import (
    plan_of,
)
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._plan.perimeter.perimeter_found import (
    DECLARED,
    NONE_YET,
    endpoint,
    found,
)


@pytest.fixture(scope="module")
def kept():
    """What is found when all is as declared: the endpoint and the policies of the buckets."""
    plan = plan_of(DECLARED, found=found(endpoint(), policies=NONE_YET))
    assert plan["refused"] == ""
    changes = json.loads(plan["changes"])
    return changes["endpoint"]["endpoint"], {name: one["policy"] for name, one in changes["buckets"].items()}
