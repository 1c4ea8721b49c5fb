# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which way the arrows run between the parts of the collection, and what the pure parts keep away from."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULE_UTILS = PLUGINS / "module_utils"
OURS = "ansible_collections.perimeter.s3.plugins."
POLICY, PLAN, AWS = (f"{OURS}module_utils.{name}" for name in ("_policy", "_plan", "_aws"))
PLUGIN_UTILS = f"{OURS}plugin_utils"
MAXIMUM_LINES = 400

# Files, clock, chance, processes, network: a decision that uses one is not decided by its arguments alone.
NOT_PURE = {
    "asyncio",
    "glob",
    "http",
    "importlib",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
STDLIB = set(sys.stdlib_module_names)
PURE = STDLIB - NOT_PURE
# Sanity wants the means of Ansible instead.
MODULE_STDLIB = STDLIB - {"os", "subprocess", "sys"}

# Directory under plugins/ -> names of which an import must be one, or be inside of one.
ARROWS = {
    "module_utils/_policy": {POLICY, *PURE},
    "module_utils/_plan": {POLICY, PLAN, *PURE},
    "module_utils/_aws": {
        POLICY,
        PLAN,
        AWS,
        "ansible.module_utils",
        "ansible_collections.amazon.aws.plugins.module_utils",
        "boto3",
        "botocore",
        *STDLIB,
    },
    "modules": {POLICY, PLAN, AWS, "ansible.module_utils", *MODULE_STDLIB},
    "plugin_utils": {POLICY, PLAN, PLUGIN_UTILS, "ansible.errors", "ansible.module_utils", *PURE},
    "filter": {POLICY, PLAN, PLUGIN_UTILS, "ansible.errors", "ansible.module_utils", *PURE},
    "test": {POLICY, PLAN, PLUGIN_UTILS, "ansible.errors", "ansible.module_utils", *PURE},
    "inventory": {
        POLICY,
        PLAN,
        AWS,
        "ansible.errors",
        "ansible.module_utils",
        "ansible.plugins.inventory",
        "ansible.template",
        "ansible_collections.amazon.aws.plugins.plugin_utils",
        *STDLIB,
    },
    "action": {AWS, "ansible.constants", "ansible.plugins.action", "ansible.utils.display", *STDLIB},
    "doc_fragments": {"__future__"},
}
# Directories of pure code, where these calls are not for us either.
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today"}
PURE_DIRECTORIES = ("module_utils/_policy", "module_utils/_plan", "plugin_utils", "filter", "test")

FILES = sorted(PLUGINS.rglob("*.py"))


def name_of(path):
    return str(path.relative_to(PLUGINS))


def directory_of(path):
    """The key of ARROWS for a file, or None."""
    return next((name for name in ARROWS if name_of(path).startswith(f"{name}/")), None)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree):
    """Dotted names of all imports of a file, also of those inside functions; a relative one starts with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_when_loaded(tree):
    """As :func:`imports_of`, but for those in functions and those for type checkers."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from imports_of(node)


def forbidden(tree, allowed):
    return sorted(
        name for name in imports_of(tree) if not any(name == known or name.startswith(f"{known}.") for known in allowed)
    )


def impure_calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if called in IMPURE_CALLS:
                yield f"line {node.lineno}: {called}()"


def test_there_is_something_to_check():
    found = set(map(directory_of, FILES))
    assert {"module_utils/_policy", "module_utils/_plan", "module_utils/_aws", "modules"} <= found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_arrows(path):
    directory = directory_of(path)
    assert directory is not None, f"say in ARROWS what plugins/{name_of(path)} may import"
    assert forbidden(tree_of(path), ARROWS[directory]) == []


@pytest.mark.parametrize("path", [path for path in FILES if directory_of(path) in PURE_DIRECTORIES], ids=name_of)
def test_pure_code_calls_nothing_impure(path):
    assert list(impure_calls(tree_of(path))) == []


@pytest.mark.parametrize("path", sorted(MODULE_UTILS.rglob("*.py")), ids=name_of)
def test_private_and_of_a_size_to_read(path):
    text = path.read_text(encoding="utf-8")
    assert "# Note that this module util is **PRIVATE** to the collection." in text
    assert text.count("\n") <= MAXIMUM_LINES


# Ansible loads all filters, or tests, of a collection on its way to the one that it looks for, anew in each task.
@pytest.mark.parametrize("path", [path for path in FILES if directory_of(path) in ("filter", "test")], ids=name_of)
def test_filters_and_tests_import_the_core_when_they_are_called(path):
    assert [name for name in imports_when_loaded(tree_of(path)) if name.startswith((POLICY, PLAN))] == []


def shipped(path):
    """The files of module_utils that Ansible ships with a module: those that it imports, also inside of functions."""
    found, left = set(), [path]
    while left:
        for name in imports_of(tree_of(left.pop())):
            parts = name.removeprefix(f"{OURS}module_utils.").split(".")
            # What is imported is a file, or a name inside of one.
            for candidate in (MODULE_UTILS.joinpath(*parts), MODULE_UTILS.joinpath(*parts[:-1])):
                file = candidate.with_suffix(".py")
                if name.startswith(f"{OURS}module_utils.") and file.is_file() and file not in found:
                    found.add(file)
                    left.append(file)
    return {file.stem for file in found}


@pytest.mark.parametrize("name", ["bucket_policy_info", "change_events_info", "gateway_endpoint_info"])
def test_what_only_reads_does_not_bring_the_guards_along(name):
    brought = shipped(PLUGINS / "modules" / f"{name}.py")
    assert {"argspec", "errors"} <= brought
    assert brought & {"evaluate", "buckets_guards", "endpoints_guards"} == set()
    assert "evaluate" in shipped(PLUGINS / "modules" / "gateway_endpoint.py")


# The checks above see what they should: (code, what is allowed, what they must find).
SAMPLES = [
    ("import os", PURE, ["os"]),
    ("import os.path", PURE, ["os.path"]),
    ("def f():\n    from time import sleep", PURE, ["time.sleep"]),
    ("from . import errors", PURE, ["..errors"]),
    ("import json\nfrom typing import Any", PURE, []),
    ("from botocore.exceptions import ClientError", ARROWS["modules"], ["botocore.exceptions.ClientError"]),
    (f"from {AWS} import s3", ARROWS["module_utils/_plan"], [f"{AWS}.s3"]),
    (f"from {AWS}.s3 import get", ARROWS["modules"], []),
    ("import jsonschema", PURE, ["jsonschema"]),
]


@pytest.mark.parametrize("code, allowed, found", SAMPLES)
def test_forbidden(code, allowed, found):
    assert forbidden(ast.parse(code), allowed) == found


def test_imports_when_loaded():
    code = """
import json
if TYPE_CHECKING:
    import typing
def f():
    import ast
try:
    import yaml
except ImportError:
    pass
"""
    assert list(imports_when_loaded(ast.parse(code))) == ["json", "yaml"]


def test_impure_calls():
    assert list(impure_calls(ast.parse("open('x')\nx.now()\nopened()"))) == ["line 1: open()", "line 2: now()"]
