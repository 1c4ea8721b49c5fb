# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The case tables of the evaluator are well-formed; what they mean is said in cases/README.md."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"
FILES = {kind: sorted((CASES / kind).glob("*.json")) for kind in ("evaluate", "invalid")}
MINIMUM = 450

DECISIONS = {"allow", "explicit_deny", "implicit_deny", "unknown"}
LAYERS = {
    "identity_policy",
    "bucket_policy",
    "endpoint_policy",
    "service_control_policy",
    "resource_control_policy",
    "permissions_boundary",
    "session_policy",
    "block_public_access",
    "network_path",
}
REQUEST_KEYS = {"principal", "action", "resource", "through", "called_via", "context"}
POLICY_KEYS = {
    "identity",
    "bucket",
    "endpoint",
    "scp",
    "rcp",
    "boundary",
    "session",
    "block_public_access",
    "resource_account",
    "resource_region",
}
WITH_PRINCIPAL = {"bucket", "endpoint", "rcp"}
CASE_KEYS = {"evaluate": {"name", "source", "request", "policies", "expect"}}
CASE_KEYS["invalid"] = CASE_KEYS["evaluate"] - {"expect"} | {"error"}
EXPECT_KEYS = {"decision", "layer", "statement", "missing_keys"}
SOURCE = re.compile(
    r"https://(docs\.aws\.amazon\.com|docs\.amazonaws\.cn)/\S+\.html(#\S+)?"
    r"|https://github\.com/(aws-samples|aws)/\S+"
)


def merge(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {key: merge(base.get(key), over[key]) if key in over else base[key] for key in {**base, **over}}
    return over


def cases(path: Path) -> list[dict[str, Any]]:
    table = json.loads(path.read_text(encoding="utf-8"))
    assert set(table) == {"defaults", "cases"}, path.name
    assert set(table["defaults"]) <= {"source", "request", "policies"}, path.name
    return [merge(table["defaults"], case) for case in table["cases"]]


def statements(layer: Any) -> list[dict[str, Any]]:
    """The statements of every document in a structure of lists and documents."""
    if isinstance(layer, list):
        return [statement for item in layer for statement in statements(item)]
    if isinstance(layer, dict) and "Statement" in layer:
        found = layer["Statement"]
        return [found] if isinstance(found, dict) else list(found)
    return []


@pytest.mark.parametrize("kind, path", [(kind, path) for kind, paths in FILES.items() for path in paths])
def test_every_case_is_well_formed(kind: str, path: Path) -> None:
    table = cases(path)
    assert table
    for case in table:
        name = case["name"]
        assert set(case) == CASE_KEYS[kind], name
        assert name.endswith(".") and "\n" not in name, name
        assert SOURCE.fullmatch(case["source"]), (name, case["source"])
        if kind == "evaluate":
            well_formed_decision(case)
        else:
            assert set(case["error"]) == {"path", "contains"} and case["error"]["contains"], name


def well_formed_decision(case: dict[str, Any]) -> None:
    name, expect, request = case["name"], case["expect"], case["request"]
    assert {"principal", "action", "resource"} <= set(request) <= REQUEST_KEYS, name
    assert set(case["policies"]) <= POLICY_KEYS, name
    assert "decision" in expect and set(expect) <= EXPECT_KEYS, name
    assert expect["decision"] in DECISIONS, name
    assert expect.get("layer") in {None} | LAYERS, name
    found = {layer: statements(document) for layer, document in case["policies"].items()}
    for layer, listed in found.items():
        for statement in listed:
            # Resource-based policies name principals, the policies of principals do not.
            named = bool({"Principal", "NotPrincipal"} & set(statement))
            assert named == (layer in WITH_PRINCIPAL), (name, layer)
            assert {"Effect"} <= set(statement) and {"Action", "NotAction"} & set(statement), (name, layer)
            assert {"Resource", "NotResource"} & set(statement), (name, layer)
    if "statement" in expect:
        assert expect["statement"] in {None} | {s.get("Sid") for listed in found.values() for s in listed}, name
    if "missing_keys" in expect:
        assert expect["decision"] == "unknown", name
        assert expect["missing_keys"] and all(isinstance(key, str) for key in expect["missing_keys"]), name


def test_names_are_unique() -> None:
    names = Counter(case["name"] for paths in FILES.values() for path in paths for case in cases(path))
    assert [name for name, count in names.items() if count > 1] == []


def test_there_are_enough_cases() -> None:
    assert sum(len(cases(path)) for path in FILES["evaluate"]) >= MINIMUM
