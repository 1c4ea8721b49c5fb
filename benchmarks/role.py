#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role private_access and the playbook drift, beside what they were before the role looked, decided and acted.

The collection of an earlier commit is taken out of git into a temporary directory. Each of the two has an emulated AWS
of its own, with the same VPC and buckets, which its own role has converged. Their runs take turns, and the median of
each counts. ``emulator`` are the processor seconds of the emulated AWS, the same work for both, and part of the seconds
beside them; ``processor`` are those of ansible-playbook and its children. Compare the ratios, not the seconds, with
those of another machine.

- nothing drifted: 2, 1,000 and (the new one alone) 10,000 buckets
- the policy of one of 1,000 buckets has drifted, and is corrected
- the playbook drift on 1,000 buckets, of which one has drifted
- the start of one module: ``bucket_policy_info`` on one bucket, of the file that Ansible ships
- the bytes and files that Ansible ships with a module
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.emulator import running_emulator

ROOT = Path(__file__).resolve().parents[1]
#: The commit before the role looked, decided and acted.
BEFORE = "4446649"
SECONDS = 7200
MODULES = ("bucket_policies", "bucket_policy_info", "gateway_endpoint", "gateway_endpoint_info", "perimeter_info")
#: A job: what it is called, the playbook, how many buckets, whether one drifts before each run, and what the ratio of
#: the seconds may be.
JOBS = (
    ("nothing drifted", "private_access", 2, False, 0.5),
    ("nothing drifted", "private_access", 1000, False, 0.45),
    ("one drifted, corrected", "private_access", 1000, True, 0.6),
    ("drift playbook, one drifted", "drift", 1000, True, 0.6),
)


@dataclass(frozen=True)
class Run:
    seconds: float
    processor: float
    emulator: float
    modules: int


@dataclass
class Side:
    """A collection with an emulated AWS."""

    name: str
    collections: Path
    emulator: Any
    folder: Path
    vpc: str = ""

    def __post_init__(self) -> None:
        given = self.emulator.connection
        options = {
            "endpoint_url": given["endpoint_url"],
            "region_name": given["region"],
            "aws_access_key_id": given["access_key"],
            "aws_secret_access_key": given["secret_key"],
        }
        self.s3 = boto3.client("s3", **options)
        self.ec2 = boto3.client("ec2", **options)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.folder.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHONPATH"))},
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "AWS_URL": given["endpoint_url"],
            "AWS_REGION": given["region"],
            "AWS_ACCESS_KEY_ID": given["access_key"],
            "AWS_SECRET_ACCESS_KEY": given["secret_key"],
        }

    def buckets(self, count: int) -> list[str]:
        names = [f"bench-{count}-{number:05}" for number in range(count)]
        for name in names:
            self.s3.create_bucket(Bucket=name)
        return names

    def play(self, playbook: str, names: list[str], **more: Any) -> Run:
        # With so many names they do not fit into an endpoint policy.
        scope = {"private_access_endpoint_scope": "account"} if len(names) > 200 else {}
        given = {"private_access_vpc_id": self.vpc, "private_access_buckets": names, **scope, **more}
        variables = self.folder / "variables.json"
        variables.write_text(json.dumps(given), encoding="utf-8")
        file = self.collections / "ansible_collections/perimeter/s3/playbooks" / f"{playbook}.yml"
        words = ["ansible-playbook", "-i", "localhost,", file, "-e", f"@{variables}"]
        emulator, processor, started = self._emulated(), _children(), time.monotonic()
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False)
        run = Run(
            time.monotonic() - started,
            _children() - processor,
            self._emulated() - emulator,
            _modules(done.stdout),
        )
        if done.returncode:
            raise SystemExit(f"{self.name}: {playbook} failed\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return run

    def damage(self, name: str) -> None:
        self.s3.delete_bucket_policy(Bucket=name)

    def _emulated(self) -> float:
        """Its processor seconds so far."""
        fields = Path(f"/proc/{self.emulator.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def shipped(self, module: str, arguments: dict[str, Any]) -> Path | None:
        """The file that Ansible makes of a module, kept; None if there is no such module."""
        folder = self.folder / "kept" / module
        shutil.rmtree(folder, ignore_errors=True)
        words = ["ansible", "localhost", "-i", "localhost,", "-c", "local", "-m", f"perimeter.s3.{module}"]
        environment = {
            **self.environment,
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_REMOTE_TMP": str(folder),
        }
        words += ["-a", json.dumps(arguments)] if arguments else []
        subprocess.run(words, env=environment, capture_output=True, check=False)
        return next(iter(folder.rglob(f"AnsiballZ_{module}.py")), None)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


#: The tasks that run a module, by what they are called in one of the two.
_TASKS = (
    "Ask who we are",
    "Keep the endpoint",
    "Keep the buckets closed",
    "Look at the account",
    "Read the policies of buckets",
    "Look up the VPC",
)


def _modules(output: str) -> int:
    """How many modules were run: tasks of these names that were not skipped."""
    blocks = output.split("\nTASK [")[1:]
    run = [block for block in blocks if any(name in block.partition("]")[0] for name in _TASKS)]
    return sum("\nok:" in block or "\nchanged:" in block for block in run)


@contextmanager
def before(commit: str, folder: Path) -> Iterator[Path]:
    """A directory of collections with that of the commit."""
    archive = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=True).stdout
    place = folder / "ansible_collections" / "perimeter" / "s3"
    place.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(place, filter="data")
    (folder / "ansible_collections" / "amazon").symlink_to(_here() / "ansible_collections" / "amazon")
    yield folder


def _here() -> Path:
    return Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0])


def medians(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in Run.__dataclass_fields__))


def compared(sides: list[Side], rounds: int, job: tuple[str, str, int, bool, float]) -> dict[str, Any]:
    """One row: both sides in turns."""
    said, playbook, count, drifts, aim = job
    names = {side.name: side.buckets(count) for side in sides}
    runs: dict[str, list[Run]] = {side.name: [] for side in sides}
    more = {"drift_correct": True} if playbook == "drift" else {}
    for side in sides:
        side.play("private_access", names[side.name])
    for _round in range(rounds):
        for side in sides:
            if drifts:
                side.damage(names[side.name][count // 2])
            runs[side.name].append(side.play(playbook, names[side.name], **more))
    found = {name: medians(each) for name, each in runs.items()}
    old, new = found["before"], found["after"]
    return {
        "job": said,
        "buckets": count,
        "ratio": round(new.seconds / old.seconds, 3),
        "ratio_without_emulator": round((new.seconds - new.emulator) / (old.seconds - old.emulator), 3),
        "ratio_processor": round(new.processor / old.processor, 3),
        "aim": aim,
        **{f"{name}_{field}": round(value, 2) for name, run in found.items() for field, value in vars(run).items()},
    }


def starts(sides: list[Side], rounds: int) -> dict[str, Any]:
    """One start of a module, as Ansible runs it."""
    name = "bench-start"
    files: dict[str, Path] = {}
    for side in sides:
        side.s3.create_bucket(Bucket=name)
        file = side.shipped("bucket_policy_info", {"buckets": [name]})
        if file is None:
            raise SystemExit(f"{side.name}: nothing was kept of bucket_policy_info")
        files[side.name] = file
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for _round in range(rounds * 3):
        for side in sides:
            began = time.monotonic()
            subprocess.run([sys.executable, files[side.name]], env=side.environment, capture_output=True, check=True)
            seconds[side.name].append(time.monotonic() - began)
    found = {name: statistics.median(each) for name, each in seconds.items()}
    return {"ratio": round(found["after"] / found["before"], 3), "aim": 0.85, "seconds": found}


def payloads(sides: list[Side]) -> list[dict[str, Any]]:
    rows = []
    for module in MODULES:
        row: dict[str, Any] = {"module": module}
        for side in sides:
            file = side.shipped(module, {})
            if file is not None:
                row[side.name] = _contents(file)
        rows.append(row)
    return rows


def _contents(file: Path) -> dict[str, int]:
    """Bytes of the whole file, and how many sources are in it."""
    text = file.read_text(encoding="utf-8")
    longest = max(text.replace('"', "'").replace("'''", "'").split("'"), key=len)
    with zipfile.ZipFile(io.BytesIO(b64decode(longest))) as packed:
        return {"bytes": len(text), "files": sum(name.endswith(".py") for name in packed.namelist())}


def many(side: Side, rounds: int) -> dict[str, Any]:
    """Ten times as many buckets, the new one alone."""
    names = side.buckets(10_000)
    side.play("private_access", names)
    run = medians([side.play("private_access", names) for _round in range(min(rounds, 3))])
    return {"buckets": 10_000, **{field: round(value, 2) for field, value in vars(run).items()}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument("--before", default=BEFORE, help="the commit to compare with")
    parser.add_argument("--rounds", type=int, default=5, help="how many runs of each")
    parser.add_argument("--only", choices=["jobs", "starts", "payloads", "many"], help="a part of it")
    parser.add_argument("--most", type=int, default=10_000, help="leave out what has more buckets")
    given = parser.parse_args()
    wanted: Callable[[str], bool] = lambda part: given.only in (None, part)  # noqa: E731
    found: dict[str, Any] = {"before": given.before, "rounds": given.rounds}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-role-")))
        places = {"before": stack.enter_context(before(given.before, folder / "collections")), "after": _here()}
        sides = [
            Side(name, place, stack.enter_context(running_emulator(SECONDS)), folder / name)
            for name, place in places.items()
        ]
        if wanted("payloads"):
            found["payloads"] = payloads(sides)
            for row in found["payloads"]:
                shown = ", ".join(
                    f"{name} {row[name]['bytes']:,} bytes in {row[name]['files']} files"
                    for name in places
                    if name in row
                )
                print(f"{row['module']:<24}{shown}", flush=True)
        if wanted("starts"):
            found["starts"] = starts(sides, given.rounds)
            print(f"start of bucket_policy_info: {found['starts']}", flush=True)
        if wanted("jobs"):
            found["jobs"] = []
            for job in (one for one in JOBS if one[2] <= given.most):
                row = compared(sides, given.rounds, job)
                found["jobs"].append(row)
                print(
                    f"{row['job']:<30}{row['buckets']:>6} buckets: {row['before_seconds']:>6.2f} s -> "
                    f"{row['after_seconds']:>6.2f} s, x {row['ratio']:.2f} (aim {row['aim']}), "
                    f"processor x {row['ratio_processor']:.2f}, without the emulator x "
                    f"{row['ratio_without_emulator']:.2f}; emulator {row['before_emulator']:.2f} / "
                    f"{row['after_emulator']:.2f} s; modules {row['before_modules']:.0f} / {row['after_modules']:.0f}",
                    flush=True,
                )
        if wanted("many") and given.most >= 10_000:
            found["many"] = many(sides[1], given.rounds)
            print(f"nothing drifted, the new one alone: {found['many']}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
