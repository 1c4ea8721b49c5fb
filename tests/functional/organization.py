# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization in the emulator, and inventories of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.perimeter.s3.plugins.module_utils._plan.automation.permissions import uses_of
from tests.emulator.client import ACCESS_KEY, SECRET_KEY, Emulator
from tests.functional.warm_ansible import run_ansible

MANAGEMENT = "123456789012"  # moto's account of keys that nobody registered
# A play over such an inventory: it takes from a host what the role would take.
PLAY = [
    {
        "name": "Work in each account and region as the inventory says",
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Assume the role of the account",
                "amazon.aws.sts_assume_role": {
                    "region": "{{ private_access_region }}",
                    "role_arn": "{{ private_access_assume_role_arn }}",
                    "role_session_name": "slice",
                },
                "register": "assumed",
            },
            {
                "name": "Own a statement",
                "perimeter.s3.bucket_policy": {
                    "access_key": "{{ assumed.sts_creds.access_key }}",
                    "secret_key": "{{ assumed.sts_creds.secret_key }}",
                    "session_token": "{{ assumed.sts_creds.session_token }}",
                    "region": "{{ private_access_region }}",
                    "bucket": "data-{{ account_id }}-{{ region }}",
                    "statements": [
                        {
                            "Sid": "DenyInsecureTransport",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": "arn:aws:s3:::data-{{ account_id }}-{{ region }}/*",
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                },
            },
        ],
    }
]


@dataclass
class Organization:
    """``units`` by path and ``accounts`` by name, each with its id."""

    client: Any
    units: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)

    def add_unit(self, path: str) -> None:
        """The units above it have to be there."""
        above, _slash, name = path.rpartition("/")
        made = self.client.create_organizational_unit(ParentId=self.units[above], Name=name)
        self.units[path] = made["OrganizationalUnit"]["Id"]

    def add_account(self, name: str, path: str = "Root", **tags: str) -> str:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.client.create_account(Email=f"{name.replace(' ', '')}@example.com", AccountName=name, Tags=listed)
        account = made["CreateAccountStatus"]["AccountId"]
        if path != "Root":
            source, destination = self.units["Root"], self.units[path]
            self.client.move_account(AccountId=account, SourceParentId=source, DestinationParentId=destination)
        self.accounts[name] = account
        return account


def make_organization(client: Any) -> Organization:
    """The caller's account becomes the management account of an organization with a root only."""
    client.create_organization(FeatureSet="ALL")
    return Organization(client, {"Root": client.list_roots()["Roots"][0]["Id"]})


@dataclass(frozen=True)
class Inventory:
    """What ``ansible-inventory --list`` printed, and the AWS calls that it took, all of which are in the table."""

    status: int
    listing: dict[str, Any]
    stderr: str
    calls: list[str]

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        return self.listing["_meta"]["hostvars"]

    def group(self, name: str) -> set[str]:
        """Hosts of the group itself."""
        return set(self.listing[name].get("hosts", []))


def write_inventory(directory: Path, name: str = "test", **options: Any) -> Path:
    path = directory / f"{name}.perimeter_accounts.yml"
    content = {"plugin": "perimeter.s3.accounts", "regions": ["us-east-1"], "role_name": "perimeter", **options}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def aws_environment(emulator: Emulator, **more: str) -> dict[str, str]:
    """Credentials as AWX injects them, for the emulator."""
    variables = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_URL": emulator.url}
    return {**variables, **more}


def list_inventory(emulator: Emulator, path: Path, *words: str, **environment: str) -> Inventory:
    emulator.reset_calls()
    finished = run_ansible(
        # Exported, variables are plain values on every release of ansible-core.
        *("ansible-inventory", "-i", path, "--list", "--export", *words),
        environment=aws_environment(emulator, **{"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **environment}),
    )
    made = emulator.calls()
    assert {f"{call['service']}:{call['operation']}" for call in made} - set(uses_of("accounts")) == set()
    calls = [call["operation"] for call in made]
    listing = json.loads(finished.stdout) if finished.returncode == 0 else {}
    return Inventory(finished.returncode, _plain(listing), finished.stderr, calls)


def _plain(value: Any) -> Any:
    """Newer releases mark texts that are no templates."""
    if isinstance(value, dict):
        return value["__ansible_unsafe"] if "__ansible_unsafe" in value else {k: _plain(v) for k, v in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
