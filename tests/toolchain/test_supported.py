# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that names a supported version names those of supported.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from toolchain import supported

ROOT = Path(__file__).resolve().parents[2]
ROWS = supported.load(ROOT)
PINS = ROOT / "requirements"

# (available Python versions, row and Python of the floor, row and Python of the newest)
CHOICES = [
    (["3.11", "3.12", "3.13"], ("2.16", "3.11"), ("2.21", "3.13")),
    (["3.11"], ("2.16", "3.11"), ("2.19", "3.11")),
    (["3.12"], ("2.16", "3.12"), ("2.21", "3.12")),
    (["3.13"], ("2.18", "3.13"), ("2.21", "3.13")),
    (["3.14"], ("2.21", "3.14"), ("2.21", "3.14")),
    (["3.9", "3.10", "3.11"], ("2.16", "3.11"), ("2.19", "3.11")),
]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("available, floor, newest", CHOICES)
def test_choose(available, floor, newest):
    chosen = supported.choose(ROWS, available)
    assert (chosen["floor"].row.core, chosen["floor"].python) == floor
    assert (chosen["newest"].row.core, chosen["newest"].python) == newest


def test_choose_says_what_is_needed():
    with pytest.raises(supported.Unsupported, match=r"3\.11, 3\.12, 3\.13, 3\.14; found 3\.9"):
        supported.choose(ROWS, ["3.9"])


def test_named():
    assert supported.named(ROWS, ["3.12", "3.13"], "2.18").python == "3.13"
    with pytest.raises(supported.Unsupported, match=r"no row for ansible-core 2\.9"):
        supported.named(ROWS, ["3.12"], "2.9")
    with pytest.raises(supported.Unsupported, match=r"2\.16 needs one of Python 3\.11, 3\.12"):
        supported.named(ROWS, ["3.13"], "2.16")


def test_requires_ansible_is_the_floor():
    assert yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"] == f">={ROWS[0].core}.0"


def test_dependency_on_amazon_aws_is_the_major_version_of_the_floor():
    major = ROWS[0].amazon_aws.split(".")[0]
    assert yaml.safe_load(text("galaxy.yml"))["dependencies"] == {"amazon.aws": f">={major}.0.0"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.core)
def test_rows_agree_with_themselves_and_their_pins(row):
    assert row.ansible_core.startswith(f"{row.core}.")
    pins = (PINS / f"core-{row.core}.txt").read_text(encoding="utf-8")
    assert f"ansible-core=={row.ansible_core}\n" in pins
    assert row.boto3 is None or f"boto3=={row.boto3}\nbotocore=={row.boto3}\n" in pins


def test_no_pins_of_rows_that_are_gone():
    assert sorted(path.name for path in PINS.glob("core-*.txt")) == sorted(f"core-{row.core}.txt" for row in ROWS)


def test_workflow_has_the_rows_between_floor_and_newest():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    assert jobs["between"]["strategy"]["matrix"]["core"] == [row.core for row in ROWS[1:-1]]


def test_run_time_requirements_are_said_once():
    def packages(path):
        return [line for line in text(path).splitlines() if line and not line.startswith("#")]

    fragment = text("plugins/doc_fragments/_aws.py")
    assert packages("requirements.txt") == [f"{name}>={ROWS[0].boto3}" for name in ("boto3", "botocore")]
    assert packages("requirements.txt") == packages("meta/ee-requirements.txt")
    for requirement in packages("requirements.txt"):
        assert f"  - {requirement.replace('>=', ' >= ')}\n" in fragment


def test_python_of_modules_is_said_once():
    python = yaml.safe_load(text("tests/config.yml"))["modules"]["python_requires"]
    assert f"  - python {python.replace('>=', '>= ')}\n" in text("plugins/doc_fragments/_aws.py")
    assert f'target-version = "py{re.sub(r"[^0-9]", "", python)}"' in text("pyproject.toml")


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md"])
def test_pages_name_the_rows(page):
    lines = [line for line in text(page).splitlines() if line.startswith("| 2.")]
    assert lines == [f"| {row.core} | {', '.join(row.pythons)} | {row.amazon_aws} |" for row in ROWS]
