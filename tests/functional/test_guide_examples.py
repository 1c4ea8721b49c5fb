# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the guides and of README, run against an emulated AWS, all in one ansible-playbook and one AWS.

The perimeter that they are about is made first, by the role; then each runs in check mode, so that none is in the way
of another. What they name is put in its place: VPCs, endpoints, the account, the Region and files. A declaration is run
by the role. An example that is neither run here nor known to be run elsewhere fails the test.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.emulator.client import Emulator
from tests.functional.warm_ansible import run_ansible

pytestmark = pytest.mark.surroundings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))]
BLOCK = re.compile(
    r"^(?P<indent> *)\.\. code-block:: yaml(?:\+jinja)?\n(?P<options>(?:(?P=indent) +:\w+:.*\n)*)\n"
    r"(?P<text>(?:(?P=indent)   .*\n|\n)+)|^```yaml\n(?P<fenced>(?:(?!```).*\n)+)",
    re.MULTILINE,
)
#: Page, and words of an example -> who runs it, or why there is nothing to run.
ELSEWHERE = {
    ("README", "plugin: perimeter.s3.accounts"): "test_accounts",
    ("README", "collections:"): "a file of ansible-galaxy",
    ("awx", ""): "test_awx_setup, test_awx_job",
    ("events", ""): "test_events, test_events_setup",
    ("organizations", ""): "test_accounts, test_job_slicing",
    ("proof", "theorems:"): "a result; test_generate_published",
    ("proof", "relation:"): "a result",
    ("proof", "Sid: PerimeterS3Network"): "a result",
    ("proof", "Version: '2012-10-17'"): "a policy of AWS",
    ("scheduling", ""): "test_examples",
    ("tutorial", ""): "test_tutorial",
}
#: Words of an example -> what it has to fail with: with this AWS, which is in check mode or of one account, it does.
FAILS = {
    "Prove what is in force": "claims do not hold",
    "Prove a change before it is merged": "claims do not hold",
}
BUCKETS = ["payroll-reports", "payroll-archive", "shared-reports", "audit-logs"]
OWNER = {"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject"}


def examples():
    """(page, text) of all YAML on the pages."""
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            lines = (found["fenced"] or found["text"]).split("\n")
            width = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
            yield page.stem, "\n".join(line[width:] for line in lines)


def tasks_of(text):
    """An example as tasks."""
    if text.lstrip().startswith("{{"):
        return [{"ansible.builtin.debug": {"msg": text.strip()}}]
    given = yaml.safe_load(text)
    if isinstance(given, dict) and all(name.startswith("private_access_") for name in given):
        return [declaration(given)]
    if not isinstance(given, list):
        return []
    tasks = []
    for each in given:
        if "hosts" in each:
            for role in each.get("roles", []):
                assert role["role"] == "perimeter.s3.private_access"
                tasks.append(declaration(role["vars"]))
            tasks += each.get("tasks", [])
        elif "ansible.builtin.import_playbook" in each:
            return []
        else:
            tasks.append(each)
    return tasks


def declaration(variables):
    return {"ansible.builtin.include_role": {"name": "perimeter.s3.private_access"}, "vars": variables}


def elsewhere(page, text):
    return next((why for (where, words), why in ELSEWHERE.items() if where == page and words in text), "")


def test_what_runs_elsewhere_is_a_test():
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name in re.findall(r"\btest_\w+", " ".join(ELSEWHERE.values())) if name not in tests] == []


def test_every_example_of_the_guides_runs(emulator: Emulator, ec2, s3, tmp_path):
    account, region = "123456789012", s3.meta.region_name
    for name in BUCKETS:
        s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket="payroll-reports", Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{**OWNER, "Resource": "arn:aws:s3:::payroll-reports/*"}]}
    ))  # fmt: skip
    s3.put_object(
        Bucket="audit-logs", Key=f"AWSLogs/{account}/CloudTrail/{region}/2026/11/02/x.json.gz",
        Body=gzip.compress(b'{"Records": []}'),
    )  # fmt: skip
    own, other = (ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (0, 1))
    service = f"com.amazonaws.{region}.s3"
    here = ec2.create_vpc_endpoint(VpcId=own, ServiceName=service)["VpcEndpoint"]["VpcEndpointId"]
    ec2.create_vpc_endpoint(VpcId=other, ServiceName=service)
    places = {
        "111122223333": account, "vpc-0123456789abcdef0": own, "vpce-0123456789abcdef0": here,
        "vpc-0aaa1111bbbb2222c": other, "vpce-0ddd4444eeee5555f": here, "eu-central-1": region, "cn-north-1": region,
        "/var/backups": str(tmp_path / "backups"),
    }  # fmt: skip
    declared = {"private_access_vpc_id": own, "private_access_buckets": ["payroll-reports"]}
    tasks = [{"name": "Make the perimeter", **declaration(declared)}]
    left = []
    for page, text in examples():
        if elsewhere(page, text):
            continue
        for found, put in places.items():
            text = text.replace(found, put)
        found = tasks_of(text)
        if not found:
            left.append(f"{page}: {text[:80]}")
        failed = (
            "{'page': page, 'text': text, 'msg': ansible_failed_result.msg | default(ansible_failed_result | string)}"
        )
        tasks.append({
            "name": f"An example of {page}",
            "block": found,
            "rescue": [{"name": "Note it", "ansible.builtin.set_fact": {"failed": f"{{{{ failed + [{failed}] }}}}"}}],
            "check_mode": True,
            "vars": {"page": page, "text": text[:300].replace("{{", "{ {"), **({} if "vpc_id" in text else declared)},
        })  # fmt: skip
    assert left == []
    assert len(tasks) > 15
    assert str(tasks).count("perimeter.s3.private_access'") > 6
    tasks.append({"name": "Say what failed", "ansible.builtin.copy": {
        "content": "{{ failed | to_json }}", "dest": str(tmp_path / "failed.json"),
    }})  # fmt: skip
    known = {"failed": [], "done": {"results": [{"failed": True, "bucket": "a", "msg": "b"}]}}
    play = {
        "name": "Examples", "hosts": "localhost", "gather_facts": False, "tasks": tasks,
        "vars": {**known, "private_access_connection": emulator.connection},
        "module_defaults": {"group/perimeter.s3.s3": emulator.connection},
    }  # fmt: skip
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**OWNER, "Resource": "arn:aws:s3:::payroll-reports/*"}]}
    )
    in_git(tmp_path, policy)
    words = ("-i", "localhost,", "-c", "local", "play.yml")
    done = run_ansible(
        "ansible-playbook", *words, environment={"ANSIBLE_LOCALHOST_WARNING": "false"}, directory=tmp_path, timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    failed = json.loads((tmp_path / "failed.json").read_text(encoding="utf-8"))
    expected = {words: next((one["msg"] for one in failed if words in one["text"]), "") for words in FAILS}
    assert {words: FAILS[words] in said for words, said in expected.items()} == dict.fromkeys(FAILS, True), failed
    assert [one for one in failed if not any(words in one["text"] for words in FAILS)] == []


def in_git(directory, policy):
    """The policy that examples look at, on main; in the working copy it lets more in."""
    (directory / "policies").mkdir()
    path = directory / "policies" / "payroll-reports.json"
    path.write_text(policy, encoding="utf-8")
    for words in (["init", "-q", "-b", "main"], ["add", "policies"], ["commit", "-q", "-m", "x"]):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=directory, check=True)
    path.write_text(policy.replace("123456789012", "999988887777"), encoding="utf-8")
