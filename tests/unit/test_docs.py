# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of every plugin, and the lists of plugins that people and Ansible read elsewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
FRAGMENTS = ["perimeter.s3._aws", "perimeter.s3._attributes"]
MODULES = sorted((PLUGINS / "modules").glob("[!_]*.py"))
# Filters and tests are documented in a file beside the code, one for each name.
SIDECARS = sorted(path for kind in ("filter", "test") for path in (PLUGINS / kind).glob("*.yml"))
INVENTORIES = sorted((PLUGINS / "inventory").glob("[!_]*.py"))
# Modules that only read and have no name in _info; the others say which AWS calls they made.
READ_ONLY = {"access_check", "access_replay", "perimeter_proof"}
# What a task may have beside the module that it runs.
KEYWORDS = {
    "block",
    "check_mode",
    "delegate_to",
    "diff",
    "loop",
    "loop_control",
    "module_defaults",
    "name",
    "register",
    "run_once",
    "until",
    "retries",
    "delay",
    "vars",
    "when",
}


def name_of(path):
    return str(path.relative_to(PLUGINS))


def strings_of(path):
    """Name -> text of the module-level string constants of a Python file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = (node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
    return {node.targets[0].id: node.value.value for node in assigned}


def section(path, name):
    text = strings_of(path).get(name)
    assert text, f"{name_of(path)} has no {name}"
    return yaml.safe_load(text)


def tasks_of(examples):
    """The tasks of an EXAMPLES section: a list of tasks, or of plays."""
    for entry in examples:
        inner = [task for key in ("tasks", "block", "pre_tasks", "post_tasks") for task in entry.get(key, [])]
        if inner:
            yield from tasks_of(inner)
        elif "hosts" not in entry:
            yield entry


def names_in_readme():
    """First name in backticks of every list item and table row in the section "Included content", without namespace."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^## Included content\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert found, "README.md has no section '## Included content'"
    first = re.findall(r"^\s*[-*|][^`\n]*`([^`\n]+)`", found[1], re.MULTILINE)
    return sorted(name.removeprefix("perimeter.s3.") for name in first)


def test_there_are_modules():
    assert MODULES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_documentation(path):
    documentation = section(path, "DOCUMENTATION")
    assert documentation["module"] == path.stem
    assert documentation["short_description"]
    assert documentation["version_added"]
    assert [name for name in FRAGMENTS if name not in documentation["extends_documentation_fragment"]] == []
    # The fragment says "full" for both; a module may add details and must not take anything back.
    for mode in ("check_mode", "diff_mode"):
        assert documentation.get("attributes", {}).get(mode, {}).get("support", "full") == "full"


def test_fragment_declares_full_support():
    attributes = yaml.safe_load(_class_string(PLUGINS / "doc_fragments" / "_attributes.py"))["attributes"]
    assert {mode: attributes[mode]["support"] for mode in ("check_mode", "diff_mode")} == {
        "check_mode": "full",
        "diff_mode": "full",
    }


def _class_string(path):
    (fragment,) = (node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef))
    return next(node.value.value for node in fragment.body if isinstance(node, ast.Assign))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_examples(path):
    tasks = list(tasks_of(section(path, "EXAMPLES")))
    used = [key for task in tasks for key in task if key not in KEYWORDS]
    assert [key for key in used if key.count(".") < 2] == [], "modules in examples are written with their full names"
    assert f"perimeter.s3.{path.stem}" in used
    assert [task for task in tasks if not task.get("name")] == [], "every task of an example has a name"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_return_values(path):
    returned = section(path, "RETURN")
    assert [name for name, value in returned.items() if not {"description", "returned", "type"} <= set(value)] == []
    writes = path.stem not in READ_ONLY and not path.stem.endswith("_info")
    assert ("actions" in returned) == writes


@pytest.mark.parametrize("path", SIDECARS, ids=name_of)
def test_filter_and_test_documentation(path):
    sections = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert sections["DOCUMENTATION"]["name"] == path.stem
    assert sections["DOCUMENTATION"]["version_added"]
    assert f"perimeter.s3.{path.stem}" in sections["EXAMPLES"]
    assert sections["RETURN"]


@pytest.mark.parametrize("path", INVENTORIES, ids=name_of)
def test_inventory_documentation(path):
    documentation = section(path, "DOCUMENTATION")
    assert documentation["name"] == path.stem
    assert documentation["short_description"]
    assert documentation["version_added"]
    assert "perimeter.s3._aws.plugins" in documentation["extends_documentation_fragment"]
    # All but the first are comments.
    first, *others = strings_of(path)["EXAMPLES"].split("\n# ---\n")
    assert others
    texts = [first, *(re.sub("^# ?", "", text, flags=re.MULTILINE) for text in others)]
    examples = [yaml.safe_load(text) for text in texts]
    options = {"cache", "cache_plugin", "cache_connection", "cache_timeout", "compose", "groups", "keyed_groups"}
    options |= {"assume_role_arn", *documentation["options"]}
    assert [example["plugin"] for example in examples] == [f"perimeter.s3.{path.stem}"] * len(examples)
    assert [key for example in examples for key in example if key not in options] == []


@pytest.mark.parametrize("kind, table", [("filter", "filters"), ("test", "tests")])
def test_every_filter_and_test_has_its_documentation(kind, table):
    """A plugin file says its names in the dictionary that `filters` or `tests` returns."""
    names = set()
    for path in (PLUGINS / kind).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == table]
        assert functions, f"{name_of(path)} has no method {table}"
        for node in ast.walk(functions[0]):
            if isinstance(node, ast.Dict):
                names |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
    assert names == {path.stem for path in SIDECARS if path.parent.name == kind}


def test_action_group_has_every_module():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    group = [entry for entry in runtime["action_groups"]["s3"] if isinstance(entry, str)]
    assert group == [path.stem for path in MODULES]


def test_readme_lists_what_is_there():
    roles = [path.parent.parent.name for path in (ROOT / "roles").glob("[!_]*/meta/argument_specs.yml")]
    playbooks = [path.stem for path in (ROOT / "playbooks").glob("[!_]*.yml")]
    inventories = [path.stem for path in INVENTORIES]
    modules = [path.stem for path in MODULES]
    sidecars = [path.stem for path in SIDECARS]
    assert names_in_readme() == sorted([*modules, *sidecars, *roles, *playbooks, *inventories])
