# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import bucket_findings, endpoint_findings

PLACE = Place("111122223333", "us-east-1")
OUTSIDE = {
    "Sid": "DenyOutside",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-11111111"}},
}
READ = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}
FOREIGN = {**READ, "Sid": "Foreign", "Principal": {"AWS": "arn:aws:iam::777788889999:role/x"}}
ENDPOINT = {
    "vpc_endpoint_id": "vpce-11111111",
    "vpc_id": "vpc-11111111",
    "route_table_ids": ["rtb-1"],
    "tags": {"Name": "s3"},
    "policy_document": {
        "Version": "2012-10-17",
        "Statement": [{**READ, "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"]}],
    },
}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def narrower(network):
    return {**OUTSIDE, "Condition": {"StringNotEquals": {"aws:SourceVpce": network}}}


@pytest.mark.parametrize(
    "live, declared, expected",
    [
        (policy(OUTSIDE), policy(OUTSIDE), []),
        (None, policy(OUTSIDE), [("DenyOutside is missing", "critical")]),
        (policy(OUTSIDE), policy(OUTSIDE, READ), [("Read is missing", "major")]),
        (policy(READ, FOREIGN), policy(READ), [("Foreign is not declared", "critical")]),
        (
            policy(narrower(["vpce-11111111", "vpce-22222222"])),
            policy(OUTSIDE),
            [("DenyOutside has changed in Condition", "critical")],
        ),
        (
            policy({**READ, "Sid": "Renamed"}),
            policy(READ),
            [("Renamed is not declared", "minor"), ("Read is missing", "minor")],
        ),
        (policy({**READ, "Action": "s3:*"}), policy(READ), [("Read has changed in Action", "critical")]),
        (policy({**READ, "Resource": "arn:aws:s3:::b/x"}), policy(READ), [("Read has changed in Resource", "major")]),
    ],
)
def test_bucket(live, declared, expected):
    found = bucket_findings(PLACE, "b", live, declared)
    assert [(each.what, each.severity) for each in found] == expected
    for each in found:
        assert bool(each.opens) == (each.severity == "critical")


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, []),
        ({"route_table_ids": []}, [("route table", "major")]),
        ({"route_table_ids": ["rtb-1", "rtb-2"]}, [("route table", "critical")]),
        ({"tags": {}}, [("tag", "minor")]),
        ({"tags": {"Name": "s4", "More": "x"}}, [("tag", "minor"), ("tag", "minor")]),
        (
            {"policy_document": policy({**READ, "Principal": "*", "Action": "*", "Resource": "*"})},
            [("endpoint policy statement", "critical")],
        ),
    ],
)
def test_endpoint(change, expected):
    found = endpoint_findings(PLACE, {**ENDPOINT, **change}, ENDPOINT)
    assert [(each.kind, each.severity) for each in found] == expected


#: An attribute or tag: live, declared, what is said
PARTS = [
    ({"ip_address_type": "ipv4"}, {"ip_address_type": "dualstack"}, [("ip_address_type", "has changed", "major")]),
    ({"dns_record_ip_type": "ipv4"}, {"dns_record_ip_type": "ipv6"}, [("dns_record_ip_type", "has changed", "major")]),
    ({"ip_address_type": "ipv4"}, {"ip_address_type": "ipv4"}, []),
    # What AWS does not say, or nobody declares.
    ({"ip_address_type": None}, {"ip_address_type": "ipv4"}, []),
    ({"ip_address_type": "ipv4"}, {"ip_address_type": None}, []),
    ({"tags": {"Name": "s4"}}, {}, [("tag", "Name has changed", "minor")]),
    ({"tags": None}, {}, [("tag", "Name is missing", "minor")]),
    ({"tags": {"Name": "s3", "More": "x"}}, {}, [("tag", "More is not declared", "minor")]),
    ({"route_table_ids": ["rtb-2"]}, {}, [
        ("route table", "rtb-1 is missing", "major"), ("route table", "rtb-2 is not declared", "critical"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("live, declared, said", PARTS)
def test_parts_of_an_endpoint(live, declared, said):
    before, after = {**ENDPOINT, **live}, {**ENDPOINT, **declared}
    found = endpoint_findings(PLACE, before, after)
    assert [(each.kind, each.what, each.severity) for each in found] == said
    for each in found:
        if each.kind in before:
            assert (each.before, each.after) == (before[each.kind], after[each.kind])
        name = each.what.split(" ")[0]
        if each.kind == "tag":
            assert (each.before, each.after) == ((before["tags"] or {}).get(name), after["tags"].get(name))
        if each.kind == "route table":
            word = "do not reach" if each.what.endswith("missing") else "reach"
            assert (*each.opens, *each.cuts) == (f"the subnets of {name} {word} S3 through vpce-11111111",)
            assert (each.before, each.after) == ((None, name) if each.cuts else (name, None))


def test_missing_endpoint():
    [found] = endpoint_findings(PLACE, None, ENDPOINT)
    assert (found.resource, found.kind, found.what, found.severity) == (
        "vpc-11111111", "endpoint", "is missing", "major",
    )  # fmt: skip
    assert (found.before, found.after) == (None, ENDPOINT)
    assert (found.opens, found.cuts) == ((), ("vpc-11111111 has no S3 gateway endpoint",))
    assert endpoint_findings(PLACE, ENDPOINT, None) == []


ALLOW_GET_PUT = {**READ, "Sid": "AllowGetPut", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"]}
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
STRANGER = {
    "Sid": "Stranger",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
}
NO_TLS = {**OUTSIDE, "Sid": "DenyInsecure", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def test_what_opens_a_wider_endpoint_policy_is_the_statement_that_came():
    live, declared = ({**ENDPOINT, "policy_document": policy(one)} for one in (EVERYTHING, ALLOW_GET_PUT))
    came, gone = endpoint_findings(PLACE, live, declared)
    assert (came.what, came.severity) == ("Statement[0] is not declared", "critical")
    assert came.opens[0].startswith("anonymous can s3:GetObject on ")
    assert (gone.what, gone.severity, gone.opens, gone.cuts) == ("AllowGetPut is missing", "minor", (), ())


def test_an_endpoint_policy_without_the_statement_lets_nothing_pass():
    live, declared = ({**ENDPOINT, "policy_document": policy(*some)} for some in ((NO_TLS,), (NO_TLS, ALLOW_GET_PUT)))
    [gone] = endpoint_findings(PLACE, live, declared)
    assert (gone.what, gone.severity, gone.opens) == ("AllowGetPut is missing", "major", ())


def test_a_deny_that_is_missing_cuts_nobody_off():
    for found in bucket_findings(PLACE, "b", None, policy(OUTSIDE, NO_TLS)):
        assert (found.severity, found.cuts) == ("critical", ())
    of_nobody = {**OUTSIDE, "Sid": "DenyPartner", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject"}
    del of_nobody["Condition"]
    [found] = bucket_findings(PLACE, "b", policy(OUTSIDE), policy(OUTSIDE, of_nobody))
    assert (found.severity, found.opens, found.cuts) == ("minor", (), ())


def test_a_lone_statement_is_as_good_as_a_list_of_one():
    lone = {"Version": "2012-10-17", "Statement": OUTSIDE}
    for declared in (policy(OUTSIDE, NO_TLS), policy(NO_TLS)):
        listed = bucket_findings(PLACE, "b", policy(OUTSIDE), declared)
        found = bucket_findings(PLACE, "b", lone, declared)
        assert [(one.what, one.severity, one.opens, one.cuts) for one in found] == [
            (one.what, one.severity, one.opens, one.cuts) for one in listed
        ]
    assert bucket_findings(PLACE, "b", lone, policy(OUTSIDE)) == []


def test_who_really_gets_in_is_named_first():
    found = {each.what: each for each in bucket_findings(PLACE, "b", policy(STRANGER), policy(OUTSIDE, NO_TLS))}
    outside, tls = found["DenyOutside is missing"], found["DenyInsecure is missing"]
    assert (
        outside.opens[0]
        == "any principal of account 999988887777 can s3:GetObject on arn:aws:s3:::b/any-object from the internet"
    )
    # And one of our own, before a second of the stranger's.
    assert outside.opens[1].startswith("any principal of account 111122223333 can ")
    assert all(each.endswith(", without TLS") for each in tls.opens)
    public = {**STRANGER, "Sid": "Public", "Principal": "*"}
    [came] = bucket_findings(PLACE, "b", policy(OUTSIDE, public), policy(OUTSIDE))
    assert came.opens[0].startswith("anonymous can ")
    assert "of account 999999999999" in came.opens[1]
    for each in (outside, tls, came):
        assert len(set(each.opens)) == len(each.opens) == 3


@pytest.mark.parametrize("key", ["aws:ResourceAccount", "AWS:resourceaccount", "aws:ResourceOrgID"])
def test_a_statement_of_others_about_the_owner_is_no_obstacle(key):
    of_others = {**OUTSIDE, "Sid": "Others", "Condition": {"StringNotEquals": {key: "111122223333"}}}
    found = bucket_findings(PLACE, "b", policy(of_others), policy(of_others, READ))
    assert [each.what for each in found] == ["Read is missing"]


@pytest.mark.parametrize(
    "odd",
    [
        {"Version": "2012-10-17", "Statement": [["not a statement"]]},
        {"Version": "2012-10-17", "Statement": "nothing"},
        {"Version": 7, "Statement": [OUTSIDE]},
        {"Version": "2012-10-17", "Statement": [{**OUTSIDE, "Condition": {"NoSuchOperator": {"a:b": "c"}}}]},
    ],
)
def test_a_document_that_nobody_understands_is_a_finding(odd):
    found = bucket_findings(PLACE, "b", odd, policy(OUTSIDE))
    assert found
    assert found[0].severity == "critical"
    assert all(each.resource == "b" for each in found)


@pytest.mark.parametrize("deleted", [[], [{**FOREIGN, "Sid": "Nothing", "Effect": "Deny"}]])
def test_a_version_that_changes_what_statements_mean_is_a_drift_of_its_own(deleted):
    """In the older one a variable is a plain text."""
    home = {**READ, "Resource": "arn:aws:s3:::b/${aws:username}/*"}
    live, declared = policy(home), policy(home, *deleted)
    found = bucket_findings(PLACE, "b", {**live, "Version": "2008-10-17"}, declared)
    assert [(one.what, one.severity) for one in found] == [
        *[("Nothing is missing", "minor") for _deleted in deleted],
        ("has changed as a whole" if deleted else "has changed", "critical"),
    ]
    whole = found[-1]
    assert (whole.before, whole.after) == ({**live, "Version": "2008-10-17"}, declared)
    assert [each for each in whole.opens if "on arn:aws:s3:::b/${aws:username}/" not in each] == []
    assert whole.opens


@pytest.mark.parametrize("region", ["cn-north-1", ""])
def test_the_partition_is_not_that_of_any_arn_in_a_document(region):
    declared = policy({**OUTSIDE, "Resource": ["arn:aws-cn:s3:::b", "arn:aws-cn:s3:::b/*"]})
    other = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/x"}}
    reader = {**READ, "Principal": {"AWS": "*"}, "Resource": "arn:aws-cn:s3:::b/*"}
    live = policy({"Condition": other, **reader, "Sid": "Odd", "Effect": "Deny"}, reader)
    found = bucket_findings(Place("111122223333", region), "b", live, declared)
    assert any("anonymous can s3:GetObject on arn:aws-cn:s3:::b/" in one for each in found for one in each.opens)


@pytest.mark.parametrize("region, partition", [("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws"), ("", "aws")])
def test_the_partition_where_no_document_names_one(region, partition):
    live, declared = ({**ENDPOINT, "policy_document": policy(one)} for one in (
        EVERYTHING, {**EVERYTHING, "Action": "s3:GetObject"},
    ))  # fmt: skip
    [found] = endpoint_findings(Place("111122223333", region), live, declared)[:1]
    assert found.opens
    assert [each for each in found.opens if f" on arn:{partition}:s3:::" not in each] == []
