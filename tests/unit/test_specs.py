# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module takes the options that it documents: two texts of the same thing, held against each other."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.doc_fragments import (
    _aws,
    _bucket_guards,
    _buckets,
    _policies,
)
from ansible_collections.perimeter.s3.plugins.module_utils._aws import module as module_utils
from ansible_collections.perimeter.s3.plugins.modules import access_check, bucket_policies, bucket_policy_info

MODULES = tuple(
    import_module(f"{access_check.__package__}.{path.stem}")
    for path in sorted(Path(access_check.__file__).parent.glob("[!_]*.py"))
)
#: Those with options.
FRAGMENTS = {
    "perimeter.s3._aws": (_aws, "DOCUMENTATION"),
    "perimeter.s3._bucket_guards": (_bucket_guards, "DOCUMENTATION"),
    "perimeter.s3._buckets": (_buckets, "DOCUMENTATION"),
    "perimeter.s3._buckets.discover": (_buckets, "DISCOVER"),
    "perimeter.s3._policies": (_policies, "DOCUMENTATION"),
    "perimeter.s3._policies.owners": (_policies, "OWNERS"),
}
#: Of an option, what both texts say of it; and what it is where they do not.
TOLD = {"type": "str", "required": False, "default": None, "elements": None, "choices": None, "aliases": []}


class Made(Exception):
    """Carries what a module was made with."""


def made(monkeypatch, module):
    def record(**given):
        raise Made(given)

    monkeypatch.setattr(module_utils, "AnsibleAWSModule", record)
    with pytest.raises(Made) as caught:
        module.main()
    return caught.value.args[0]


def options_of(fragment, section="DOCUMENTATION"):
    return yaml.safe_load(getattr(fragment.ModuleDocFragment, section))["options"]


def told(options):
    """Name -> what is said of it, in the same form for both texts."""
    return {
        name: {
            **{key: one.get(key, unsaid) for key, unsaid in TOLD.items()},
            "aliases": sorted(one.get("aliases", ())),
            "options": told(one.get("options") or one.get("suboptions") or {}),
        }
        for name, one in options.items()
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda one: one.__name__.rsplit(".", maxsplit=1)[-1])
def test_a_module_takes_what_it_documents(module, monkeypatch):
    documented = yaml.safe_load(module.DOCUMENTATION)
    extended = documented["extends_documentation_fragment"]
    assert [name for name in extended if name not in FRAGMENTS and "._attributes" not in name] == []
    options = dict(documented["options"])
    for fragment in (FRAGMENTS[name] for name in extended if name in FRAGMENTS):
        for name, one in options_of(*fragment).items():
            # What a module says of it comes first, as it does for Ansible.
            options[name] = {**one, **options.get(name, {})}
    given = made(monkeypatch, module)
    assert given["supports_check_mode"] is True
    found = told(given["argument_spec"])
    assert found == told(options)


def test_secrets_and_the_environment_are_treated_as_documented(monkeypatch):
    found = made(monkeypatch, access_check)["argument_spec"]
    for name, one in options_of(_aws).items():
        read = list(found[name].get("fallback", (None, []))[1])
        assert read == re.findall(r"E\(([A-Z_]+)\)", " ".join(one["description"])), name
    assert {name: one["no_log"] for name, one in found.items() if "no_log" in one} == {
        "access_key": False,
        "secret_key": True,
        "session_token": True,
    }


@pytest.mark.parametrize(
    "module", [bucket_policies, bucket_policy_info], ids=lambda one: one.__name__.rsplit(".", maxsplit=1)[-1]
)
def test_buckets_are_named_or_discovered(module, monkeypatch):
    given = made(monkeypatch, module)
    assert ("buckets", "discover") in given["mutually_exclusive"]
    assert ("buckets", "discover") in given["required_one_of"]
