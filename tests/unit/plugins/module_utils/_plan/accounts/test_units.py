# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizational units by id, path and nearly the right path."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.units import Unit, choose_units
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal

ROOT = Unit(("r-ab12",), ("Root",))
WORKLOADS = ROOT.child("ou-ab12-work0001", "Workloads")
PROD = WORKLOADS.child("ou-ab12-prod0001", "Prod")
TEST = WORKLOADS.child("ou-ab12-test0001", "Test")
SANDBOX = ROOT.child("ou-ab12-sand0001", "Sandbox")
PLAYGROUND_PROD = SANDBOX.child("ou-ab12-prod0002", "Prod")
UNITS = [ROOT, WORKLOADS, SANDBOX, PROD, TEST, PLAYGROUND_PROD]

# Options ous and exclude_ous, and what they choose.
CHOICES = [
    ([], [], UNITS),
    (["Root"], [], UNITS),
    (["r-ab12"], [], UNITS),
    (["Root/Workloads"], [], [WORKLOADS, PROD, TEST]),
    (["/Root/Workloads/"], [], [WORKLOADS, PROD, TEST]),
    (["ou-ab12-work0001"], [], [WORKLOADS, PROD, TEST]),
    (["Root/Workloads/Prod"], [], [PROD]),
    (["Root/Workloads/Prod", "ou-ab12-sand0001"], [], [SANDBOX, PROD, PLAYGROUND_PROD]),
    (["Root/Workloads", "Root/Workloads/Prod"], [], [WORKLOADS, PROD, TEST]),
    ([], ["Root/Workloads"], [ROOT, SANDBOX, PLAYGROUND_PROD]),
    (["Root/Workloads"], ["ou-ab12-prod0001"], [WORKLOADS, TEST]),
    (["Root/Workloads/Prod"], ["Root/Workloads"], []),
    ([], ["Root"], []),
]


@pytest.mark.parametrize("wanted, excluded, chosen", CHOICES)
def test_choose_units(wanted, excluded, chosen):
    assert choose_units(UNITS, wanted, excluded) == chosen


# (what is written, what the error offers)
UNKNOWN = [
    ("Root/Workloads/Prdo", "Root/Workloads/Prod"),
    ("Root/workloads", "Root/Workloads"),
    ("Test", "Root/Workloads/Test"),
    ("Workloads/Prod", "Root/Workloads/Prod"),
    ("Prod", "Root/Workloads/Prod, Root/Sandbox/Prod"),
    ("/Prod/", "Root/Workloads/Prod, Root/Sandbox/Prod"),
    ("Root/Sandbx/Prod", "Root/Sandbox/Prod"),
    ("Company/Europe/Engineering/Sandbx", "Root/Sandbox."),
    ("ou-ab12-xxxxxxxx", "Root, Root/Workloads, Root/Sandbox"),
    ("", "Root, Root/Workloads"),
]


@pytest.mark.parametrize("name, offered", UNKNOWN)
@pytest.mark.parametrize("option", ["ous", "exclude_ous"])
def test_unknown(option, name, offered):
    choice = {"ous": ([name], []), "exclude_ous": ([], [name])}[option]
    with pytest.raises(Refusal) as refusal:
        choose_units(UNITS, *choice)
    assert str(refusal.value).startswith(f"{option}: {name}: The organization has no such organizational unit.")
    assert offered in refusal.value.remedy


def test_of_many_units_ten_are_offered():
    units = [ROOT, *(ROOT.child(f"ou-ab12-many{number:04}", f"Team {number}") for number in range(20))]
    with pytest.raises(Refusal) as refusal:
        choose_units(units, ["xyz"], [])
    assert "Root/Team 8" in refusal.value.remedy
    assert "Root/Team 9" not in refusal.value.remedy


def test_two_units_of_one_path():
    slash = ROOT.child("ou-ab12-slash001", "Workloads/Prod")
    with pytest.raises(Refusal, match="several units of this path: ou-ab12-prod0001, ou-ab12-slash001"):
        choose_units([*UNITS, slash], ["Root/Workloads/Prod"], [])
    assert choose_units([*UNITS, slash], ["ou-ab12-slash001"], []) == [slash]


def test_paths():
    assert (PROD.id, PROD.path) == ("ou-ab12-prod0001", "Root/Workloads/Prod")
    assert PROD.paths == ["Root", "Root/Workloads", "Root/Workloads/Prod"]
    assert PROD.ids == ("r-ab12", "ou-ab12-work0001", "ou-ab12-prod0001")
