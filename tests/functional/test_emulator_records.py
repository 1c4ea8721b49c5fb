# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the emulator decides, as CloudTrail and S3 record it."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.emulator import running_emulator

ACCOUNT, OTHER = "123456789012", "210987654321"
OWN = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
LAYOUT = re.compile(
    r"AWSLogs/(?P<account>\d{12})/CloudTrail/(?P<region>[a-z0-9-]+)/\d{4}/\d\d/\d\d/"
    r"(?P=account)_CloudTrail_(?P=region)_\d{8}T\d{4}Z_[0-9a-f]{16}\.json\.gz"
)


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def place(emulator, ec2, s3, tmp_path):
    """A bucket with an object, and an endpoint with a route; records begin after that."""
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket="reports", Key="a", Body=b"x")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table["RouteTableId"]]
    )
    emulator.settings(records=str(tmp_path))
    return made["VpcEndpoint"]["VpcEndpointId"]


def attempt(call, **parameters) -> bool:
    """Whether it is done."""
    try:
        call(**parameters)
    except ClientError:
        return False
    return True


def written(emulator, tmp_path) -> dict[str, list[dict]]:
    """Account -> its events."""
    found: dict[str, list[dict]] = {}
    for path in emulator.write_records():
        place = path.relative_to(tmp_path).as_posix()
        if place.startswith("AWSLogs"):
            layout = LAYOUT.fullmatch(place)
            assert layout, place
            found.setdefault(layout["account"], []).extend(json.loads(gzip.decompress(path.read_bytes()))["Records"])
    return found


def test_data_and_management_events(emulator, place, tmp_path):
    assert attempt(emulator.s3(place).get_object, Bucket="reports", Key="a")
    assert attempt(emulator.s3().list_objects_v2, Bucket="reports", Prefix="x/")
    assert not attempt(emulator.s3().get_bucket_policy, Bucket="reports")
    ((account, (read, listed, policy)),) = list(written(emulator, tmp_path).items())
    assert account == ACCOUNT
    assert read["userIdentity"].items() >= {"type": "IAMUser", "userName": "automation", "accountId": ACCOUNT}.items()
    assert (
        read.items()
        >= {
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "eventCategory": "Data",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "10.0.0.10",
            "vpcEndpointId": place,
            "vpcEndpointAccountId": ACCOUNT,
            "readOnly": True,
            "recipientAccountId": ACCOUNT,
        }.items()
    )
    assert read["requestParameters"].items() >= {"bucketName": "reports", "key": "a"}.items()
    assert read["resources"][1] == {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": OWN[0]}
    assert "errorCode" not in read
    assert listed["eventName"] == "ListObjects"
    assert listed["requestParameters"].items() >= {"list-type": "2", "prefix": "x/"}.items()
    assert listed["resources"][0] == {"type": "AWS::S3::Object", "ARNPrefix": f"{OWN[0]}/x/"}
    assert listed.get("vpcEndpointId") is None
    assert (policy["eventCategory"], policy["errorCode"]) == ("Management", "NoSuchBucketPolicy")
    assert policy["requestParameters"]["policy"] == ""


def test_who_is_denied_by_the_policy_of_the_bucket(emulator, s3, place, tmp_path):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": OWN[1]}
    s3.put_bucket_policy(Bucket="reports", Policy=document(deny))
    emulator.write_records()
    for client in (emulator.s3(), emulator.s3(unsigned=True), emulator.s3(root=OTHER)):
        assert not attempt(client.get_object, Bucket="reports", Key="a")
    found = written(emulator, tmp_path)
    assert [one["errorCode"] for one in found[ACCOUNT]] == ["AccessDenied"] * 3
    own, anonymous, foreign = (one["userIdentity"] for one in found[ACCOUNT])
    assert own["arn"].endswith(":user/automation")
    assert anonymous == {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    assert foreign == {"type": "AWSAccount", "principalId": OTHER, "accountId": OTHER}
    (copy,) = found[OTHER]
    assert copy["userIdentity"]["type"] == "Root"
    assert copy["sharedEventID"] == found[ACCOUNT][2]["sharedEventID"]
    assert copy["eventID"] != found[ACCOUNT][2]["eventID"]


def test_who_is_denied_by_the_policy_of_the_endpoint(emulator, ec2, place, tmp_path):
    policy = document({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"})
    ec2.modify_vpc_endpoint(VpcEndpointId=place, PolicyDocument=policy)
    assert not attempt(emulator.s3(place).delete_object, Bucket="reports", Key="a")
    ((account, (event,)),) = list(written(emulator, tmp_path).items())
    assert account == ACCOUNT
    assert (
        event.items()
        >= {
            "eventCategory": "NetworkActivity",
            "eventType": "AwsVpceEvent",
            "eventName": "DeleteObject",
            "errorCode": "VpceAccessDenied",
            "vpcEndpointId": place,
            "requestParameters": None,
        }.items()
    )
    assert "resources" not in event
    assert list(tmp_path.glob("ServerAccessLogs/**/*")) == []


def test_the_role_of_a_session_has_its_path(emulator, place, tmp_path):
    iam = emulator.client("iam")
    role = iam.create_role(RoleName="app", Path="/team/", AssumeRolePolicyDocument="{}")["Role"]
    everything = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    iam.put_role_policy(RoleName="app", PolicyName="all", PolicyDocument=everything)
    made = emulator.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="job")["Credentials"]
    keys = {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }
    emulator.s3(**keys).get_object(Bucket="reports", Key="a")
    (event,) = written(emulator, tmp_path)[ACCOUNT]
    identity = event["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == role["Arn"]
    assert identity["principalId"].endswith(":job")


def test_each_deleted_key_is_an_event(emulator, s3, place, tmp_path):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": f"{OWN[0]}/kept"}
    s3.put_bucket_policy(Bucket="reports", Policy=document(deny))
    emulator.write_records()
    s3.delete_objects(Bucket="reports", Delete={"Objects": [{"Key": "a"}, {"Key": "kept"}]})
    told = [
        (one["eventName"], one["requestParameters"].get("key"), one.get("errorCode"))
        for one in written(emulator, tmp_path)[ACCOUNT]
    ]
    assert told == [
        ("DeleteObjects", None, None),
        ("DeleteObject", "a", None),
        ("DeleteObject", "kept", "AccessDenied"),
    ]


def test_server_access_logs(emulator, s3, place, tmp_path):
    assert attempt(emulator.s3(place).get_object, Bucket="reports", Key="a")
    assert not attempt(emulator.s3(unsigned=True).get_object, Bucket="reports", Key="a b")
    s3.delete_objects(Bucket="reports", Delete={"Objects": [{"Key": "a"}]})
    (path,) = [path for path in emulator.write_records() if "ServerAccessLogs" in path.parts]
    assert path.relative_to(tmp_path).parts[:4] == ("ServerAccessLogs", ACCOUNT, "us-east-1", "reports")
    lines = path.read_text(encoding="utf-8").splitlines()
    first = re.fullmatch(r'(\S+) (\S+) \[(.+?)\] (\S+) (\S+) (\S+) (\S+) (\S+) "(.+?)" (\d+) (\S+) .*', lines[0])
    assert re.fullmatch(r"[0-9a-f]{64}", first[1])
    assert first.group(2, 4, 5, 7, 8, 10, 11) == (
        "reports",
        "10.0.0.10",
        f"arn:aws:iam::{ACCOUNT}:user/automation",
        "REST.GET.OBJECT",
        "a",
        "200",
        "-",
    )
    assert "203.0.113.10 - " in lines[1]
    assert " REST.GET.OBJECT a%20b " in lines[1]
    assert " 403 AccessDenied " in lines[1]
    assert [re.search(r"(REST|BATCH)\.\S+ \S+", one)[0] for one in lines[2:]] == [
        "REST.POST.MULTI_OBJECT_DELETE -",
        "BATCH.DELETE.OBJECT a",
    ]
    assert all(one.endswith(" TLSv1.3 - - us-east-1") for one in lines)


def test_redirects_are_no_requests_about_a_bucket(emulator, place, tmp_path):
    emulator.client("s3", region_name="us-west-2").head_bucket(Bucket="reports")
    assert [one["eventName"] for one in written(emulator, tmp_path)[ACCOUNT]] == ["HeadBucket"]


def test_nothing_is_kept_unless_asked_for(emulator, s3):
    s3.create_bucket(Bucket="reports")
    assert emulator.write_records() == []


def test_what_waits_is_written_when_the_emulator_ends(tmp_path):
    with running_emulator(records=tmp_path) as emulator:
        emulator.client("s3").create_bucket(Bucket="reports")
        assert list(Path(tmp_path).rglob("*.gz")) == []
    assert len(list(Path(tmp_path).rglob("*.gz"))) == 1
