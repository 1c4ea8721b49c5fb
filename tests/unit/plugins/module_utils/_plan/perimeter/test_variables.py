# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.variables import (
    KINDS,
    KNOWN,
    read_variables,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

GOOD = {"vpc_id": "vpc-1a2b3c4d", "buckets": ["first-bucket", "second-bucket"]}


def problems(**given):
    with pytest.raises(PolicyError) as raised:
        read_variables({**GOOD, **given})
    return [str(one) for one in raised.value.problems]


def test_defaults_and_what_is_given():
    found = read_variables(GOOD)
    assert found.present
    assert (found.names, found.buckets) == (("first-bucket", "second-bucket"), ("first-bucket", "second-bucket"))
    assert (found.limit, found.restrict_by, found.wait_timeout, found.allow_aws_services) == ((), "vpce", 300, True)
    assert read_variables({f"private_access_{name}": value for name, value in GOOD.items()}) == found
    # Others than ours are not looked at.
    assert read_variables({**GOOD, "connection": {"profile": "x"}, "assume_role_arn": "y"}) == found


# What is written -> variable -> how it is read. Job templates and --extra-vars give text.
READ = [
    (
        {"buckets": "first-bucket, second-bucket\nthird-bucket"},
        "names",
        ("first-bucket", "second-bucket", "third-bucket"),
    ),
    ({"buckets": [{"name": "first-bucket", "access": "read"}, "b-2"]}, "names", ("first-bucket", "b-2")),
    ({"limit": "first-bucket vpce-1"}, "limit", ("first-bucket", "vpce-1")),
    ({"limit": [12]}, "limit", ("12",)),
    ({"prove": "false"}, "prove", False),
    ({"prove": "Yes"}, "prove", True),
    ({"exclusive": 1}, "exclusive", True),
    ({"wait_timeout": "60"}, "wait_timeout", 60),
    ({"account_id": 111122223333}, "account_id", "111122223333"),
    ({"tags": {"a": 1}}, "tags", {"a": "1"}),
    ({"tags": None}, "tags", {}),
    ({"route_tables": None}, "route_tables", ()),
    ({"aws_services": ""}, "aws_services", ()),
]


@pytest.mark.parametrize("given, name, value", READ)
def test_how_values_are_read(given, name, value):
    assert getattr(read_variables({**GOOD, **given}), name) == value


# What is declared -> what is said of it.
WRONG = [
    ({"vpc_id": ""}, "Give private_access_vpc_id or private_access_vpc_name, and not both."),
    ({"vpc_name": "one"}, "Give private_access_vpc_id or private_access_vpc_name, and not both."),
    ({"buckets": []}, "private_access_buckets is empty. Name the buckets behind the endpoint."),
    ({"buckets": 5}, "private_access_buckets: 5 is not a list. Give a list, such as [first, second]."),
    ({"buckets": {"name": "a"}}, "private_access_buckets: {'name': 'a'} is not a list."),
    (
        {"buckets": [{"access": "read"}]},
        'A dictionary in private_access_buckets has no name. Give each the key "name".',
    ),
    (
        {"buckets": ["b-1", {"name": "b-1"}]},
        "private_access_buckets names a bucket twice. Name each once: b-1.",
    ),
    (
        {"buckets": ["arn:aws:s3:::b-1"]},
        "private_access_buckets has what is not the name of a bucket: arn:aws:s3:::b-1. "
        "Give the bare name, no ARN and no URL.",
    ),
    ({"route_tables": "rtb-1"}, "private_access_route_tables: text was given. Give a list, such as [first, second]."),
    ({"account_id": "1234"}, "private_access_account_id is not an account id. Give its twelve digits, quoted."),
    (
        {"endpoint_scope": "organization"},
        "private_access_endpoint_scope is organization. Say which, with private_access_organization.",
    ),
    (
        {"endpoint_scope": "pattern"},
        "private_access_endpoint_scope is pattern. Give private_access_bucket_patterns, such as corp-data-*.",
    ),
    ({"endpoint_scope": "world"}, "private_access_endpoint_scope: 'world' is not a value of it."),
    ({"state": "there"}, "private_access_state: 'there' is not a value of it. Give present or absent."),
    ({"restrict_by": "subnet"}, "private_access_restrict_by: 'subnet' is not a value of it. Give vpce or vpc."),
    ({"prove": "maybe"}, "private_access_prove: 'maybe' is neither true nor false."),
    ({"wait_timeout": "long"}, "private_access_wait_timeout: 'long' is not a number. Give seconds."),
    ({"tags": ["a"]}, "private_access_tags: ['a'] is not a dictionary."),
    ({"access": "look"}, "private_access_access: 'look' is not an access level."),
    (
        {"buckets": [{"name": "b-1", "access": "look"}]},
        "private_access_buckets[0].access: 'look' is not an access level",
    ),
    ({"buckets": [{"name": "b-1", "prefixes": ["*"]}]}, "private_access_buckets[0].prefixes[0]: '*' is not a prefix."),
    ({"buckets": [{"name": "b-1", "acces": "read"}]}, "private_access_buckets[0].acces: Unknown option 'acces'."),
    ({"break_glass_principals": ["*"]}, "private_access_break_glass_principals[0]: '*' does not name principals"),
    ({"manager_principals": ["x"]}, "private_access_manager_principals[0]: 'x'"),
    (
        {"endpoint_scope": "pattern", "bucket_patterns": ["*"]},
        "private_access_bucket_patterns[0]: '*' is not a pattern for names of buckets.",
    ),
    (
        {"buckets": [f"a-bucket-with-a-long-name-{number:04}" for number in range(400)]},
        "characters long for 400 named buckets",
    ),
]


@pytest.mark.parametrize("given, message", WRONG)
def test_what_is_wrong_is_said(given, message):
    assert any(message in one for one in problems(**given)), problems(**given)


def test_all_that_is_wrong_is_said_at_once():
    found = problems(vpc_name="one", account_id="1", buckets=["b-1", "b-1"])
    assert len(found) == 3


def test_hundreds_of_wrong_names_are_a_sentence():
    [said] = [one for one in problems(buckets=["x y" * 20 + str(n) for n in range(300)]) if "not the name" in one]
    assert said.endswith("and 290 more. Give the bare name, no ARN and no URL.")
    assert len(said) < 1000


def test_misspelt_names_are_refused_with_what_else_is_wrong_with_single_values():
    with pytest.raises(PolicyError) as raised:
        read_variables({**GOOD, "private_access_limits": ["a"]}, ["private_access_restrictby", "ansible_host"])
    assert [one.path for one in raised.value.problems] == ["private_access_limits", "private_access_restrictby"]


def test_every_variable_has_a_default():
    assert set(KINDS) == set(read_variables(GOOD).__slots__) - {"names"}


ROLE = Path(__file__).resolve().parents[6] / "roles" / "private_access"


@pytest.mark.skipif(not ROLE.is_dir(), reason="needs the repository around it")
def test_the_table_is_that_of_the_role():
    yaml = pytest.importorskip("yaml")
    specified, defaults, constants = (
        yaml.safe_load(Path(ROLE, name).read_text(encoding="utf-8"))
        for name in ("meta/argument_specs.yml", "defaults/main.yml", "vars/main.yml")
    )
    options = specified["argument_specs"]["main"]["options"]
    assert set(options) == set(defaults)
    # Facts and the hosts of the playbooks are no options of the role.
    assert set(KNOWN["private_access_"]) - set(options) == {"private_access_hosts", "private_access_result"}
    assert set(options) <= set(KNOWN["private_access_"])
    assert sorted(constants["__private_access_declared"]) == sorted(f"private_access_{name}" for name in KINDS)
    for name, (read, default) in KINDS.items():
        assert read(defaults[f"private_access_{name}"], name) == read(default, name), name


@pytest.mark.parametrize("count, more", [(9, ""), (10, ""), (11, " and 1 more"), (12, " and 2 more")])
def test_names_are_listed_up_to_a_number(count, more):
    odd = [f"s3:{number}" for number in range(count)]
    said = f"has what is not the name of a bucket: {', '.join(odd[:10])}{more}."
    assert any(said in one for one in problems(buckets=odd))


@pytest.mark.parametrize("name, wrong", [("drift_correct", "maybe"), ("drift_who", "2"), ("drift_fail_on", "all")])
def test_variables_of_the_playbook(name, wrong):
    with pytest.raises(PolicyError) as raised:
        read_variables(GOOD, playbook={name: wrong})
    assert [one.path for one in raised.value.problems] == [name]
    assert "There is no such variable" not in str(raised.value)
    with pytest.raises(PolicyError, match=r"no such variable\. Known are drift_correct, drift_fail_on, drift_who\."):
        read_variables(GOOD, playbook={f"{name}s": True})


@pytest.mark.parametrize("fail_on", ["critical", "major", "minor", "never"])
def test_a_playbook_fails_on_any_severity_or_never(fail_on):
    playbook = {"drift_fail_on": fail_on, "drift_correct": "true", "drift_who": False}
    assert read_variables(GOOD, playbook=playbook) == read_variables(GOOD)
