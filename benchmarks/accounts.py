#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization as an inventory, and runs over its accounts: ``make bench ARGS=accounts``.

- ``ansible-inventory`` over 500 accounts in 20 organizational units and 2 regions: without tags, with the tags of all,
  and from the cache; beside the same calls by boto3 alone
- a play that assumes a role and looks after one bucket policy in each of 20 accounts, with 1, 5 and 20 forks

The emulated AWS takes ``--latency`` longer for each call, all in one run: compare its rows with each other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import yaml

from tests.emulator import running_emulator
from tests.emulator.client import Emulator
from tests.functional.organization import (
    PLAY,
    Organization,
    aws_environment,
    list_inventory,
    make_organization,
    write_inventory,
)

REGIONS = ["us-east-1", "eu-west-1"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--units", type=int, default=20)
    parser.add_argument("--hosts", type=int, default=20, help="of the runs of a play")
    parser.add_argument("--forks", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--latency", type=float, default=30, help="milliseconds that each call takes longer")
    options = parser.parse_args()
    with running_emulator(max_seconds=3600) as emulator, tempfile.TemporaryDirectory() as place:
        organization = make_organization(emulator.client("organizations"))
        for number in range(options.units):
            organization.add_unit(f"Root/Unit{number}")
        for number in range(options.accounts):
            organization.add_account(f"account-{number}", f"Root/Unit{number % options.units}", number=str(number))
        emulator.settings(latency_ms=options.latency)
        figures = {
            "options": {name: value for name, value in vars(options).items() if name != "json"},
            "processors": os.cpu_count(),
            "inventory": inventories(emulator, organization, Path(place)),
            "runs": runs(emulator, organization, Path(place), options),
        }
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def inventories(emulator: Emulator, organization: Organization, place: Path) -> list[dict[str, Any]]:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(place / "cache")}
    groups = {"keyed_groups": [{"key": "organizational_units", "prefix": "ou"}, {"key": "region"}]}

    def listed(**options: Any) -> int:
        return len(list_inventory(emulator, write_inventory(place, regions=REGIONS, **groups, **options)).hosts)

    rows = []
    for name, work in (
        ("boto3 alone, without tags", lambda: read_alone(organization, tags=False)),
        ("inventory, without tags", listed),
        ("boto3 alone, tags of all", lambda: read_alone(organization, tags=True)),
        ("inventory, tags of all", lambda: listed(include_tags=True, **cache)),
        ("inventory, from the cache", lambda: listed(include_tags=True, **cache)),
    ):
        rows.append({"what": name, **measured(emulator, work)})
        if len(rows) == 1:
            print(f"{'':32}{'hosts':>8}{'calls':>8}{'seconds':>9}")
        print("{what:32}{done:>8}{calls:>8}{seconds:>9.1f}".format(**rows[-1]), flush=True)
    return rows


def read_alone(organization: Organization, tags: bool) -> int:
    """The calls that the inventory cannot do without."""
    client = organization.client
    client.describe_organization()
    client.list_roots()
    found = []
    for unit in organization.units.values():
        client.list_organizational_units_for_parent(ParentId=unit)
        pages = client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit)
        found += [account["Id"] for page in pages for account in page["Accounts"]]
    for account in found[1:] if tags else ():
        client.list_tags_for_resource(ResourceId=account)
    return len(found)


def runs(
    emulator: Emulator, organization: Organization, place: Path, options: argparse.Namespace
) -> list[dict[str, Any]]:
    chosen = list(organization.accounts.values())[: options.hosts]
    for account in chosen:
        emulator.client("s3", aws_access_key_id=f"AKIAROOT{account}").create_bucket(Bucket=f"data-{account}-us-east-1")
    inventory = place / "hosts.json"
    path = write_inventory(place, accounts=chosen)
    hosts = list_inventory(emulator, path).hosts
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    playbook = place / "play.yml"
    playbook.write_text(yaml.safe_dump(PLAY, sort_keys=False), encoding="utf-8")

    def run(forks: int) -> int:
        subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-i", inventory, "-f", str(forks), playbook],
            check=True,
            stdout=subprocess.DEVNULL,
            env=aws_environment(emulator),
        )
        return len(chosen)

    run(max(options.forks))  # What is measured is a fleet without drift.
    rows = []
    print(f"\n{'forks':>8}{'hosts':>8}{'calls':>8}{'seconds':>9}{'faster':>9}")
    for forks in options.forks:
        rows.append({"forks": forks, **measured(emulator, lambda forks=forks: run(forks))})
        rows[-1]["faster"] = round(rows[0]["seconds"] / rows[-1]["seconds"], 2)
        print("{forks:>8}{done:>8}{calls:>8}{seconds:>9.1f}{faster:>8.1f}x".format(**rows[-1]), flush=True)
    return rows


def measured(emulator: Emulator, work: Callable[[], int]) -> dict[str, Any]:
    emulator.reset_calls()
    started = time.monotonic()
    done = work()
    return {"done": done, "seconds": round(time.monotonic() - started, 2), "calls": len(emulator.calls())}


if __name__ == "__main__":
    sys.exit(main())
