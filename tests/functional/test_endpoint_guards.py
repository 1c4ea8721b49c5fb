# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of gateway_endpoint that would harm: what is refused, what overrides it, and what is asked of AWS."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from ansible_collections.perimeter.s3.tests.functional.module_run import run_module

LOOK, WHO, READ = "DescribeVpcEndpoints", "GetCallerIdentity", "GetBucketPolicy"
MODIFY, DELETE = "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints"
BUCKET = "guarded"
EVERYTHING = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
OTHER_VPCE = "vpce-0bad0bad0bad0bad0"


def allowing(*actions: str, resources=tuple(EVERYTHING), **condition) -> dict:
    statement = {
        "Sid": "Ours",
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": list(resources),
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


READ_WRITE = allowing("s3:GetObject", "s3:PutObject")
ELSEWHERE = allowing("s3:*", resources=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])


@pytest.fixture
def there(emulator, ec2, s3):
    """A VPC with an endpoint, and a bucket whose objects nobody gets from elsewhere."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", VpcEndpointType="Gateway", RouteTableIds=[table]
    )["VpcEndpoint"]["VpcEndpointId"]
    s3.create_bucket(Bucket=BUCKET)
    only_here = {
        "Sid": "OnlyHere",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}},
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [only_here]}))

    def run(check: bool = False, **options):
        filled = {key: vpc if value == "{vpc}" else value for key, value in options.items()}
        return run_module(emulator, "gateway_endpoint", check, vpc_id=vpc, wait_timeout=20, **filled)

    return SimpleNamespace(run=run, vpc=vpc, endpoint=endpoint, table=table)


# what, options, the option that overrides it, the calls before the write, the write, guard, words of the message
REFUSED = {
    "the caller is locked out": (
        {"policy": READ_WRITE, "arriving_through": "{vpc}"},
        "allow_lockout",
        [LOOK, WHO],
        MODIFY,
        "lockout",
        ["The caller arn:aws:", "The root user", "s3:GetBucketPolicy", "ec2:ModifyVpcEndpoint"],
    ),
    "workloads are cut off": (
        {"policy": ELSEWHERE, "dependent_buckets": [BUCKET]},
        "allow_cutoff",
        [LOOK, READ],
        MODIFY,
        "cutoff",
        [f"bucket {BUCKET}", "'OnlyHere'", "s3:GetObject"],
    ),
    "the last way goes": (
        {"state": "absent", "dependent_buckets": [BUCKET]},
        "allow_cutoff",
        [LOOK, LOOK, READ],
        DELETE,
        "cutoff",
        [f"bucket {BUCKET}", "'OnlyHere'", "the endpoint is to be removed"],
    ),
    "a bucket that nobody can tell of": (
        {"state": "absent", "dependent_buckets": ["no-such-bucket"]},
        "allow_cutoff",
        None,
        DELETE,
        "cutoff",
        ["no-such-bucket", "not known"],
    ),
    "a policy copied from another endpoint": (
        {"policy": allowing("s3:*", StringEquals={"aws:SourceVpce": OTHER_VPCE})},
        "allow_cutoff",
        [LOOK],
        MODIFY,
        "networks",
        ["'Ours'", "lets nothing pass", OTHER_VPCE],
    ),
}


@pytest.mark.parametrize("options, override, calls, write, guard, words", REFUSED.values(), ids=REFUSED)
def test_refused_and_overridden(ec2, there, options, override, calls, write, guard, words):
    before = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    for check in (True, False):
        refused = there.run(check, **options)
        assert refused["failed"] is True
        assert (refused["changed"], refused["actions"], refused.writes) == (False, [], [])
        assert [word for word in [*words, override, there.endpoint] if word not in refused["msg"]] == []
        assert refused["guard"]["checked"] == ["dependents", "lockout", "cutoff", "networks"]
        assert {one["guard"] for one in refused["guard"]["refused"]} == {guard}
        assert calls is None or refused.calls == calls
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == before

    predicted, done = (there.run(check, **options, **{override: True}) for check in (True, False))
    for result in (predicted, done):
        assert not result.get("failed"), result
        assert result["actions"] == [write]
        assert result["guard"]["refused"] == []
        assert {(one["guard"], one["overridden_by"]) for one in result["guard"]["overridden"]} == {(guard, override)}
        assert result["before"]["vpc_endpoint_id"] == there.endpoint
    assert predicted.writes == []
    assert done.writes == [write.removeprefix("ec2:")]

    again = there.run(**options)
    assert (again.calls, again["changed"], again["guard"]["checked"]) == ([LOOK], False, [])


def test_what_harms_nobody(there):
    options = {
        # What passed for the bucket passes still, and policies of buckets that nobody names can be repaired as well.
        "policy": allowing("s3:*", resources=["*"]),
        "arriving_through": there.endpoint,
        "protected_principals": ["arn:aws:iam::123456789012:role/ci/deploy"],
        "dependent_buckets": [BUCKET],
    }
    done = there.run(**options)
    assert done.calls == [LOOK, WHO, READ, "ModifyVpcEndpoint", LOOK], done
    assert done["guard"] == {
        "checked": ["dependents", "lockout", "cutoff", "networks"],
        "refused": [],
        "overridden": [],
        "assumed": [],
    }
    assert there.run(**options).calls == [LOOK]
    tagged = there.run(tags={"Name": "s3"}, **options)
    assert tagged.calls == [LOOK, "CreateTags", LOOK]
    narrowed = there.run(policy=READ_WRITE, dependent_buckets=[BUCKET], allow_cutoff=True)
    assert [("arriving_through" in said) for said in narrowed["guard"]["assumed"]] == [True]


def test_before_of_a_new_endpoint(there):
    there.run(state="absent")
    made = there.run(route_table_ids=[there.table])
    assert (made["before"], made["endpoint"]["route_table_ids"]) == (None, [there.table])


def test_policies_that_are_known_are_not_read(there, s3):
    live = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    refused = there.run(check=True, state="absent", dependent_policies={BUCKET: live})
    assert "'OnlyHere'" in refused["msg"]
    planned = there.run(check=True, state="absent", dependent_buckets=[BUCKET], dependent_policies={BUCKET: None})
    assert planned["actions"] == [DELETE]
    assert READ not in refused.calls + planned.calls


# what, options, words of the message
WRONG = {
    "a partition": ({"protected_principals": ["arn:aws-cn:iam::123456789012:role/x"]}, ["partition aws-cn"]),
    "a principal": ({"protected_principals": ["s3.amazonaws.com"]}, ["protected_principals[0]", "s3.amazonaws.com"]),
    "a network": ({"arriving_through": "office"}, ["arriving_through", "office"]),
    "a bucket": ({"dependent_buckets": ["arn:aws:s3:::guarded"]}, ["arn:aws:s3:::guarded", "is an ARN"]),
    "a policy": ({"dependent_policies": {"guarded": "{"}}, ["dependent_policies.guarded"]),
    "a role of somebody else": (
        {
            "policy": allowing("s3:*", ArnEquals={"aws:PrincipalArn": "arn:aws:iam::123456789012:role/x"}),
            "arriving_through": "{vpc}",
            "request_context": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/x"},
        },
        ["aws:PrincipalArn"],
    ),
}


@pytest.mark.parametrize("options, words", WRONG.values(), ids=WRONG)
def test_wrong_options(there, options, words):
    refused = there.run(**options)
    assert refused["failed"] is True
    assert [word for word in words if word not in refused["msg"]] == [], refused["msg"]
    assert (refused["actions"], refused.writes) == ([], [])
