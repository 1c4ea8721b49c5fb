# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ids in the options of endpoint modules."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.endpoint.ids import check_ids
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError


def test_ids_to_read():
    check_ids({"vpc_id": None, "endpoint_ids": ["vpce-1"]})
    with pytest.raises(PolicyError, match=r"options: endpoint_ids: 'vpc-1' is not an id"):
        check_ids({"endpoint_ids": ["vpce-1", "vpc-1"]})
