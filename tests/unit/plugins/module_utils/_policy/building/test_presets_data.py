# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The buckets of AWS as they were read from its pages a second time, apart from the collection's own tables.

``aws_owned_buckets.json`` has for each service the resources, the actions, who asks, and the Regions in which names
differ. Who changes one of both tables changes the other from AWS's pages, not from the first.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.presets_data import (
    PRESETS,
    SUFFIXES,
    TABLES,
)

SECOND = json.loads((Path(__file__).parent / "aws_owned_buckets.json").read_text(encoding="utf-8"))
#: In AWS's example, and of no object.
MEANINGLESS = {"s3:Create*"}


def test_no_service_is_in_one_table_only():
    assert sorted(PRESETS) == sorted(SECOND["presets"])


@pytest.mark.parametrize("name", PRESETS)
def test_a_service(name):
    ours, theirs = PRESETS[name], SECOND["presets"][name]
    assert sorted(ours.resources) == theirs["resources"]
    assert ours.caller == theirs["caller"]
    assert set(ours.actions) == set(theirs["actions"]) - MEANINGLESS
    found = {
        region: sorted(one.replace("{r}", region) for one in replaced.values())
        for region, replaced in ours.exceptions.items()
    }
    assert found == {region: sorted(names) for region, names in theirs.get("exceptions", {}).items()}
    assert all(replaced in ours.resources for one in ours.exceptions.values() for replaced in one)
    assert re.fullmatch(r"https://(docs\.aws\.amazon\.com/[\w./-]+\.html|github\.com/aws-samples/[\w-]+)", ours.source)


@pytest.mark.parametrize("name", ["patch_manager", "codeartifact"])
def test_what_a_region_has_in_its_names(name):
    assert TABLES[name] == SECOND["tables"][name]


def test_the_suffixes_of_single_regions():
    assert SUFFIXES["patch_baseline"] == {
        region: f"-{suffix}" for region, suffix in SECOND["tables"]["patch_baseline"].items()
    }


def test_there_is_no_other_table():
    assert {*TABLES, *SUFFIXES} == set(SECOND["tables"])
