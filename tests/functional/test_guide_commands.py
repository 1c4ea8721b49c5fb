# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of the guides, as they stand there, in the project of docs/examples and against one emulated AWS.

Those of ansible-playbook are started. Those of the AWS CLI are held against the models of botocore, which the CLI is
made of, and sent. A command that is neither run here nor known to be run elsewhere fails the test.
"""

from __future__ import annotations

import gzip
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.validate import validate_parameters

from tests.emulator.client import ACCESS_KEY, REGION, SECRET_KEY
from tests.functional.warm_ansible import run_ansible

pytestmark = pytest.mark.surroundings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))]
#: What stands under a directive, further in than it.
_UNDER = r"\n\n((?:(?P=indent)   .*\n|\n)+)"
BLOCK = re.compile(
    rf"^(?P<indent> *)\.\. code-block:: (?:console|bash){_UNDER}|^```\n(?P<fenced>(?:(?!```).+\n)+)```", re.MULTILINE
)
DOCUMENT = re.compile(rf"^(?P<indent> *)\.\. code-block:: json{_UNDER}", re.MULTILINE)
#: Page, and the first words of a command -> who runs it, or why nobody does.
ELSEWHERE = {
    ("README", "git clone"): "needs the network",
    ("README", "make demo"): "test_demo",
    ("README", "make test"): "it runs this test",
    ("README", "ansible-galaxy collection install perimeter.s3"): "needs Galaxy",
    ("README", "pip install"): "needs the network",
    ("README", "moto_server"): "test_plain_moto",
    ("README", "export AWS_"): "test_plain_moto",
    ("awx", "ansible-builder build"): "needs a container engine; test_execution_environment runs the rest",
    ("awx", "podman push"): "needs a registry",
    ("awx", "export CONTROLLER_HOST"): "test_awx_setup",
    ("awx", "ansible-playbook perimeter.s3.awx_setup"): "test_awx_setup",
    ("events", "ansible-rulebook --rulebook try.yml"): "test_events_setup",
    ("events", "ansible-rulebook --rulebook drift_sqs.yml"): "test_events",
    ("organizations", ""): "test_accounts",
    ("tutorial", ""): "test_tutorial",
}
BUCKETS = ("payroll-reports", "payroll-archive")
EVIDENCE = "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/02/x.json.gz"


def commands():
    """(page, command), lines that go on put together."""
    for page in PAGES:
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            text = re.sub(r"\\\n\s*", "", block[2] or block["fenced"])
            for line in filter(None, map(str.strip, text.split("\n"))):
                yield page.stem, line.removeprefix("$ ").partition("  # ")[0].rstrip()


def elsewhere(page, command):
    return any(where == page and command.startswith(words) for where, words in ELSEWHERE)


COMMANDS = [(page, command) for page, command in commands() if not elsewhere(page, command)]
PLAYBOOKS = list(dict.fromkeys(command for _page, command in COMMANDS if command.startswith("ansible-playbook ")))
CALLS = [(page, command) for page, command in COMMANDS if command.startswith("aws ")]


def test_every_command_is_run_somewhere():
    assert [each for each in COMMANDS if not each[1].startswith(("ansible-playbook ", "aws "))] == []
    assert (len(PLAYBOOKS), len(CALLS)) >= (8, 8)
    said = " ".join(ELSEWHERE.values())
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name in re.findall(r"\btest_\w+", said) if name not in tests] == []
    assert [row for row in ELSEWHERE if not any(elsewhere(*each) and each[0] == row[0] for each in commands())] == []


@pytest.fixture
def project(emulator, ec2, s3, tmp_path):
    """The project and what its inventory declares, with evidence, a backup and a playbook of its own."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "payments"}])
    for bucket in (*BUCKETS, "example-trail"):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket="example-trail", Key=EVIDENCE, Body=gzip.compress(b'{"Records": []}'))
    directory = Path(shutil.copytree(ROOT / "docs" / "examples" / "project", tmp_path / "project"))
    (directory / "backups").mkdir()
    (directory / "backups" / "payroll-reports.20261101T000000000000Z.json").write_text("null", encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)[1]
    (directory / "perimeter.yml").write_text(example.replace("vpc-0123456789abcdef0", vpc), encoding="utf-8")
    return directory


def test_the_playbooks_are_started_as_the_guides_say(emulator, project):
    # The perimeter is closed first; what looks at it and puts back comes then.
    of_the_role = [command for command in PLAYBOOKS if "perimeter.s3.private_access" in command]
    reported = f"{of_the_role[0]} -e private_access_report_dir=own"
    for command in [*of_the_role, reported, *(command for command in PLAYBOOKS if command not in of_the_role)]:
        done = run_ansible(
            *shlex.split(command),
            directory=project,
            environment={
                "AWS_URL": emulator.url,
                "AWS_REGION": REGION,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                "ANSIBLE_LOCALHOST_WARNING": "false",
            },
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{command}\n{output}"
        assert re.search(r"ok=[1-9]\d* .*unreachable=0 +failed=0", output), f"{command}\n{output}"
        assert "no hosts matched" not in output, f"{command}\n{output}"
    # What was closed is as declared to those that look.
    found = json.loads((project / "report" / "drift.json").read_text(encoding="utf-8"))
    assert (found["status"], found["failed_hosts"], len(found["perimeters"][0]["buckets"])) == ("clean", [], 2)
    assert (project / "preview" / "payments-us-east-1.html").is_file()
    # A relative path is one from where it was started, and not from the collection.
    assert (project / "own" / "payments-us-east-1.html").is_file()


def test_the_calls_of_the_aws_cli_are_calls(emulator, ec2, s3):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    service = f"com.amazonaws.{REGION}.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service)["VpcEndpoint"]["VpcEndpointId"]
    s3.create_bucket(Bucket="payroll-reports")
    queues = {}
    for page, command in CALLS:
        name, operation, given = called(page, command.replace("vpce-0123456789abcdef0", endpoint))
        given = json.loads(json.dumps(given).replace("eu-central-1:111122223333", f"{REGION}:123456789012"))
        client = emulator.client({"s3api": "s3"}.get(name, name))
        method = xform_name(operation)
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
        parameters = {key: typed(shape.members[key], value) for key, value in given.items()}
        validate_parameters(parameters, shape)
        if method == "assume_root":
            # The emulator has no root sessions.
            continue
        if method in ("get_bucket_policy", "delete_bucket_policy"):
            statement = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject"}
            document = {
                "Version": "2012-10-17",
                "Statement": [{**statement, "Resource": "arn:aws:s3:::payroll-reports/*"}],
            }
            s3.put_bucket_policy(Bucket="payroll-reports", Policy=json.dumps(document))
        answer = getattr(client, method)(**parameters)
        queues[parameters.get("QueueName")] = answer.get("QueueUrl")
    events = emulator.client("events")
    assert [
        each["Arn"].rpartition(":")[2] for each in events.list_targets_by_rule(Rule="perimeter-events")["Targets"]
    ] == ["perimeter-events"]
    attributes = emulator.client("sqs").get_queue_attributes(
        QueueUrl=queues["perimeter-events"], AttributeNames=["All"]
    )
    assert attributes["Attributes"]["RedrivePolicy"]


def called(page, command):
    """Service, operation and parameters by the names of the API; text as it is given, True without a value."""
    words = shlex.split(command.partition(" > ")[0])
    _aws, service, operation, *options = words
    given = {}
    for word in options:
        if word.startswith("--"):
            name = word.removeprefix("--")
            given[name] = True
        else:
            given[name] = word
    for of_the_cli in ("query", "output"):
        given.pop(of_the_cli, None)
    parameters = {"".join(part.capitalize() for part in name.split("-")): value for name, value in given.items()}
    operation = "".join(part.capitalize() for part in operation.split("-"))
    return service, operation, {name: document(page, name, value) for name, value in parameters.items()}


def document(page, name, value):
    """What stands in a file that a command names: the JSON beside it that has to do with the name."""
    if not str(value).startswith("file://"):
        return value
    text = next(path for path in PAGES if path.stem == page).read_text(encoding="utf-8")
    words = {"Attributes": "RedrivePolicy", "EventPattern": "eventName"}[name]
    [found] = [
        one
        for one in (json.loads(each[2]) for each in DOCUMENT.finditer(text))
        if words in json.dumps(one) and "eventTime" not in str(one)
    ]
    return found if name == "Attributes" else json.dumps(found)


def typed(shape, value):
    """A value of the command line as the API takes it; ``a=b,c=d`` is short for a structure."""
    if shape.type_name == "list":
        return [typed(shape.member, value)]
    if shape.type_name == "structure" and isinstance(value, str):
        return dict(each.split("=", 1) for each in re.split(r",(?=\w+=)", value))
    return value
