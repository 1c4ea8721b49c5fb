# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role leaves of its runs: lines for the terminal, a page and JSON that keeps to its schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.functional.role_run import Step, play

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "drift-report-1.json"


#: Of somebody else; the perimeter says it as well.
TLS = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::reported", "arn:aws:s3:::reported/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_the_role_says_and_writes_what_it_comes_to(emulator, ec2, s3, tmp_path):
    s3.create_bucket(Bucket="reported")
    s3.put_bucket_policy(Bucket="reported", Policy=json.dumps({"Version": "2012-10-17", "Statement": [TLS]}))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "production"}])
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")
    directory = tmp_path / "new" / "report"
    given = {"vpc_id": vpc, "buckets": ["reported"], "report_dir": str(directory)}
    played = play(emulator, Step(given), Step({**given, "summary": False}))
    assert [each.message for each in played.outcomes] == ["", ""], played.output
    assert played.output.count("Done: endpoint: new; 1 bucket: perimeter.") == 1, played.output
    assert played.output.count("Proved: what is declared passes, and nothing else.") == 1
    assert "through vpce-" in played.output
    # Written of the second run, which changed nothing.
    report = json.loads((directory / "localhost.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(report)
    assert (report["status"], report["findings"]) == ("clean", [])
    [seen] = report["perimeters"]
    assert [each["name"] for each in seen["buckets"]] == ["reported"]
    # Though nothing was written.
    assert [(each["buckets"], each["finding"], each["statement"]) for each in seen["hints"]] == [
        (["reported"], "repeated", "PerimeterS3Tls")
    ]
    assert seen["vpc"] == {"id": vpc, "name": "production", "cidrs": ["10.0.0.0/16"]}
    assert [[one["cidr"] for one in each["subnets"]] for each in seen["route_tables"]] == [["10.0.1.0/24"]]
    assert [(each["main"], each["found"]) for each in seen["route_tables"]] == [(True, True)]
    page = (directory / "localhost.html").read_text(encoding="utf-8")
    assert "What the policies say in vain" in page
    assert "As declared, and proved" in page
    # Who reaches what, and no brackets around a layer that nobody told.
    assert [each["buckets"] for each in seen["reach"]["matrix"]] == [["reported"]]
    assert "Who reaches reported" in page
    assert "()" not in page.split("<body>")[1].split("<script>")[0]
    assert seen["endpoint"]["id"] in page
    assert f"VPC production · {vpc}" in page
    assert "10.0.1.0/24" in page
