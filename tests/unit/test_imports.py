# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which way the arrows run between the parts of the collection, and what the pure parts keep away from."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULE_UTILS = PLUGINS / "module_utils"
UNIT = Path(__file__).resolve().parent
OURS = "ansible_collections.perimeter.s3.plugins."
POLICY, PLAN, AWS = (f"{OURS}module_utils.{name}" for name in ("_policy", "_plan", "_aws"))
PLUGIN_UTILS = f"{OURS}plugin_utils"
MAXIMUM_LINES = 400
MAXIMUM_FILES = 15

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
# What reads a URL asks nobody.
PURE = (STDLIB - NOT_PURE) | {"urllib.parse"}
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
    "plugin_utils": {
        POLICY,
        PLAN,
        PLUGIN_UTILS,
        "ansible.errors",
        "ansible.module_utils",
        "jinja2",
        "markupsafe",
        *PURE,
    },
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
        "ansible.utils.unsafe_proxy",
        "ansible_collections.amazon.aws.plugins.plugin_utils",
        *STDLIB,
    },
    "action": {AWS, PLAN, "ansible.constants", "ansible.plugins.action", "ansible.utils.display", *STDLIB},
    "doc_fragments": {"__future__"},
}
# Room of module_utils -> the rooms, and the files beside rooms, that it imports from. Every entry is in use.
ROOMS = {
    "_policy/language": (),
    "_policy/meaning": ("_policy/language",),
    "_policy/rules": ("_policy/language",),
    "_policy/evaluation": ("_policy/language", "_policy/rules"),
    "_policy/building": ("_policy/language",),
    "_policy/texts": ("_policy/language",),
    "_policy/proof": ("_policy/evaluation", "_policy/language", "_policy/texts"),
    "_plan/errors": (),
    "_plan/pasted": (),
    "_plan/guard_options": ("_policy/evaluation", "_policy/language"),
    "_plan/endpoint": ("_plan/errors", "_policy/language", "_policy/meaning", "_policy/rules"),
    "_plan/bucket": (
        "_plan/endpoint",
        "_plan/guard_options",
        "_policy/building",
        "_policy/language",
        "_policy/meaning",
        "_policy/rules",
    ),
    "_plan/proof": ("_policy/building", "_policy/evaluation", "_policy/language", "_policy/proof"),
    "_plan/guard": (
        "_plan/bucket",
        "_plan/endpoint",
        "_plan/errors",
        "_plan/proof",
        "_policy/building",
        "_policy/evaluation",
        "_policy/language",
        "_policy/meaning",
        "_policy/proof",
        "_policy/rules",
    ),
    "_plan/perimeter": (
        "_plan/bucket",
        "_plan/endpoint",
        "_plan/errors",
        "_plan/guard",
        "_plan/proof",
        "_policy/building",
        "_policy/evaluation",
        "_policy/language",
        "_policy/proof",
        "_policy/rules",
    ),
    "_plan/drift": (
        "_plan/perimeter",
        "_plan/proof",
        "_policy/building",
        "_policy/evaluation",
        "_policy/language",
        "_policy/meaning",
        "_policy/proof",
    ),
    "_plan/report": ("_plan/drift", "_plan/pasted", "_policy/language"),
    "_plan/claims": ("_plan/proof", "_policy/building", "_policy/evaluation", "_policy/language", "_policy/proof"),
    "_plan/history": ("_plan/errors", "_policy/evaluation", "_policy/language"),
    "_plan/replay": (
        "_plan/errors",
        "_plan/history",
        "_plan/pasted",
        "_policy/building",
        "_policy/evaluation",
        "_policy/language",
    ),
    "_plan/accounts": ("_plan/errors", "_policy/language"),
    "_plan/automation": ("_policy/building", "_policy/language"),
    "_aws/api": (),
    "_aws/argspec": (),
    "_aws/cores": (),
    "_aws/module": ("_aws/api", "_aws/argspec", "_plan/errors", "_policy/language"),
    "_aws/bucket": (
        "_aws/api",
        "_aws/module",
        "_plan/automation",
        "_plan/bucket",
        "_plan/guard",
        "_policy/language",
        "_policy/meaning",
    ),
    "_aws/endpoint": (
        "_aws/api",
        "_aws/bucket",
        "_aws/module",
        "_plan/bucket",
        "_plan/endpoint",
        "_plan/errors",
        "_plan/guard",
        "_plan/guard_options",
        "_policy/language",
    ),
    "_aws/fleet": ("_aws/api", "_aws/bucket", "_aws/cores", "_aws/module", "_plan/bucket", "_policy/language"),
    "_aws/perimeter": (
        "_aws/api",
        "_aws/bucket",
        "_aws/fleet",
        "_aws/module",
        "_plan/bucket",
        "_plan/endpoint",
        "_policy/building",
        "_policy/language",
    ),
    "_aws/claims": (
        "_aws/api",
        "_aws/bucket",
        "_aws/module",
        "_plan/bucket",
        "_plan/claims",
        "_policy/building",
        "_policy/language",
        "_policy/proof",
    ),
    "_aws/history": (
        "_aws/api",
        "_aws/bucket",
        "_aws/cores",
        "_aws/module",
        "_plan/errors",
        "_plan/history",
        "_plan/replay",
        "_policy/language",
    ),
    "_aws/accounts": ("_aws/api", "_aws/module", "_plan/accounts"),
}
# What a room keeps to itself: only the files beside them import these.
PRIVATE = {
    "_policy/language": ("vocabulary_data",),
    "_policy/meaning": ("canonical_conditions", "subsume"),
    "_policy/rules": ("actions", "conditions", "resources"),
    "_policy/evaluation": ("explain", "explain_conditions"),
    "_policy/proof": (
        "callers",
        "cells",
        "domains",
        "example",
        "pairs",
        "passing",
        "readings",
        "search",
        "sides",
        "space",
        "world",
    ),
    "_policy/building": ("presets_data",),
    "_plan/drift": ("examples", "severity"),
    "_plan/guard": ("endpoint_passage",),
    "_plan/perimeter": ("matrix", "reach_report"),
    "_plan/report": ("documents", "drawing", "group", "header", "proof", "text", "words"),
    "_aws/bucket": ("backup", "guards"),
    "_aws/endpoint": ("converge", "errors", "guards", "read", "shown"),
    "_aws/fleet": ("discover",),
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


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree, package=""):
    """Dotted names of all imports of a file, also of those inside functions; relative ones from a package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def package_of(path):
    return OURS + ".".join(path.relative_to(PLUGINS).parent.parts)


def imports_when_loaded(tree):
    """As :func:`imports_of`, but for those in functions and those for type checkers."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from imports_of(node)


def forbidden(tree, allowed, package=""):
    return sorted(
        name
        for name in imports_of(tree, package)
        if not any(name == known or name.startswith(f"{known}.") for known in allowed)
    )


def file_of(name):
    """The file of module_utils that an import means, by itself or as where the name is; None for others."""
    if not name.startswith(f"{OURS}module_utils."):
        return None
    parts = name.removeprefix(f"{OURS}module_utils.").split(".")
    candidates = (
        MODULE_UTILS.joinpath(*parts).with_suffix(".py"),
        MODULE_UTILS.joinpath(*parts[:-1]).with_suffix(".py"),
    )
    return next((file for file in candidates if file.is_file()), None)


def room_of(file):
    """Such as _policy/language, or _plan/errors for a file that stands beside the rooms."""
    return "/".join(file.relative_to(MODULE_UTILS).with_suffix("").parts[:2])


@cache
def neighbours(file):
    """The files of other rooms that a file imports."""
    found = {file_of(name) for name in imports_of(tree_of(file), package_of(file))} - {None}
    return {other for other in found if room_of(other) != room_of(file)}


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
    assert forbidden(tree_of(path), ARROWS[directory], package_of(path)) == []


@pytest.mark.parametrize("path", [path for path in FILES if directory_of(path) in PURE_DIRECTORIES], ids=name_of)
def test_pure_code_calls_nothing_impure(path):
    assert list(impure_calls(tree_of(path))) == []


@pytest.mark.parametrize("path", sorted(MODULE_UTILS.rglob("*.py")), ids=name_of)
def test_private_and_of_a_size_to_read(path):
    text = path.read_text(encoding="utf-8")
    assert "# Note that this module util is **PRIVATE** to the collection." in text
    assert text.count("\n") <= MAXIMUM_LINES


HOUSE = sorted(MODULE_UTILS.rglob("*.py"))


def test_every_room_imports_from_where_the_table_says():
    arrows = {room: set() for room in map(room_of, HOUSE)}
    for file in HOUSE:
        arrows[room_of(file)] |= {room_of(other) for other in neighbours(file)}
    assert {room: tuple(sorted(others)) for room, others in arrows.items()} == ROOMS


def test_no_arrow_leads_back():
    seen = set()
    for room, others in ROOMS.items():
        assert set(others) <= seen, f"{room} stands in ROOMS before what it imports from"
        seen.add(room)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_small(room):
    assert len(list(MODULE_UTILS.glob(f"{room}/**/*.py"))) <= MAXIMUM_FILES


@pytest.mark.parametrize("room", PRIVATE)
def test_a_room_keeps_its_own_business(room):
    private = {MODULE_UTILS / room / f"{name}.py" for name in PRIVATE[room]}
    assert {file for file in private if not file.is_file()} == set()
    front_doors = [path for path in FILES if not path.is_relative_to(MODULE_UTILS)]
    used = {file_of(name) for path in front_doors for name in imports_of(tree_of(path))}
    used = used.union(*map(neighbours, HOUSE))
    assert private & used == set()


@pytest.mark.parametrize("path", HOUSE, ids=name_of)
def test_imports_within_module_utils_are_relative(path):
    written = {name for name in imports_of(tree_of(path)) if name.startswith(OURS)}
    assert written == set()


@pytest.mark.parametrize(
    "path", sorted((UNIT / "plugins" / "module_utils").rglob("*.py")), ids=lambda path: str(path.relative_to(UNIT))
)
def test_unit_tests_stand_in_the_rooms(path):
    assert (MODULE_UTILS / path.relative_to(UNIT / "plugins" / "module_utils").parent).is_dir()


# Ansible loads all filters, or tests, of a collection on its way to the one that it looks for, anew in each task.
@pytest.mark.parametrize("path", [path for path in FILES if directory_of(path) in ("filter", "test")], ids=name_of)
def test_filters_and_tests_import_the_core_when_they_are_called(path):
    assert [name for name in imports_when_loaded(tree_of(path)) if name.startswith((POLICY, PLAN))] == []


def shipped(path):
    """The files of module_utils that Ansible ships with a module: those that it imports, also inside of functions."""
    found, left = set(), [path]
    while left:
        file = left.pop()
        new = {file_of(name) for name in imports_of(tree_of(file), package_of(file))} - {None} - found
        found |= new
        left += new
    return {str(file.relative_to(MODULE_UTILS).with_suffix("")) for file in found}


@pytest.mark.parametrize(
    "name", ["bucket_policy_info", "change_events_info", "gateway_endpoint_info", "perimeter_info"]
)
def test_what_only_reads_does_not_bring_the_guards_along(name):
    brought = shipped(PLUGINS / "modules" / f"{name}.py")
    assert {"_aws/argspec", "_aws/api/errors"} <= brought
    assert brought & {"_policy/evaluation/decide", "_aws/bucket/guards", "_aws/endpoint/guards"} == set()
    assert "_policy/evaluation/decide" in shipped(PLUGINS / "modules" / "gateway_endpoint.py")


def test_what_replays_brings_no_guard_and_nothing_that_writes():
    brought = shipped(PLUGINS / "modules" / "access_replay.py")
    assert {"_aws/argspec", "_policy/evaluation/decide"} <= brought
    rooms = {name.rpartition("/")[0] for name in brought}
    assert (
        rooms & {"_plan/guard", "_plan/bucket", "_plan/endpoint", "_plan/drift", "_plan/perimeter", "_aws/fleet"}
        == set()
    )
    assert brought & {"_aws/bucket/converge", "_aws/bucket/guards", "_aws/endpoint/converge"} == set()


# The checks above see what they should: (code, what is allowed, what they must find).
SAMPLES = [
    ("import os", PURE, ["os"]),
    ("import os.path", PURE, ["os.path"]),
    ("def f():\n    from time import sleep", PURE, ["time.sleep"]),
    ("from . import errors", PURE, ["a.b.errors"]),
    ("from ..c import errors", {"a.c"}, []),
    ("import json\nfrom typing import Any", PURE, []),
    ("from botocore.exceptions import ClientError", ARROWS["modules"], ["botocore.exceptions.ClientError"]),
    (f"from {AWS} import s3", ARROWS["module_utils/_plan"], [f"{AWS}.s3"]),
    (f"from {AWS}.s3 import get", ARROWS["modules"], []),
    ("import jsonschema", PURE, ["jsonschema"]),
]


@pytest.mark.parametrize("code, allowed, found", SAMPLES)
def test_forbidden(code, allowed, found):
    assert forbidden(ast.parse(code), allowed, "a.b") == found


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
