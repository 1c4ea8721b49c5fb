# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on proofs shows what the code decides, and its examples are claims that the module takes."""

from __future__ import annotations

import re
import runpy
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.perimeter.s3.plugins.module_utils._plan.claims.proof_input import FORMS, read_claims

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate_published"
generate = SimpleNamespace(**runpy.run_path(str(SCRIPT)))
#: How many of the tasks on the page there are at least.
TASKS = 2


@pytest.fixture(scope="module", name="page")
def the_page():
    return generate.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module", name="parts")
def the_parts():
    return generate.parts()


def claims_of(page):
    """The claims of all tasks on the page, with the buckets whose policies they supply."""
    for block in re.findall(r"^\.\. code-block:: yaml(?:\+jinja)?\n\n((?:    .*\n|\n)+)", page, re.MULTILINE):
        for task in yaml.safe_load(textwrap.dedent(block)):
            if "perimeter.s3.perimeter_proof" in task:
                options = task["perimeter.s3.perimeter_proof"]
                yield options["claims"], list(options.get("bucket_policies", ()))


def test_the_page_is_what_the_generator_makes_of_it(page, parts):
    assert [name for name in parts if f".. generated: {name}\n" not in page] == []
    # Otherwise: make exec ARGS="python scripts/generate_published"
    assert generate.filled(page) == page


def test_a_part_that_was_edited_is_replaced(page):
    edited = page.replace("**refuted**", "**holds**")
    assert edited != page
    assert generate.filled(edited) == page


def test_the_example_is_refuted_by_the_edit_and_by_nothing_else(parts):
    assert "holds: true" in parts["example_holds"]
    assert parts["example_refuted"].count("verdict: refuted") == 1
    assert "expected deny, found allow" in " ".join(parts["example_answer"].split())


def test_no_published_policy_is_undecided():
    found = {result["verdict"] for _policy, _claim, result in generate.verdicts()}
    assert found == {"holds", "refuted"}


def test_no_claim_about_a_published_policy_is_vacuous():
    assert [claim["says"] for _policy, claim, result in generate.verdicts() if result["note"]] == []


def test_the_page_has_an_example_of_every_claim(page):
    shown = list(claims_of(page))
    assert len(shown) >= TASKS
    assert {one["claim"] for claims, _given in shown for one in claims} == set(FORMS)


def test_the_examples_are_claims_that_the_module_takes(page):
    for claims, given in claims_of(page):
        # What an expression would read.
        plain = [{key: None if "{{" in str(value) else value for key, value in one.items()} for one in claims]
        assert len(read_claims(plain, given, "aws", bool(given))) == len(claims)
