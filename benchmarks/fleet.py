#!/usr/bin/env python
# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many buckets: ``ansible-playbook`` with bucket_policies beside a bare client, and a loop over amazon.aws.s3_bucket.

All talk to a stand-in for S3 on loopback that answers after 30 ms. The bare script makes the same calls with one boto3
client and 32 threads, and does nothing else: no other program that uses boto3 can be much faster. Runs of both take
turns, and the fastest of each counts. Processor seconds tell more than seconds on a machine with other work to do.

- nothing drifted: one read each
- all changed: a read, a write and a read each
- a loop over ``amazon.aws.s3_bucket`` when nothing drifted: measured with few buckets, and scaled
- ten times as many buckets: seconds, and the most memory that the module's process takes
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from s3_stand_in import Client, running_stand_in

LATENCY = 0.03
STATEMENT = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
FOREIGN = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::{bucket}/AWSLogs/*",
}
CONNECTION = {"region": "us-east-1", "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "example"}
#: The bare script. Words: URL, file with names, "read" or "write".
BARE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
url, names, job = sys.argv[1:]
client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                      aws_secret_access_key="example", config=Config(max_pool_connections=32))
def work(name):
    policy = json.loads(client.get_bucket_policy(Bucket=name)["Policy"])
    if job == "write":
        client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        client.get_bucket_policy(Bucket=name)
with ThreadPoolExecutor(32) as pool:
    list(pool.map(work, json.load(open(names))))
"""
#: Stands for the Python of the module and says how much memory that took.
MEASURING_PYTHON = """#!{python}
import os, subprocess, sys
done = subprocess.Popen([{python!r}, *sys.argv[1:]])
_pid, status, usage = os.wait4(done.pid, 0)
with open({file!r}, "a") as file:
    print(usage.ru_maxrss, file=file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Bench:
    def __init__(self, s3: Client, folder: Path) -> None:
        self.s3, self.folder = s3, folder

    def run(self, what: str, words: list[str], buckets: int) -> dict[str, Any]:
        """Run it once: seconds, processor seconds of all its processes, and the calls that arrived."""
        self.s3.taken()
        environment = {
            **os.environ,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }
        with (self.folder / "log").open("w+", encoding="utf-8") as log:
            started = time.monotonic()
            process = subprocess.Popen(words, env=environment, stdout=log, stderr=subprocess.STDOUT)
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - started
            log.seek(0)
            if status:
                raise RuntimeError(f"{what} failed:\n{log.read()[-2000:]}")
        taken = self.s3.taken()
        return {
            "what": what,
            "buckets": buckets,
            "seconds": round(seconds, 2),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "calls": taken["calls"],
            "most_at_once": taken["most_at_once"],
        }

    def bare(self, buckets: int, job: str) -> dict[str, Any]:
        names = self.folder / "names.json"
        names.write_text(json.dumps(_names(buckets)), encoding="utf-8")
        return self.run("bare boto3", [sys.executable, "-c", BARE, self.s3.url, str(names), job], buckets)

    def ours(self, buckets: int, **variables: str) -> dict[str, Any]:
        listed = [{"bucket": name} for name in _names(buckets)]
        options = {**CONNECTION, "endpoint_url": self.s3.url, "buckets": listed, "statements": [STATEMENT]}
        return self._play("bucket_policies", {"perimeter.s3.bucket_policies": options}, buckets, variables)

    def theirs(self, buckets: int) -> dict[str, Any]:
        text = document(FOREIGN, STATEMENT).replace("{bucket}", "{{ item }}")
        options = {**CONNECTION, "endpoint_url": self.s3.url, "name": "{{ item }}", "policy": text}
        task = {"amazon.aws.s3_bucket": options, "loop": _names(buckets)}
        return self._play("loop over amazon.aws.s3_bucket", task, buckets, {})

    def nothing(self) -> dict[str, Any]:
        return self._play("ansible-playbook", {"ansible.builtin.debug": {"msg": "Nothing to do"}}, 0, {})

    def _play(self, what: str, task: dict[str, Any], buckets: int, variables: dict[str, str]) -> dict[str, Any]:
        play = {
            "name": what,
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables},
            "tasks": [{"name": what, **task}],
        }
        file = self.folder / "play.yml"
        file.write_text(json.dumps([play]), encoding="utf-8")
        return self.run(what, ["ansible-playbook", str(file)], buckets)

    def memory(self, buckets: int) -> tuple[dict[str, Any], int]:
        """A run of ours, and how many MiB its module took."""
        taken, python = self.folder / "memory", self.folder / "python"
        python.write_text(MEASURING_PYTHON.format(python=sys.executable, file=str(taken)), encoding="utf-8")
        python.chmod(0o700)
        done = self.ours(buckets, ansible_python_interpreter=str(python))
        return done, max(map(int, taken.read_text(encoding="utf-8").split())) // 1024


def _names(count: int) -> list[str]:
    return [f"bench-{number:05}" for number in range(count)]


def fastest(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return min(runs, key=lambda run: run["seconds"])


def measure(bench: Bench, buckets: int, rounds: int) -> dict[str, Any]:
    drifted, same = document(FOREIGN), document(FOREIGN, STATEMENT)
    bench.s3.reset(same)
    startup = fastest([bench.nothing() for _round in range(rounds)])
    figures: dict[str, Any] = {"rows": [_show(startup)]}
    for job, template in (("read", same), ("write", drifted)):
        bare, ours = [], []
        for _round in range(rounds):
            bench.s3.reset(template)
            bare.append(bench.bare(buckets, job))
            bench.s3.reset(template)
            ours.append(bench.ours(buckets))
        title = "nothing drifted" if job == "read" else "all changed"
        rows = [_show({**fastest(bare), "job": title}), _show({**fastest(ours), "job": title})]
        figures["rows"] += rows
        figures[f"times_bare_{job}"] = round(rows[1]["seconds"] / rows[0]["seconds"], 2)
        figures[f"cpu_times_bare_{job}"] = round(rows[1]["cpu_seconds"] / rows[0]["cpu_seconds"], 2)
    ours_read = figures["rows"][2]
    bench.s3.reset(same)
    few = _show({**bench.theirs(20), "job": "nothing drifted"})
    for unit, name in (("seconds", "loop"), ("cpu_seconds", "cpu_loop")):
        each = (few[unit] - startup[unit]) / few["buckets"]
        figures[f"{name}_scaled"] = round(startup[unit] + each * buckets)
        figures[f"{name}_times_ours"] = round(figures[f"{name}_scaled"] / ours_read[unit])
    ten, memory = bench.memory(10 * buckets)
    figures["rows"] += [few, _show({**ten, "job": "nothing drifted"})]
    figures["module_mib"] = memory
    figures["seconds_per_1000_more"] = round((ten["seconds"] - ours_read["seconds"]) / 9 / buckets * 1000, 2)
    return figures


def _show(row: dict[str, Any]) -> dict[str, Any]:
    job, calls = row.get("job", ""), sum(row["calls"].values())
    words = f"{row['what']:<34}{row['buckets']:>7}  {job:<17}{row['seconds']:>8.2f} s{row['cpu_seconds']:>8.2f} s"
    print(f"{words}{calls:>8}{row['most_at_once']:>9}", flush=True)
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--buckets", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':<34}{'buckets':>7}  {'':<17}{'seconds':>10}{'processor':>10}{'calls':>8}{'at once':>9}")
    with running_stand_in(LATENCY) as s3, tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
        bench = Bench(s3, Path(folder))
        figures = {"cores": os.cpu_count(), **measure(bench, options.buckets, options.rounds), "latency": LATENCY}
    print(f"\nnothing drifted: {figures['times_bare_read']} × bare (processor: {figures['cpu_times_bare_read']} ×)")
    print(f"all changed: {figures['times_bare_write']} × bare (processor: {figures['cpu_times_bare_write']} ×)")
    print(
        f"the loop, scaled to {options.buckets}: {figures['loop_scaled']} s, {figures['loop_times_ours']} × ours "
        f"(processor: {figures['cpu_loop_times_ours']} ×)"
    )
    print(
        f"{10 * options.buckets} buckets: {figures['seconds_per_1000_more']} s for each 1,000 more, "
        f"module {figures['module_mib']} MiB"
    )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
