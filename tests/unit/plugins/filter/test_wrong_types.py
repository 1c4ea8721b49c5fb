# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every filter and every test says of an argument that is of another type: its name, and what is wrong with it."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from ansible.errors import AnsibleError

from ansible_collections.perimeter.s3 import plugins

FOLDER = Path(next(iter(plugins.__path__)))


def found(kind, method):
    """Name -> function, of all plugins of a kind."""
    named = {}
    for path in sorted((FOLDER / kind).glob("*.py")):
        module = importlib.import_module(f"{plugins.__name__}.{kind}.{path.stem}")
        named |= getattr(getattr(module, f"{kind.title()}Module")(), method)()
    return named


PLUGINS = {**found("filter", "filters"), **found("test", "tests")}
DEEP = "[" * 1000 + "]" * 1000
DEEP_OBJECT = '{"Statement":' * 1000 + "1" + "}" * 1000
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    ],
}
#: A value for each argument that has to be given.
RIGHT = {
    "plan": {"result": {}},
    "planned": False,
    "account": "111122223333",
    "after": POLICY,
    "before": POLICY,
    "bucket": "examplebucket",
    "buckets": ["examplebucket"],
    "endpoint": {},
    "endpoint_id": "vpce-1a2b3c4d",
    "findings": [],
    "names": ["one"],
    "other": POLICY,
    "policies": {"examplebucket": POLICY},
    "policy": POLICY,
    "region": "eu-central-1",
    "report": {
        "status": "clean",
        "counts": {"drifted": 0, "corrected": 0, "critical": 0, "major": 0, "minor": 0, "failed": 0},
        "findings": [],
        "failures": [],
        "failed_hosts": [],
    },
    "request": {
        "principal": "arn:aws:iam::111122223333:role/app",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/x",
    },
    "variables": {},
    "vpc_id": "vpc-111bbb22",
}
WRONG = [
    5,
    5.5,
    True,
    None,
    "",
    "x",
    "{",
    DEEP,
    DEEP_OBJECT,
    [],
    [5],
    [None],
    [[]],
    ["x"],
    [{}],
    {},
    {"b": 5},
    {"b": None},
    {"b": {}},
    {"b": []},
    {"b": {"before": {}, "policy": {}}},
    {5: 5},
    {"Statement": 5},
    {"Statement": [5]},
    {"results": 5},
    [{"name": 5}],
    [{"resource": "x"}],
    [{"host": 5}],
    object(),
]
ARGUMENTS = [(name, argument) for name, one in PLUGINS.items() for argument in inspect.signature(one).parameters]


@pytest.mark.parametrize("name, argument", ARGUMENTS, ids=[f"{name}-{argument}" for name, argument in ARGUMENTS])
def test_an_argument_of_any_type_is_taken_or_explained(name, argument):
    plugin = PLUGINS[name]
    needed = {
        one: RIGHT[one] for one, known in inspect.signature(plugin).parameters.items() if known.default is known.empty
    }
    if "matrix" in inspect.signature(plugin).parameters:
        # It takes long, and nothing of it is about types.
        needed["matrix"] = False
    said = []
    for value in WRONG:
        try:
            plugin(**{**needed, argument: value})
        except AnsibleError as error:
            said.append(str(error))
    assert [one for one in said if not one.startswith(f"perimeter.s3.{name}: ")] == []


@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("reach_matrix", {"policies": {}, "buckets": 5}, "buckets: Give a list, not 5."),
        ("reach_matrix", {"policies": {}, "region": ["eu"]}, "region: Give a text, not ['eu']."),
        ("endpoint_policy", {"access": 5}, "access"),
        ("bucket_perimeter", {"endpoints": 5}, "endpoints: Give a list, not 5."),
        ("bucket_perimeter", {"tls_only": []}, "tls_only is a boolean, not []."),
        ("policy_merge", {"statements": True}, "statements: Give a list, not True."),
        ("drift_findings", {"buckets": {"b": {}}}, "Give what perimeter.s3.bucket_policy returns for b"),
        ("drift_findings", {"buckets": {"b": {}}, "endpoint": 5}, "endpoint: Give a mapping, not 5."),
        ("drift_report", {"failures": [5]}, "failures: Give a list of mappings with host, not [5]."),
        (
            "policy_normalize",
            {"policy": DEEP_OBJECT},
            "The document is nested deeper than 20 levels. A policy has six at most",
        ),
        ("policy_equivalent", {"other": DEEP_OBJECT}, "Invalid other policy: The document is nested deeper"),
        ("policy_allows", {"policies": DEEP_OBJECT}, "The document is nested deeper than 20 levels"),
    ],
)
def test_what_is_said(name, arguments, message):
    plugin = PLUGINS[name]
    needed = {
        one: RIGHT[one] for one, known in inspect.signature(plugin).parameters.items() if known.default is known.empty
    }
    with pytest.raises(AnsibleError) as caught:
        plugin(**{**needed, **arguments})
    assert str(caught.value).startswith(f"perimeter.s3.{name}: ")
    assert message in str(caught.value)


def test_a_mapping_nested_too_deep():
    deep: dict = {}
    for _level in range(1000):
        deep = {"Statement": deep}
    with pytest.raises(AnsibleError, match="nested deeper than 20 levels"):
        PLUGINS["policy_normalize"](deep)
