# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory of accounts against the emulated Organizations, read by ansible-inventory."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from ansible_collections.perimeter.s3.plugins.filter.automation_policy import build
from ansible_collections.perimeter.s3.tests.functional.robot import Robot, actions_of, make_role, without
from tests.functional.organization import (
    MANAGEMENT,
    aws_environment,
    list_inventory,
    make_organization,
    write_inventory,
)
from tests.functional.warm_ansible import run_ansible

LISTS = ("ListOrganizationalUnitsForParent", "ListAccountsForParent")


@pytest.fixture
def organization(organizations):
    """Root/{Workloads/{Prod,Test},Sandbox}, an account or two in each, one of which is closed."""
    made = make_organization(organizations)
    for path in ("Root/Workloads", "Root/Sandbox", "Root/Workloads/Prod", "Root/Workloads/Test"):
        made.add_unit(path)
    made.add_account("payroll prod", "Root/Workloads/Prod", env="prod", data="secret")
    made.add_account("web prod", "Root/Workloads/Prod", env="prod")
    made.add_account("web test", "Root/Workloads/Test", env="test")
    made.add_account("play", "Root/Sandbox")
    made.add_account("gone", "Root/Workloads/Prod", env="prod")
    organizations.close_account(AccountId=made.accounts["gone"])
    return made


def output_of(emulator, *words):
    """Of a program that has to succeed."""
    finished = run_ansible(*words, environment=aws_environment(emulator))
    finished.check_returncode()
    return finished.stdout


def names(inventory):
    return sorted(host["account_name"] for host in inventory.hosts.values())


def test_everything_that_is_active(emulator, organization, tmp_path):
    inventory = list_inventory(emulator, write_inventory(tmp_path, regions=["us-east-1", "eu-west-1"]))
    assert inventory.status == 0, inventory.stderr
    assert names(inventory) == sorted(["payroll prod", "web prod", "web test", "play"] * 2)
    assert inventory.group("perimeter_accounts") == set(inventory.hosts)
    payroll = organization.accounts["payroll prod"]
    host = inventory.hosts[f"{payroll}-eu-west-1"]
    assert host == {
        "account_id": payroll,
        "account_name": "payroll prod",
        "account_state": "ACTIVE",
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "is_management_account": False,
        "organization_id": organization.client.describe_organization()["Organization"]["Id"],
        "organizational_unit": "Root/Workloads/Prod",
        "organizational_unit_id": organization.units["Root/Workloads/Prod"],
        "organizational_units": ["Root", "Root/Workloads", "Root/Workloads/Prod"],
        "partition": "aws",
        "private_access_account_id": payroll,
        "private_access_assume_role_arn": f"arn:aws:iam::{payroll}:role/perimeter",
        "private_access_region": "eu-west-1",
        "region": "eu-west-1",
        "role_arn": f"arn:aws:iam::{payroll}:role/perimeter",
    }
    # Two calls, two for each of the five units, and none for tags.
    assert Counter(inventory.calls) == {"DescribeOrganization": 1, "ListRoots": 1, **dict.fromkeys(LISTS, 5)}


def test_units_names_groups_and_composed_variables(emulator, organization, tmp_path):
    path = write_inventory(
        tmp_path,
        ous=["Root/Workloads", organization.units["Root/Sandbox"]],
        exclude_ous=["Root/Workloads/Test"],
        hostname="account_name | replace(' ', '-') ~ '.' ~ region",
        compose={
            "private_access_buckets": "['data-' ~ account_id]",
            "private_access_assume_role_arn": "role_arn ~ '-' ~ account_tags.get('env', 'none')",
        },
        groups={"secret": "account_tags.get('data') == 'secret'"},
        keyed_groups=[{"key": "organizational_units", "prefix": "ou"}, {"key": "region", "prefix": "in"}],
        strict=True,
    )
    inventory = list_inventory(emulator, path)
    assert inventory.status == 0, inventory.stderr
    payroll, web, play = "payroll-prod.us-east-1", "web-prod.us-east-1", "play.us-east-1"
    assert set(inventory.hosts) == {payroll, web, play}
    assert inventory.group("ou_Root") == inventory.group("in_us_east_1") == {payroll, web, play}
    assert inventory.group("ou_Root_Workloads") == inventory.group("ou_Root_Workloads_Prod") == {payroll, web}
    assert inventory.group("ou_Root_Sandbox") == {play}
    assert inventory.group("secret") == {payroll}
    assert inventory.hosts[web]["private_access_buckets"] == [f"data-{organization.accounts['web prod']}"]
    assert inventory.hosts[web]["private_access_assume_role_arn"].endswith(":role/perimeter-prod")
    assert inventory.hosts[play]["account_tags"] == {}
    # Accounts are listed where they are taken, and tags read of those that nothing else leaves out.
    assert Counter(inventory.calls)["ListAccountsForParent"] == 3
    assert Counter(inventory.calls)["ListTagsForResource"] == 3


def test_what_members_choose_is_never_evaluated(emulator, organization, tmp_path):
    """A member account may have any name and tags, and playbooks run with the rights of the management account."""
    evil = "{{ 40 + 2 }}"
    account = organization.add_account(evil, "Root/Sandbox", env=evil)
    inventory = write_inventory(tmp_path, accounts=[account], compose={"label": "account_tags.env"})
    play = tmp_path / "play.yml"
    task = {"ansible.builtin.debug": {"msg": "SAID {{ [account_name, account_tags.env, label] | join(',') }} DAIS"}}
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    said = output_of(emulator, "ansible-playbook", "-i", inventory, play)
    assert f"SAID {','.join([evil] * 3)} DAIS" in said


def test_filters(emulator, organization, tmp_path):
    play = organization.accounts["play"]
    path = write_inventory(tmp_path, tags={"env": ["prod", "stage"]}, exclude_accounts=[play], states=[])
    inventory = list_inventory(emulator, path)
    assert names(inventory) == ["gone", "payroll prod", "web prod"]
    assert {host["account_state"] for host in inventory.hosts.values()} == {"ACTIVE", "SUSPENDED"}
    assert inventory.calls.count("ListTagsForResource") == 4

    path = write_inventory(
        tmp_path, accounts=[play, MANAGEMENT], include_management_account=True, accounts_without_role=[MANAGEMENT]
    )
    inventory = list_inventory(emulator, path)
    assert set(inventory.hosts) == {f"{MANAGEMENT}-us-east-1", f"{play}-us-east-1"}
    assert inventory.hosts[f"{MANAGEMENT}-us-east-1"]["is_management_account"]
    assert [name for name, host in inventory.hosts.items() if "role_arn" not in host] == [f"{MANAGEMENT}-us-east-1"]


def test_pages_and_throttling(emulator, organization, tmp_path):
    for number in range(45):
        organization.add_account(f"many {number}", "Root/Sandbox")
    emulator.settings(throttled_organizations=4)
    inventory = list_inventory(emulator, write_inventory(tmp_path, ous=["Root/Sandbox"]))
    assert len(inventory.hosts) == 46
    # 46 accounts by twenty
    assert inventory.calls.count("ListAccountsForParent") == 3


def test_cache(emulator, organization, tmp_path):
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    path = write_inventory(tmp_path, **cache)
    first = list_inventory(emulator, path)
    assert first.status == 0, first.stderr
    organization.add_account("new", "Root/Sandbox")

    second = list_inventory(emulator, path)
    assert (second.listing, second.calls) == (first.listing, [])

    # Other options: only what is not known yet is asked for.
    write_inventory(tmp_path, **cache, tags={"env": "test"})
    third = list_inventory(emulator, path)
    assert (names(third), set(third.calls)) == (["web test"], {"ListTagsForResource"})

    # Only ansible-playbook has this option on every release of ansible-core.
    play = tmp_path / "play.yml"
    play.write_text("- hosts: all\n", encoding="utf-8")
    words = ["-i", write_inventory(tmp_path, **cache), play, "--list-hosts", "--flush-cache"]
    emulator.reset_calls()
    flushed = output_of(emulator, "ansible-playbook", *words)
    assert f"{organization.accounts['new']}-us-east-1" in flushed
    assert [call["operation"] for call in emulator.calls()] == first.calls
    kept = "".join(one.read_text(encoding="utf-8") for one in (tmp_path / "cache").iterdir())
    assert "web test" in kept
    assert "example.com" not in kept

    # Another way to AWS may lead to another organization.
    other = list_inventory(emulator, path, AWS_URL=emulator.url.replace("127.0.0.1", "localhost"))
    assert other.calls == first.calls


def test_graph_and_a_directory_of_inventories(emulator, organization, tmp_path):
    write_inventory(tmp_path, "prod", ous=["Root/Workloads/Prod"], keyed_groups=[{"key": "region", "separator": ""}])
    write_inventory(tmp_path, "test", ous=["Root/Workloads/Test"], regions=["eu-west-1"])
    graph = output_of(emulator, "ansible-inventory", "-i", tmp_path, "--graph")
    assert "|--@us_east_1:" in graph
    for name, region in (("web prod", "us-east-1"), ("web test", "eu-west-1")):
        assert f"|--{organization.accounts[name]}-{region}" in graph


def test_by_a_role_of_a_delegated_administrator(emulator, organization, tmp_path):
    admin = organization.accounts["web prod"]
    arn = f"arn:aws:iam::{admin}:role/reader"
    path = write_inventory(tmp_path, assume_role_arn=arn)
    refused = list_inventory(emulator, path)
    assert refused.status != 0
    assert "Use credentials of the organization's management account, or of a delegated administrator" in said(refused)

    organization.client.register_delegated_administrator(AccountId=admin, ServicePrincipal="ssm.amazonaws.com")
    inventory = list_inventory(emulator, path)
    assert inventory.status == 0, inventory.stderr
    assert len(inventory.hosts) == 4
    assert inventory.calls[0] == "AssumeRole"


def said(inventory):
    """What Ansible wrote, without its line breaks."""
    return " ".join(inventory.stderr.split())


# (options, what the user reads)
REFUSED = [
    ({"ous": ["Root/Workload/Prod"]}, "ous: Root/Workload/Prod: The organization has no such organizational unit."),
    ({"ous": ["Prod"]}, "There is, for example, Root/Workloads/Prod."),
    ({"exclude_ous": ["ou-xxxx-12345678"]}, "exclude_ous: ou-xxxx-12345678: The organization has no such"),
    (
        {"accounts": ["999988887777"]},
        "accounts: 999988887777: The organizational units that are looked at have no such",
    ),
    ({"regions": ["cn-north-1"]}, "regions: cn-north-1: It is in the partition aws-cn, the organization o-"),
    ({"regions": ["frankfurt"]}, "'frankfurt' is not an AWS Region"),
    ({"role_name": "arn:aws:iam::1:role/x"}, "This is no name of a role, with or without a path. Write 'perimeter'"),
    ({"hostname": "account_name"}, "A host's name is a text without white space and without , : &"),
    ({"hostname": "region"}, "hostname: us-east-1: This is the name of"),
    ({"hostname": "account_nam"}, "hostname: 'account_nam' fails for account"),
    ({"hostname": "account_name |"}, "hostname: 'account_name |' fails for account"),
    ({"compose": {"a": "nothing.at.all"}, "strict": True}, "Could not set a for host"),
    ({"states": ["CLOSING"]}, "CLOSING"),
    ({"endpoint_url": "http://127.0.0.1:9"}, "AWS cannot be reached"),
]


def test_refused(emulator, organization, tmp_path):
    """All in one directory: Ansible says of each file what is wrong, and goes on."""
    for number, (options, _text) in enumerate(REFUSED):
        write_inventory(tmp_path, f"{number:02}", **options)
    inventory = list_inventory(emulator, tmp_path, ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="false")
    assert [text for _options, text in REFUSED if text not in said(inventory)] == []
    assert "Traceback" not in inventory.stderr


def test_no_organization(emulator, tmp_path):
    inventory = list_inventory(emulator, write_inventory(tmp_path))
    assert inventory.status != 0
    assert "the account of these credentials is in no organization" in said(inventory)


def test_no_account_is_left(emulator, organization, tmp_path):
    path = write_inventory(tmp_path, ous=["Root/Workloads"], tags={"env": "stage"}, exclude_accounts=["999988887777"])
    inventory = list_inventory(emulator, path)
    assert (inventory.status, inventory.hosts) == (0, {})
    assert (
        "There is no host. The chosen units have 4 accounts, of which states leaves out 1, tags leaves out 3."
        in said(inventory)
    )
    assert "exclude_accounts: 999988887777 would not be here anyway." in said(inventory)


def test_permissions(emulator, organization, tmp_path):
    """The policies of automation_policy are enough, with and without a role, and nothing in them can be left out.

    All in one directory, each file with a user of its own, whose name has no hyphen: older releases break lines there.
    """
    tags = "organizations:ListTagsForResource"
    reading = build([], MANAGEMENT, "us-east-1", content="accounts", optional=tags)
    role = make_role(emulator, "reader", reading)
    assuming = build([], MANAGEMENT, "us-east-1", content="accounts", assume_roles=role)
    assumes = {**assuming, "Statement": [one for one in assuming["Statement"] if one["Sid"] == "AssumeRoles"]}
    secrets = []

    def write(name, document, **options):
        keys = Robot(emulator, name).may(document)
        secrets.append(keys["secret_key"])
        write_inventory(tmp_path, name, tags={"env": "prod"}, **keys, **options)

    for action in actions_of(reading):
        write(f"no_{action.partition(':')[2]}", without(reading, action), regions=["eu-north-1"])
    write("no_AssumeRole", without(assumes, "sts:AssumeRole"), regions=["eu-north-1"], assume_role_arn=role)
    write("reads", reading, regions=["us-east-1"])
    write("assumes", assumes, regions=["us-east-2"], assume_role_arn=role)

    inventory = list_inventory(emulator, tmp_path, ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="false")
    assert names(inventory) == ["payroll prod", "payroll prod", "web prod", "web prod"]
    assert {host["region"] for host in inventory.hosts.values()} == {"us-east-1", "us-east-2"}
    assert len(actions_of(reading)) == 5
    for action in actions_of(reading):
        denied = f"user/no_{action.partition(':')[2]} is not authorized to perform: {action} on resource: "
        assert denied in said(inventory)
        assert f"and allow {action} there" in said(inventory)
    # In the words of amazon.aws, if it has some.
    assert re.search("user/no_AssumeRole (has no permission for|is not authorized to perform:) sts:", said(inventory))
    assert [secret for secret in secrets if secret in inventory.stderr] == []


def test_other_files_are_for_other_plugins(emulator, organization, tmp_path):
    path = write_inventory(tmp_path)
    other = path.rename(tmp_path / "accounts.yml")
    assert list_inventory(emulator, other).status != 0
