# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which accounts become hosts, and what their hosts know."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.plan import (
    Account,
    Chosen,
    Filters,
    Organization,
    Roles,
    choose_accounts,
    choose_tagged,
    default_name,
    make_hosts,
    name_hosts,
    warnings,
    with_tags,
)
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.units import Unit
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal

UNIT = Unit(("r-ab12", "ou-ab12-work0001"), ("Root", "Workloads"))
ORGANIZATION = Organization("o-exampleorgid", "aws", "999999999999")
MANAGING = Account("999999999999", "master", "ACTIVE", UNIT)
ONE = Account("111122223333", "One", "ACTIVE", UNIT)
TWO = Account("222233334444", "Two", "ACTIVE", UNIT)
CLOSED = Account("333344445555", "Closed", "CLOSED", UNIT)
ACCOUNTS = [MANAGING, ONE, TWO, CLOSED]
ACTIVE = frozenset({"ACTIVE"})

# (filters, the accounts that pass, how many each option leaves out)
FILTERED = [
    (Filters(), [ONE, TWO, CLOSED], {"include_management_account": 1}),
    (Filters(states=ACTIVE), [ONE, TWO], {"include_management_account": 1, "states": 1}),
    (Filters(states=ACTIVE, management_account=True), [MANAGING, ONE, TWO], {"states": 1}),
    (Filters(states=frozenset({"ACTIVE", "CLOSED"}), management_account=True), ACCOUNTS, {}),
    (Filters(accounts=frozenset({ONE.id})), [ONE], {"accounts": 3}),
    (Filters(accounts=frozenset({CLOSED.id}), states=ACTIVE), [], {"accounts": 3, "states": 1}),
    (
        Filters(exclude_accounts=frozenset({ONE.id, "123456789012"})),
        [TWO, CLOSED],
        {"exclude_accounts": 1, "include_management_account": 1},
    ),
    (
        Filters(accounts=frozenset({ONE.id, TWO.id}), exclude_accounts=frozenset({ONE.id})),
        [TWO],
        {"accounts": 2, "exclude_accounts": 1},
    ),
]


@pytest.mark.parametrize("filters, accounts, left_out", FILTERED)
def test_choose_accounts(filters, accounts, left_out):
    assert choose_accounts(ACCOUNTS, filters, ORGANIZATION) == Chosen(accounts, Counter(left_out))


def test_named_account_that_is_not_there():
    with pytest.raises(Refusal, match=r"^accounts: 123456789012: The organizational units .* have no such account"):
        choose_accounts(ACCOUNTS, Filters(accounts=frozenset({ONE.id, "123456789012"})), ORGANIZATION)


def test_state_that_an_old_botocore_does_not_read():
    stateless = [replace(ONE, state="")]
    with pytest.raises(Refusal, match=r"^account 111122223333: It has no state .* Update boto3"):
        choose_accounts(stateless, Filters(states=ACTIVE), ORGANIZATION)
    assert choose_accounts(stateless, Filters(), ORGANIZATION).accounts == stateless
    # One that is left out anyway needs no state.
    assert not choose_accounts(
        stateless, Filters(states=ACTIVE, exclude_accounts=frozenset({ONE.id})), ORGANIZATION
    ).accounts


TAGS = {"env": "prod", "class": "secret"}
# (tags asked for, whether the account with TAGS has them)
TAGGED = [
    ({}, True),
    ({"env": None}, True),
    ({"env": frozenset({"prod"})}, True),
    ({"env": frozenset({"test", "prod"})}, True),
    ({"env": frozenset({"prod"}), "class": frozenset({"secret"})}, True),
    ({"env": frozenset({"prod"}), "class": frozenset({"public"})}, False),
    ({"env": frozenset({"Prod"})}, False),
    ({"Env": None}, False),
    ({"env": frozenset()}, False),
]


@pytest.mark.parametrize("wanted, passes", TAGGED)
def test_choose_tagged(wanted, passes):
    account = with_tags(ONE, TAGS)
    chosen = choose_tagged([account], Counter({"states": 2}), Filters(tags=wanted))
    assert chosen.accounts == ([account] if passes else [])
    assert chosen.left_out == Counter({"states": 2} if passes else {"states": 2, "tags": 1})


# (filters, what passed, warnings)
WARNED = [
    (Filters(), Chosen([ONE], Counter(states=1)), []),
    (Filters(exclude_accounts=frozenset({TWO.id})), Chosen([ONE], Counter(exclude_accounts=1)), []),
    (
        Filters(exclude_accounts=frozenset({"123456789012"})),
        Chosen([ONE], Counter()),
        ["exclude_accounts: 123456789012 would not be here anyway. Is the number right?"],
    ),
    (
        Filters(),
        Chosen([], Counter(tags=3, states=1)),
        ["There is no host. The chosen units have 4 accounts, of which states leaves out 1, tags leaves out 3."],
    ),
]


@pytest.mark.parametrize("filters, chosen, expected", WARNED)
def test_warnings(filters, chosen, expected):
    assert warnings(ACCOUNTS, chosen, filters) == expected


def test_no_account_at_all():
    expected = ["There is no host. The chosen units have 0 accounts."]
    assert warnings([], Chosen([], Counter()), Filters()) == expected


def hosts(accounts, regions=("eu-west-1",), organization=ORGANIZATION, without=()):
    return make_hosts(accounts, regions, organization, Roles("path/perimeter", frozenset(without)))


def test_variables():
    (host,) = hosts([with_tags(ONE, TAGS)])
    role = "arn:aws:iam::111122223333:role/path/perimeter"
    assert host == {
        "account_id": "111122223333",
        "account_name": "One",
        "account_state": "ACTIVE",
        "account_tags": TAGS,
        "is_management_account": False,
        "organization_id": "o-exampleorgid",
        "organizational_unit": "Root/Workloads",
        "organizational_unit_id": "ou-ab12-work0001",
        "organizational_units": ["Root", "Root/Workloads"],
        "partition": "aws",
        "private_access_account_id": "111122223333",
        "private_access_assume_role_arn": role,
        "private_access_region": "eu-west-1",
        "region": "eu-west-1",
        "role_arn": role,
    }


def test_each_account_in_each_region():
    found = [(host["account_id"], host["region"]) for host in hosts([TWO, ONE], ["eu-west-1", "eu-central-1"])]
    assert found == [(one.id, region) for one in (ONE, TWO) for region in ("eu-west-1", "eu-central-1")]


def test_role_by_partition_and_none_where_it_is_not_wanted():
    chinese = replace(ORGANIZATION, partition="aws-cn")
    first, second = hosts([ONE, TWO], ["cn-north-1"], chinese, without=[ONE.id])
    assert not {"role_arn", "private_access_assume_role_arn"} & first.keys()
    assert second["private_access_assume_role_arn"] == "arn:aws-cn:iam::222233334444:role/path/perimeter"


def test_tags_that_nobody_asked_for_are_not_there():
    assert "account_tags" not in hosts([ONE])[0]
    assert hosts([with_tags(ONE, {})])[0]["account_tags"] == {}


def test_default_name():
    assert default_name(hosts([ONE])[0]) == "111122223333-eu-west-1"


def test_name_hosts():
    found = hosts([ONE, TWO])
    assert name_hosts(zip(["b", "a.eu-west-1"], found, strict=True)) == [("b", found[0]), ("a.eu-west-1", found[1])]


@pytest.mark.parametrize("name", ["", "two words", "a,b", "a:b", "tab\t", "a*", "[a]", "~a", "a@b", 7, None, ["a"]])
def test_bad_names(name):
    with pytest.raises(Refusal, match=r"^hostname: .* for account 111122223333: A host's name is a text without"):
        name_hosts([(name, hosts([ONE])[0])])


def test_one_name_for_two():
    with pytest.raises(Refusal, match=r"^hostname: same: This is the name of 111122223333 in a-1 and 1111"):
        name_hosts(("same", host) for host in hosts([ONE], ["a-1", "b-2"]))
