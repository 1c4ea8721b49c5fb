# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator decides requests and writes what it decided as CloudTrail would; replayed, the same comes out."""

from __future__ import annotations

import json
import random

import pytest
import yaml
from botocore.exceptions import ClientError

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import endpoint_policy
from tests.functional.module_run import run_module
from tests.functional.role_run import Step, play
from tests.functional.warm_ansible import run_ansible

ACCOUNT = "123456789012"
BUCKETS = ("payroll-reports", "payroll-archive")
KEYS = ("year=2026/a.csv", "year=2025/b.csv", "secret/c.csv", "top")


@pytest.fixture
def place(emulator, ec2, s3, tmp_path):
    """Two buckets with objects, and two endpoints of two VPCs; records begin after that."""
    endpoints = []
    for number in range(2):
        vpc = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        made = ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table["RouteTableId"]]
        )
        endpoints.append(made["VpcEndpoint"]["VpcEndpointId"])
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
        for key in KEYS:
            s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    emulator.settings(records=str(tmp_path))
    return endpoints


def workload(endpoints):
    """Requests without effects that would change the answer to others: path, operation, parameters."""
    found = []
    for path in ("internet", *endpoints):
        for bucket in BUCKETS:
            found += [(path, "get_object", {"Bucket": bucket, "Key": key}) for key in KEYS]
            found += [(path, "put_object", {"Bucket": bucket, "Key": key, "Body": b"y"}) for key in KEYS[:2]]
            found += [(path, "list_objects_v2", {"Bucket": bucket, "Prefix": "year=2026/"})]
            found += [(path, "get_bucket_location", {"Bucket": bucket})]
    random.Random(4).shuffle(found)
    return found


def outcome(emulator, path, operation, parameters):
    """Whether the request is granted."""
    try:
        getattr(emulator.s3(path), operation)(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return False
        raise
    return True


def run(emulator, requests):
    return [outcome(emulator, *one) for one in requests]


def put(ec2, s3, bucket_policies, endpoint_policies):
    for name, policy in endpoint_policies.items():
        ec2.modify_vpc_endpoint(VpcEndpointId=name, PolicyDocument=json.dumps(policy))
    for name, policy in bucket_policies.items():
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


ACTIONS = {
    "get_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "list_objects_v2": "s3:ListBucket",
    "get_bucket_location": "s3:GetBucketLocation",
}


def kind(path, operation, parameters):
    """What tells a request apart from others in the result."""
    key = parameters.get("Key", parameters.get("Prefix", ""))
    prefix = key.rpartition("/")[0] + "/" if "/" in key else ""
    about_keys = operation != "get_bucket_location"
    return (path, ACTIONS[operation], parameters["Bucket"], f"{prefix}*" if about_keys else None)


def told(classes):
    return {(one["path"], one["action"], one["bucket"], one["key_pattern"]) for one in classes}


def closed(endpoints):
    buckets = {
        BUCKETS[0]: bucket_perimeter(BUCKETS[0], endpoints=endpoints[:1]),
        # Left open to the second endpoint as well; what is secret is closed to everybody.
        BUCKETS[1]: {
            "Version": "2012-10-17",
            "Statement": [
                *bucket_perimeter(BUCKETS[1], endpoints=endpoints)["Statement"],
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{BUCKETS[1]}/secret/*",
                },
            ],
        },
    }
    grants = [{"name": BUCKETS[0], "access": "read"}, {"name": BUCKETS[1], "prefixes": ["year=2026/"]}]
    return buckets, {endpoints[0]: endpoint_policy(grants)}


def replay(emulator, tmp_path, buckets, endpoints, **options):
    return run_module(
        emulator,
        "access_replay",
        evidence=[f"{tmp_path}/AWSLogs"],
        planned_bucket_policies=buckets,
        planned_endpoint_policies=endpoints,
        shown=1000,
        **options,
    )


def test_predicted_losses_are_exactly_what_the_emulator_then_denies(emulator, ec2, s3, place, tmp_path):
    requests = workload(place)
    assert all(run(emulator, requests))
    emulator.write_records()
    buckets, endpoints = closed(place)
    found = replay(emulator, tmp_path, buckets, endpoints)
    assert not found.get("failed"), found
    assert found["read"]["counted"] == len(requests)
    assert (found["backtest"]["agree"], found["backtest"]["undecided"]) == (1, 0)
    assert found["summary"]["unknown"] == found["summary"]["not_evaluated"] == 0
    emulator.settings(records="")
    put(ec2, s3, buckets, endpoints)
    answers = dict(zip(map(str, requests), run(emulator, requests), strict=True))
    denied = {kind(*one) for one in requests if not answers[str(one)]}
    assert denied and len(denied) < len({kind(*one) for one in requests})
    assert told(found["loses"]) == denied


def test_replayed_under_the_same_policies_all_that_is_decided_agrees(emulator, ec2, s3, place, tmp_path):
    buckets, endpoints = closed(place)
    emulator.settings(records="")
    put(ec2, s3, buckets, endpoints)
    emulator.settings(records=str(tmp_path))
    requests = workload(place)
    answers = run(emulator, requests)
    assert any(answers) and not all(answers)
    emulator.write_records()
    # They are not read: the buckets are closed to whoever would read them.
    current = {"current_bucket_policies": buckets, "current_endpoint_policies": endpoints}
    found = replay(emulator, tmp_path, buckets, endpoints, **current)
    assert found["backtest"]["disagree"] == [], found["backtest"]["disagree"]
    assert (found["backtest"]["undecided"], found["backtest"]["other_layer"]) == (0, 0)
    # What an endpoint denies has a record that names no bucket.
    assert {one["path"] for one in found["not_evaluated"]} == {place[0]}
    unnamed = sum(one["count"] for one in found["not_evaluated"])
    assert found["backtest"]["agreeing"] == found["read"]["counted"] - unnamed > len(requests) / 2
    assert found["summary"]["loses"] == found["summary"]["gains"] == 0
    # What is opened again is granted again: all that was denied, and nothing else.
    opened = replay(emulator, tmp_path, dict.fromkeys(BUCKETS), dict.fromkeys(endpoints), **current)
    denied = {kind(*one) for one, granted in zip(requests, answers, strict=True) if not granted}
    by_bucket = {one for one in denied if one[0] != place[0]} | {(place[0], "s3:GetObject", BUCKETS[1], "secret/*")}
    assert told(opened["gains"]) == by_bucket


def test_losses_refuse_and_nothing_is_written(emulator, s3, place, tmp_path):
    assert outcome(emulator, "internet", "get_object", {"Bucket": BUCKETS[0], "Key": "top"})
    emulator.write_records()
    emulator.settings(records="")
    buckets, _endpoints = closed(place)
    found = replay(emulator, tmp_path, buckets, {}, fail_on="loses")
    assert found["failed"] and "stop" in found["msg"] and BUCKETS[1] in found["msg"]
    assert found["changed"] is False and found.writes == []


def test_the_role_refuses_what_takes_access_before_it_writes(emulator, ec2, place, tmp_path):
    run(emulator, [("internet", "get_object", {"Bucket": name, "Key": "top"}) for name in BUCKETS])
    emulator.write_records()
    emulator.settings(records="")
    (vpc,) = {one["VpcId"] for one in ec2.describe_vpc_endpoints(VpcEndpointIds=[place[0]])["VpcEndpoints"]}
    declared = {"vpc_id": vpc, "buckets": list(BUCKETS), "evidence": [f"{tmp_path}/AWSLogs"]}
    ignored = [{"through": "internet", "reason": "a test that is going to end"}]
    played = play(
        emulator,
        Step(declared),
        Step(declared, check=True),
        Step({**declared, "loss_ignored": ignored}, check=True),
        Step({**declared, "allow_loss": True, "report_dir": str(tmp_path / "allowed")}),
        Step(declared),
        Step({**declared, "evidence": [], "report_dir": str(tmp_path / "later")}, check=True),
    )
    refused, checked, spared, allowed, again, later = played.outcomes
    for one in (refused, checked):
        assert "Recorded accesses of 2 kinds stop" in one.message and one.writes == [], one.message
    assert spared.message == "" and spared.writes == []
    assert allowed.message == "" and "PutBucketPolicy" in allowed.writes
    # Nothing is to be written, so that there is nothing to replay.
    assert again.message == "" and again.writes == []
    # What was replayed is of one run: a later one on the same host does not show it again.
    assert later.message == "" and later.writes == []
    reports = {name: json.loads(next((tmp_path / name).glob("*.json")).read_text()) for name in ("allowed", "later")}
    shown = {name: report["perimeters"][0].get("accesses") for name, report in reports.items()}
    assert shown["allowed"]["summary"]["loses"] == 2 and not shown["later"]


def test_the_preview_writes_a_page_and_nothing_to_aws(emulator, ec2, place, tmp_path):
    run(emulator, [("internet", "get_object", {"Bucket": name, "Key": "top"}) for name in BUCKETS])
    emulator.write_records()
    emulator.settings(records="")
    (vpc,) = {one["VpcId"] for one in ec2.describe_vpc_endpoints(VpcEndpointIds=[place[0]])["VpcEndpoints"]}
    given = {
        "private_access_vpc_id": vpc,
        "private_access_buckets": list(BUCKETS),
        "private_access_evidence": ["AWSLogs"],
        "private_access_connection": emulator.connection,
        # Both as people give them: relative to where it is started.
        "preview_dir": "preview",
    }
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    emulator.reset_calls()
    words = ["perimeter.s3.preview", "-e", f"@{tmp_path / 'given.json'}"]
    done = run_ansible("ansible-playbook", *words, directory=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "**2 stop**" in (tmp_path / "preview" / "localhost.md").read_text(encoding="utf-8")
    found = json.loads((tmp_path / "preview" / "localhost.json").read_text(encoding="utf-8"))
    assert {one["bucket"] for one in found["loses"]} == set(BUCKETS)
    # Declared, and not seen: everything came from the internet.
    assert {(one["bucket"], one["kind"]) for one in found["unused"]} >= {(name, "actions") for name in BUCKETS}
    html = (tmp_path / "preview" / "localhost.html").read_text(encoding="utf-8")
    assert "Recorded access" in html and "What stops" in html and BUCKETS[0] in html
    assert [call["operation"] for call in emulator.calls() if call["operation"].startswith(("Put", "Modify"))] == []
    # A host of which nothing is declared says so, and has no page to look at.
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    (nothing / "localhost.html").write_text("of an earlier run", encoding="utf-8")
    words += ["-e", json.dumps({"private_access_limit": ["of-others"], "preview_dir": str(nothing)})]
    done = run_ansible("ansible-playbook", *words, directory=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in nothing.iterdir()} == {"localhost.md", "localhost.json"}
    assert "Nothing is declared" in (nothing / "localhost.md").read_text(encoding="utf-8")


def test_the_preview_of_a_perimeter_that_goes_does_not_say_that_nothing_is_declared(emulator, ec2, place, tmp_path):
    (vpc,) = {one["VpcId"] for one in ec2.describe_vpc_endpoints(VpcEndpointIds=[place[0]])["VpcEndpoints"]}
    given = {
        "private_access_vpc_id": vpc,
        "private_access_buckets": list(BUCKETS),
        "private_access_state": "absent",
        "private_access_evidence": [f"{tmp_path}/AWSLogs"],
        "private_access_connection": emulator.connection,
        "preview_dir": str(tmp_path / "preview"),
    }
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    done = run_ansible(
        "ansible-playbook", "perimeter.s3.preview", "-e", f"@{tmp_path / 'given.json'}", directory=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "preview" / "localhost.md").read_text(encoding="utf-8")
    assert page == "The perimeter is declared to be absent: nothing was replayed.\n"
    assert (tmp_path / "preview" / "localhost.html").exists()


def test_drift_is_not_told_what_a_run_before_has_written(emulator, ec2, place, tmp_path):
    """Its role stops before it writes, and sees how far it came."""
    run(emulator, [("internet", "get_object", {"Bucket": BUCKETS[1], "Key": "top"})])
    emulator.write_records()
    emulator.settings(records="")
    described = ec2.describe_vpc_endpoints(VpcEndpointIds=place)["VpcEndpoints"]
    vpcs = {one["VpcEndpointId"]: one["VpcId"] for one in described}
    shared = {"private_access_connection": emulator.connection}
    first = {**shared, "private_access_vpc_id": vpcs[place[0]], "private_access_buckets": [BUCKETS[0]]}
    second = {
        **shared,
        "private_access_vpc_id": vpcs[place[1]],
        "private_access_buckets": [BUCKETS[1]],
        "private_access_evidence": [f"{tmp_path}/AWSLogs"],
        "drift_correct": True,
    }
    plays = [
        {"name": "First", "import_playbook": "perimeter.s3.private_access", "vars": first},
        {"name": "Second", "import_playbook": "perimeter.s3.drift", "vars": second},
    ]
    (tmp_path / "both.json").write_text(json.dumps(plays), encoding="utf-8")
    done = run_ansible("ansible-playbook", tmp_path / "both.json", directory=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    said = done.stdout.partition("PLAY [Find drift]")[2]
    assert "See how far it came" in said and "Recorded accesses of 1 kind" in said, said
    assert "Fail on drift, and on what could not be looked at or corrected" in said, said
    assert BUCKETS[0] not in said, said


def test_the_declaration_that_is_proposed_keeps_all_that_was_used_and_no_more(emulator, ec2, s3, place, tmp_path):
    """It is taken from the page as somebody would paste it."""
    used = [one for one in workload(place) if one[0] != "internet" and one[2].get("Key") != "secret/c.csv"]
    used = [one for one in used if "top" not in str(one)]
    assert all(run(emulator, used))
    emulator.write_records()
    emulator.settings(records="")
    found = replay(emulator, tmp_path, *closed(place))
    pasted = yaml.safe_load(found["page"].split("```yaml")[1].split("```")[0])
    assert pasted == found["proposal"]["variables"]
    assert [line["variable"] for line in found["proposal"]["evidence"]] == [
        *(["private_access_buckets"] * len(BUCKETS)),
        "private_access_additional_endpoints",
    ]
    around = [place[0], *pasted["private_access_additional_endpoints"]]
    grants = pasted["private_access_buckets"]
    put(ec2, s3, {one["name"]: bucket_perimeter(one["name"], endpoints=around) for one in grants}, {})
    put(ec2, s3, {}, {place[0]: endpoint_policy(grants)})
    assert all(run(emulator, used))
    never = (place[0], "get_object", {"Bucket": BUCKETS[0], "Key": "secret/c.csv"})
    assert not outcome(emulator, *never) and not outcome(emulator, "internet", *used[0][1:])


def test_evidence_that_cannot_be_read_from_s3_is_named(emulator, s3, place):
    s3.create_bucket(Bucket="trail")
    s3.put_object(Bucket="trail", Key="logs/odd.gz", Body=b"\x1f\x8b no gz")

    def replayed(path, **options):
        options = {"planned_bucket_policies": dict.fromkeys(BUCKETS), **options}
        return run_module(emulator, "access_replay", evidence=[path], **options)

    missing = replayed("s3://never-made/logs/")
    assert missing["failed"] and "s3://never-made/logs/" in missing["msg"] and "Traceback" not in missing["msg"]
    empty = replayed("s3://trail/nothing/")
    assert "s3://trail/nothing/" in {one["kind"]: one["text"] for one in empty["findings"]}["nothing_there"]
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::trail/logs/no*"}
    s3.put_object(Bucket="trail", Key="logs/no.json", Body=b"{}")
    s3.put_bucket_policy(Bucket="trail", Policy=json.dumps({"Version": "2012-10-17", "Statement": [denied]}))
    places = replayed("s3://trail/logs/")["read"]["malformed_places"]
    assert len(places) == 2 and any("logs/no.json" in one and "no permission" in one for one in places), places
    listing = {**denied, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::trail"}
    s3.put_bucket_policy(Bucket="trail", Policy=json.dumps({"Version": "2012-10-17", "Statement": [listing]}))
    refused = replayed("s3://trail/logs/")
    assert refused["failed"] and "s3:ListBucket" in refused["msg"]
