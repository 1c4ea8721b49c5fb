# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook awx_setup, run with the modules of awx.awx against an API that is strict with what they send."""

from __future__ import annotations

import json

import pytest

from tests.functional.awx_api import TOKEN, running_awx
from tests.functional.warm_ansible import run_ansible

pytestmark = pytest.mark.surroundings

SECRET, SESSION = "MARKERsecretMARKERsecretMARKERsecretMARK", "MARKERtokenMARKERtoken"
PROJECT = {"awx_setup_project_url": "https://git.example.com/platform/s3-perimeter.git"}
OWN = {
    **PROJECT,
    "awx_setup_image": "registry.example.com/perimeter-s3-ee:1.0.0",
    "awx_setup_inventory_file": "production.perimeter_accounts.yml",
    "awx_setup_aws_access_key": "AKIAIOSFODNN7EXAMPLE",
    "awx_setup_aws_secret_key": SECRET,
    "awx_setup_aws_session_token": SESSION,
}
NAME, CHECK, CORRECT, WORKFLOW = (
    f"S3 perimeter{ending}" for ending in ("", ": check", ": correct", ": check and correct")
)


@pytest.fixture
def awx():
    with running_awx("drift.yml") as (api, url):
        api.url = url
        yield api


def setup(awx, *words, **variables):
    """Run it; returns exit status, how many tasks changed something, and the output."""
    awx.requests.clear()
    finished = run_ansible(
        *("ansible-playbook", "perimeter.s3.awx_setup", "-i", "localhost,", *words, "-e", json.dumps(variables)),
        environment={"CONTROLLER_HOST": awx.url, "CONTROLLER_OAUTH_TOKEN": TOKEN},
    )
    output = finished.stdout + finished.stderr
    for secret in (SECRET, SESSION, TOKEN):
        assert secret not in output
    changed = int(finished.stdout.rpartition("changed=")[2].split()[0])
    return finished.returncode, changed, output


def writes(awx):
    return [(method, path) for method, path, _body in awx.requests if method != "GET"]


def survey_of(awx, table, name):
    (number,) = (number for number, values in awx.tables[table].items() if values["name"] == name)
    return {question["variable"]: question for question in awx.surveys[(table, number)]["spec"]}


def test_all_is_made_once_and_removed(awx):
    status, changed, output = setup(awx, "-vvv", "--diff", **OWN)
    assert (status, changed > 0) == (0, True), output
    assert awx.names() == {
        "credentials": [NAME],
        "execution_environments": [NAME],
        "projects": [NAME],
        "inventories": [NAME],
        "inventory_sources": [NAME],
        "job_templates": [CHECK, CORRECT],
        "workflow_job_templates": [WORKFLOW],
        "workflow_job_template_nodes": ["approval", "check", "correct"],
        "workflow_approval_templates": ["S3 perimeter: approval"],
        "schedules": [NAME],
    }
    assert awx.named("credentials", NAME)["inputs"]["security_token"] == SESSION
    source = awx.named("inventory_sources", NAME)
    assert (source["source"], source["source_path"]) == ("scm", "production.perimeter_accounts.yml")
    assert {"credential", "execution_environment", "source_project"} <= set(source)
    check, correct = (awx.named("job_templates", name) for name in (CHECK, CORRECT))
    assert (check["job_type"], correct["job_type"]) == ("check", "run")
    assert json.loads(check["extra_vars"]) == {"private_access_hosts": "all"}
    assert json.loads(correct["extra_vars"]) == {"private_access_hosts": "all", "drift_correct": True}
    for values in (check, correct):
        assert (values["playbook"], values["diff_mode"], values["allow_simultaneous"]) == ("drift.yml", True, False)
    numbers = {values["identifier"]: number for number, values in awx.tables["workflow_job_template_nodes"].items()}
    assert awx.associated("workflow_job_template_nodes", numbers["check"], "failure_nodes") == ["approval"]
    assert awx.associated("workflow_job_template_nodes", numbers["check"], "success_nodes") == []
    assert awx.associated("workflow_job_template_nodes", numbers["approval"], "success_nodes") == ["correct"]
    assert awx.named("workflow_approval_templates", "S3 perimeter: approval")["timeout"] == 43200
    for table, name in (("job_templates", CHECK), ("workflow_job_templates", WORKFLOW)):
        assert survey_of(awx, table, name)["drift_fail_on"]["default"] == "minor"

    # What the admin rotates in AWX stays, and nothing else has to be done.
    awx.named("credentials", NAME)["inputs"]["password"] = "rotated"
    status, changed, output = setup(awx, **OWN)
    assert (status, changed) == (0, 0), output
    assert awx.named("credentials", NAME)["inputs"]["password"] == "rotated"

    awx.add("job_templates", {"name": "of somebody else"})
    status, changed, output = setup(awx, "--check", awx_setup_state="absent")
    assert (status, changed > 0, writes(awx)) == (0, True, []), output
    status, changed, output = setup(awx, awx_setup_state="absent")
    assert (status, changed > 0) == (0, True), output
    assert awx.names() == {"job_templates": ["of somebody else"]}
    status, changed, output = setup(awx, awx_setup_state="absent")
    assert (status, changed, writes(awx)) == (0, 0, []), output


def test_what_is_there_is_used(awx):
    """Another organization's objects, no approval, no schedule, and a survey that asks for the declaration."""
    for table, name in (
        ("organizations", "Platform"),
        ("credentials", "aws-payments"),
        ("credentials", "aws-payments-detect"),
        ("inventories", "accounts"),
        ("execution_environments", "perimeter"),
        ("notification_templates", "on-call"),
    ):
        awx.add(table, {"name": name})
    platform = next(number for number, values in awx.tables["organizations"].items() if values["name"] == "Platform")
    for table in ("credentials", "inventories", "execution_environments", "notification_templates"):
        for values in awx.tables[table].values():
            values["organization"] = platform
    given = {
        **PROJECT,
        "awx_setup_name": "Payments",
        "awx_setup_organization": "Platform",
        "awx_setup_credentials": ["aws-payments"],
        "awx_setup_check_credentials": ["aws-payments-detect"],
        "awx_setup_inventory": "accounts",
        "awx_setup_execution_environment": "perimeter",
        "awx_setup_notifications": ["on-call"],
        "awx_setup_approval": "false",
        "awx_setup_schedule": "",
        "awx_setup_job_slice_count": 4,
        "awx_setup_declaration": {
            "private_access_vpc_id": "vpc-0123456789abcdef0",
            "private_access_buckets": ["payroll-reports", "payroll-archive"],
        },
    }
    before = awx.names()
    status, changed, output = setup(awx, **given)
    assert (status, changed > 0) == (0, True), output
    made = {table: sorted(set(names) - set(before.get(table, []))) for table, names in awx.names().items()}
    assert {table: names for table, names in made.items() if names} == {
        "projects": ["Payments"],
        "job_templates": ["Payments: check", "Payments: correct"],
        "workflow_job_templates": ["Payments: check and correct"],
        "workflow_job_template_nodes": ["check", "correct"],
    }
    for number, values in awx.tables["job_templates"].items():
        looks = values["name"] == "Payments: check"
        used = "aws-payments-detect" if looks else "aws-payments"
        assert awx.associated("job_templates", number, "credentials") == [used]
        assert awx.associated("job_templates", number, "notification_templates_error") == ["on-call"]
        assert values["job_slice_count"] == 4
        questions = survey_of(awx, "job_templates", values["name"])
        assert questions["private_access_buckets"]["default"] == "payroll-reports\npayroll-archive"
        assert "private_access_restrict_by" not in questions
    (check,) = (
        number
        for number, values in awx.tables["workflow_job_template_nodes"].items()
        if values["identifier"] == "check"
    )
    assert awx.associated("workflow_job_template_nodes", check, "failure_nodes") == ["correct"]
    status, changed, output = setup(awx, **given)
    assert (status, changed) == (0, 0), output


REFUSED = [
    ({}, "Give awx_setup_project_url"),
    ({**PROJECT, "awx_setup_state": "gone"}, "awx_setup_state is present or absent."),
    ({**PROJECT, "awx_setup_aws_access_key": "AKIAIOSFODNN7EXAMPLE"}, "Give both of"),
    ({**PROJECT, "awx_setup_declaration": {"private_access_tags": {}}}, "put the rest into the inventory"),
]


@pytest.mark.parametrize("given, words", REFUSED, ids=lambda value: str(value)[-40:])
def test_wrong_input_stops_before_awx_is_asked(awx, given, words):
    status, _counts, output = setup(awx, **given)
    assert status == 2, output
    assert words in " ".join(output.split())
    assert awx.requests == []


def test_playbook_that_the_project_lacks_is_said_by_awx(awx):
    status, _counts, output = setup(awx, **OWN, awx_setup_playbook="site.yml")
    assert status == 2, output
    assert "Playbook not found for project." in output
