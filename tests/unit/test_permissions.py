# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of permissions has every call that the code can make, and no other; and everything that makes one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml
from botocore import xform_name
from botocore.session import get_session

from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import (
    CALLS,
    OPTIONAL,
    USES,
    uses_of,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import find_action

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
SERVICES = ("cloudtrail", "ec2", "iam", "organizations", "s3", "sts")
#: Calls that modules and the inventory of amazon.aws make for the role and for our inventory.
OF_OTHERS = {
    "amazon.aws.sts_assume_role": {"sts:AssumeRole"},
}
#: Playbooks that make no call to AWS, or whose calls are not those of this collection.
NO_CALLS = {"awx_setup", "events_setup"}


def operations():
    """Name in code, of the method or of the operation -> the calls that it can mean."""
    found = {}
    for service in SERVICES:
        for operation in get_session().get_service_model(service).operation_names:
            for name in (operation, xform_name(operation)):
                found.setdefault(name, set()).add(f"{service}:{operation}")
    return found


def names_in(code):
    """Names of attributes and strings of a file: a call to AWS has its name in one of them."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def calls_in_code():
    known = operations()
    files = [path for part in ("module_utils/_aws", "modules", "inventory") for path in (PLUGINS / part).rglob("*.py")]
    assert files
    names = {name for path in files for name in names_in(path.read_text(encoding="utf-8"))}
    return {call for name in names for call in known.get(name, ())}


def test_the_code_makes_the_calls_of_the_table():
    assert calls_in_code() == set(CALLS) - (
        set().union(*OF_OTHERS.values()) - {"ec2:DescribeVpcs", "sts:GetCallerIdentity"}
    )


def test_the_search_sees_calls():
    code = "client.get_role()\n_call('ModifyVpcEndpoint')\nclient.get_paginator('list_accounts')\nnothing.get('x')"
    found = {call for name in names_in(code) for call in operations().get(name, ())}
    assert found == {"iam:GetRole", "ec2:ModifyVpcEndpoint", "organizations:ListAccounts"}


def test_each_call_of_the_table_is_used():
    assert {call for name in USES for call in USES[name]} == set(CALLS)


@pytest.mark.parametrize("call", CALLS)
def test_permissions_exist(call):
    for permission, _about in CALLS[call]:
        service, _colon, name = permission.partition(":")
        if service == "s3":
            assert find_action(permission), permission
        else:
            assert name in get_session().get_service_model(service).operation_names


def modules_in(path):
    """Modules and roles that the tasks of a file run, by their full names."""

    def walk(node):
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        elif isinstance(node, dict):
            for key, value in node.items():
                if re.fullmatch(r"(perimeter\.s3|amazon\.aws)\.\w+", str(key)):
                    yield key
                elif key in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
                    if "tasks_from" in value:
                        role = ROOT / "roles" / value["name"].removeprefix("perimeter.s3.")
                        yield from modules_in(role / "tasks" / f"{value['tasks_from']}.yml")
                    else:
                        yield value["name"]
                elif key == "roles":
                    yield from (role["role"] if isinstance(role, dict) else role for role in value)
                else:
                    yield from walk(value)

    return set(walk(yaml.safe_load(path.read_text(encoding="utf-8"))))


def test_everything_that_calls_aws_is_in_the_table():
    modules = {path.stem for path in (PLUGINS / "modules").glob("[!_]*.py")}
    inventories = {path.stem for path in (PLUGINS / "inventory").glob("[!_]*.py")}
    roles = {path.parent.parent.name for path in (ROOT / "roles").glob("*/meta/main.yml")}
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - NO_CALLS
    assert set(USES) == modules | inventories | roles | playbooks


def test_drift_asks_who_besides():
    asked = {"perimeter.s3.private_access", "perimeter.s3.change_events_info"}
    assert modules_in(ROOT / "playbooks" / "drift.yml") == asked
    calls = {**uses_of("private_access"), **dict.fromkeys(uses_of("change_events_info"), OPTIONAL)}
    assert uses_of("drift") == calls


COMPOSED = {
    "private_access": "roles/private_access/tasks/*.yml",
    "drift": "playbooks/drift.yml",
    "preview": "playbooks/preview.yml",
    "restore": "playbooks/restore.yml",
}


@pytest.mark.parametrize("name, files", COMPOSED.items())
def test_role_and_playbooks_make_calls_of_what_they_run(name, files):
    calls = set()
    for used in {used for path in ROOT.glob(files) for used in modules_in(path)}:
        calls |= OF_OTHERS[used] if used in OF_OTHERS else set(uses_of(used.removeprefix("perimeter.s3.")))
    assert set(uses_of(name)) <= calls


def test_each_call_takes_permissions_and_each_use_has_calls():
    # Whoever calls may ask who they are.
    assert {call for call, taken in CALLS.items() if not taken} == {"sts:GetCallerIdentity"}
    assert all(calls for name, calls in USES.items() if name not in NO_CALLS)
