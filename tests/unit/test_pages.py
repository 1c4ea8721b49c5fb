# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of the documentation beside those of plugins: what they name exists, and what exists is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
LABEL = "ansible_collections.perimeter.s3.docsite."
# A code block of the given language, its options, and its lines.
BLOCK = re.compile(
    r"^(?P<indent> *)\.\. code-block:: yaml(?:\+jinja)?\n(?P<options>(?:(?P=indent) +:\w+:.*\n)*)\n"
    r"(?P<text>(?:(?P=indent)   .*\n|\n)+)",
    re.MULTILINE,
)
VARIABLE = re.compile(r"\b((?:private_access|drift|restore|awx_setup|events_setup|preview|report)_[a-z_]+)\b")
# What has the prefix and is no option: facts and statistics that a playbook leaves. Filters have it as well.
NO_OPTIONS = {
    "events_setup": {"events_setup_stack"},
    "drift": {"drift_changes", "drift_counts", "drift_failures", "drift_status"},
}
PLUGINS = {path.stem for path in (ROOT / "plugins").rglob("*.yml")}


def name_of(path):
    return path.stem


def examples():
    """(page, place, text) of all YAML on the pages."""
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            lines = found["text"].split("\n")
            width = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
            yield pytest.param("\n".join(line[width:] for line in lines), id=f"{page.stem}-{found.start()}")


def role_variables():
    specs = yaml.safe_load((ROOT / "roles/private_access/meta/argument_specs.yml").read_text(encoding="utf-8"))
    return set(specs["argument_specs"]["main"]["options"])


def used_in(playbook):
    """The options that a playbook reads, by their prefix; names that begin with an underscore are its own."""
    found = set(VARIABLE.findall(playbook.read_text(encoding="utf-8")))
    prefix = playbook.stem
    files = {path.stem for path in (ROOT / "playbooks" / "tasks").glob("*.yml")}
    return {name for name in found if name.startswith(f"{prefix}_")} - NO_OPTIONS.get(prefix, set()) - PLUGINS - files


def test_there_are_pages():
    assert {"tutorial", "concepts", "recovery", "troubleshooting"} <= set(map(name_of, PAGES))


def test_every_page_is_in_the_table_of_contents():
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [page for section in sections for page in section["toctree"]]
    assert sorted(listed) == sorted(map(name_of, PAGES))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_references_lead_somewhere(page):
    labels = {label for other in PAGES for label in re.findall(r"^\.\. _(\S+):$", other.read_text(), re.MULTILINE)}
    assert f"{LABEL}{page.stem}" in labels
    wanted = re.findall(r":ref:`[^`<]*<([^>]+)>`", page.read_text(encoding="utf-8"))
    assert [label for label in wanted if label.startswith(LABEL) and label not in labels] == []


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=name_of)
def test_every_option_of_a_playbook_is_on_its_page(playbook):
    page = ROOT / "docs" / "docsite" / "rst" / f"playbook_{playbook.stem}.rst"
    named = set(VARIABLE.findall(page.read_text(encoding="utf-8")))
    assert used_in(playbook) - role_variables() - named == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_on_pages_exist(page):
    known = role_variables().union(*map(used_in, PLAYBOOKS), *NO_OPTIONS.values())
    known |= {"private_access_hosts", "private_access_result"}
    named = {name for name in VARIABLE.findall(page.read_text(encoding="utf-8")) if not name.endswith("_")}
    assert {name for name in named if name.startswith("private_access_")} - known == set()


def refusals():
    """The longest fixed part of each message that the role refuses a declaration with."""
    for path in sorted((ROOT / "plugins" / "module_utils" / "_plan" / "perimeter").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Problem", "Refusal"):
                texts = [one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant)]
                fixed = [text.strip().removesuffix("Nothing was changed.") for text in texts if isinstance(text, str)]
                # The message of another check, passed on, has no text of its own.
                yield from filter(None, [max(fixed, key=len, default="").strip(" ,(.")])


def said_by_tasks():
    """The longest fixed part of each message that tasks of the role and of playbooks fail with."""
    files = [*PLAYBOOKS, *(ROOT / "playbooks/tasks").glob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")]
    for path in files:
        for task in tasks_in(yaml.safe_load(path.read_text(encoding="utf-8"))):
            told = task.get("ansible.builtin.assert", {}).get("fail_msg") or task.get("ansible.builtin.fail", {}).get(
                "msg"
            )
            parts = re.split(r"{{.*?}}|{%.*?%}", str(told or ""), flags=re.DOTALL)
            yield from filter(None, [max((" ".join(part.split()) for part in parts), key=len).strip(" :,.")])


def tasks_in(given):
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, dict):
            yield each
            for key in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
                yield from tasks_in(each.get(key) or [])


def test_messages_of_the_role_and_the_playbooks_are_explained():
    page = " ".join((ROOT / "docs/docsite/rst/troubleshooting.rst").read_text(encoding="utf-8").split())
    found = [*refusals(), *said_by_tasks()]
    assert len(found) > 30
    assert [text for text in found if text not in page] == []


@pytest.mark.parametrize("text", list(examples()))
def test_examples_are_yaml(text):
    # An expression alone is shown as what a variable is set to.
    assert text.lstrip().startswith("{{") or yaml.safe_load(text)
