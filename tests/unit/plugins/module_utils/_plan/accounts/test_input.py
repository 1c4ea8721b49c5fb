# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the inventory of accounts."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.input import (
    check_regions,
    needs_tags,
    read_filters,
    read_roles,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.plan import Filters, Organization, Roles
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

DEFAULTS = {
    "accounts": [],
    "accounts_without_role": [],
    "role_name": "perimeter",
    "exclude_accounts": [],
    "states": ["ACTIVE"],
    "tags": {},
    "include_management_account": False,
    "include_tags": None,
    "hostname": None,
    "compose": {},
    "groups": {},
    "keyed_groups": [],
}


def options(**given):
    return {**DEFAULTS, **given}


def test_read_filters():
    assert read_filters(DEFAULTS) == Filters(states=frozenset({"ACTIVE"}), tags={})
    given = options(
        accounts=["111122223333"],
        exclude_accounts=["012345678901"],
        states=[],
        tags={"env": ["prod", "stage"], "year": 2026, "any": None},
        include_management_account=True,
    )
    assert read_filters(given) == Filters(
        accounts=frozenset({"111122223333"}),
        exclude_accounts=frozenset({"012345678901"}),
        states=frozenset(),
        tags={"env": frozenset({"prod", "stage"}), "year": frozenset({"2026"}), "any": None},
        management_account=True,
    )


# 012345670123 without quotes is an octal number to YAML.
@pytest.mark.parametrize("option", ["accounts", "exclude_accounts", "accounts_without_role"])
@pytest.mark.parametrize("value", ["12345678901", 0o12345670123, "1111-2222-3333", "prod", ""])
def test_bad_account_ids(option, value):
    read = read_roles if option == "accounts_without_role" else read_filters
    with pytest.raises(Refusal, match=rf"^{option}: {value}: An account's id has twelve digits. Write ids in quotes"):
        read(options(**{option: ["111122223333", value]}))


@pytest.mark.parametrize("value", [True, {"a": "b"}, ["a", None], [["a"]]])
def test_bad_tags(value):
    with pytest.raises(Refusal, match=r"^tags: env: .* is no value of a tag"):
        read_filters(options(tags={"env": value}))


@pytest.mark.parametrize("name", ["perimeter", "automation/perimeter", "a/b/c+=,.@-_1", "x" * 64])
def test_good_role_names(name):
    given = options(role_name=name, accounts_without_role=["111122223333"])
    assert read_roles(given) == Roles(name, frozenset({"111122223333"}))


@pytest.mark.parametrize(
    "name", ["", "arn:aws:iam::111122223333:role/x", "a b", "/x", "x/", "a//b", "x" * 65, "{{ name }}", "rôle"]
)
def test_bad_role_names(name):
    with pytest.raises(Refusal, match=r"^role_name: .*This is no name of a role"):
        read_roles(options(role_name=name))


def test_regions_of_the_partition():
    check_regions(["eu-central-1", "us-east-1"], Organization("o-exampleorgid", "aws", "111122223333"))
    check_regions(["us-gov-west-1"], Organization("o-exampleorgid", "aws-us-gov", "111122223333"))


# (regions, error, what it says)
BAD_REGIONS = [
    ([], Refusal, "regions: There is none"),
    (["eu-west-1", "eu-west-1"], Refusal, "regions: eu-west-1: It is there twice"),
    (
        ["eu-west-1", "cn-north-1"],
        Refusal,
        "regions: cn-north-1: It is in the partition aws-cn, the organization o-1 in",
    ),
    (["Frankfurt"], PolicyError, "'Frankfurt' is not an AWS Region"),
]


@pytest.mark.parametrize("regions, error, text", BAD_REGIONS)
def test_bad_regions(regions, error, text):
    with pytest.raises(error, match=text):
        check_regions(regions, Organization("o-1", "aws", "111122223333"))


# (options, whether tags are read)
TAGS_READ = [
    ({}, False),
    ({"tags": {"env": None}}, True),
    ({"include_tags": True}, True),
    ({"include_tags": False}, False),
    ({"include_tags": False, "tags": {"env": None}}, True),
    ({"include_tags": False, "hostname": "account_tags.name"}, False),
    ({"hostname": "account_tags.name"}, True),
    ({"compose": {"vpc": "account_tags['vpc']"}}, True),
    ({"groups": {"prod": "'prod' in account_tags.values()"}}, True),
    ({"keyed_groups": [{"key": "account_tags"}]}, True),
    ({"keyed_groups": [{"key": "region"}]}, False),
]


@pytest.mark.parametrize("given, read", TAGS_READ)
def test_needs_tags(given, read):
    assert needs_tags(options(**given)) is read
