# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint policies that come out of declarations."""

from __future__ import annotations

import re

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.endpoint import (
    Grant,
    declared_grants,
    endpoint_policy,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.scopes import SCOPES
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.access_levels import ACCESS_LEVELS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import PARTITIONS
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import minify
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.vocabulary import find_action
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import canonical, equivalent

ROLE = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/session"

# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
PUBLISHED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Allow-access-to-specific-bucket",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::my_secure_bucket", "arn:aws:s3:::my_secure_bucket/*"],
        }
    ],
}


def allow(actions, resources, condition=None):
    statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


#: name, buckets, further options, the statements
MEANINGS = [
    (
        "two buckets of one access share a statement",
        ["one", "two"],
        {},
        [
            allow(
                ["s3:GetObject", "s3:PutObject"],
                ["arn:aws:s3:::one", "arn:aws:s3:::one/*", "arn:aws:s3:::two", "arn:aws:s3:::two/*"],
            )
        ],
    ),
    (
        "a level for all, and another for one",
        ["one", {"name": "two", "access": "list"}],
        {"access": ["s3:GetObject"]},
        [
            allow("s3:GetObject", ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]),
            allow(["s3:GetBucketLocation", "s3:ListBucket"], ["arn:aws:s3:::two", "arn:aws:s3:::two/*"]),
        ],
    ),
    (
        "prefixes narrow the objects",
        [{"name": "one", "prefixes": ["b/", "a"]}],
        {},
        [allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::one/a*", "arn:aws:s3:::one/b/*"])],
    ),
    (
        "prefixes narrow the listing",
        [
            {
                "name": "one",
                "access": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
                "prefixes": ["logs/2024/"],
            }
        ],
        {},
        [
            allow("s3:GetObject", "arn:aws:s3:::one/logs/2024/*"),
            allow("s3:ListBucket", "arn:aws:s3:::one", {"StringLike": {"s3:prefix": "logs/2024/*"}}),
            allow("s3:GetBucketLocation", "arn:aws:s3:::one"),
        ],
    ),
    (
        "principals, a session by its role wherever that has its path",
        [{"name": "one", "principals": [SESSION]}],
        {},
        [
            allow(
                ["s3:GetObject", "s3:PutObject"],
                ["arn:aws:s3:::one", "arn:aws:s3:::one/*"],
                {
                    "ArnLike": {
                        "aws:PrincipalArn": [
                            "arn:aws:iam::111122223333:role/app",
                            "arn:aws:iam::111122223333:role/*/app",
                        ]
                    }
                },
            )
        ],
    ),
    (
        "null is as if the option were not there",
        [{"name": "one", "access": None, "prefixes": None, "principals": None}],
        {},
        [allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::one", "arn:aws:s3:::one/*"])],
    ),
    (
        "account",
        [],
        {"scope": "account", "account": "111122223333"},
        [allow("s3:*", "*", {"StringEquals": {"aws:ResourceAccount": "111122223333"}})],
    ),
    (
        "a pattern; what fits is said once, unless more is declared for it",
        ["corp-data-1", "other", {"name": "corp-data-2", "access": "read_write"}],
        {"scope": "pattern", "account": "111122223333", "patterns": ["corp-data-*", "logs-?"]},
        [
            allow(
                ["s3:GetObject", "s3:PutObject"],
                [
                    "arn:aws:s3:::corp-data-*",
                    "arn:aws:s3:::corp-data-*/*",
                    "arn:aws:s3:::logs-?",
                    "arn:aws:s3:::logs-?/*",
                ],
                {"StringEquals": {"aws:ResourceAccount": "111122223333"}},
            ),
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]),
            allow(list(ACCESS_LEVELS["read_write"]), ["arn:aws:s3:::corp-data-2", "arn:aws:s3:::corp-data-2/*"]),
        ],
    ),
    (
        "organization, and a bucket of another one",
        ["one"],
        {"scope": "organization", "organization": "o-1234567890"},
        [
            allow(
                "s3:*",
                "*",
                {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890", "aws:ResourceOrgID": "o-1234567890"}},
            ),
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]),
        ],
    ),
    (
        "managers repair the policies of the named buckets",
        ["one"],
        {"manager_principals": [ROLE]},
        [
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]),
            allow(
                [
                    "s3:DeleteBucketPolicy",
                    "s3:GetBucketLocation",
                    "s3:GetBucketPolicy",
                    "s3:GetBucketPolicyStatus",
                    "s3:GetBucketPublicAccessBlock",
                    "s3:PutBucketPolicy",
                ],
                "arn:aws:s3:::one",
                {"ArnLike": {"aws:PrincipalArn": ROLE}},
            ),
        ],
    ),
    (
        "further statements",
        ["one"],
        {"statements": [allow("s3:GetObject", "arn:aws:s3:::aws-owned/*")]},
        [
            allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]),
            allow("s3:GetObject", "arn:aws:s3:::aws-owned/*"),
        ],
    ),
]
#: buckets, further options, what the message says
PATTERNS = {"scope": "pattern", "account": "111122223333", "patterns": ["a*"]}
REFUSALS = [
    ([], {}, "buckets: No bucket is named"),
    (["arn:aws:s3:::one"], {}, r"buckets\[0\]: 'arn:aws:s3:::one' is not the name of a bucket"),
    (["one", {"access": "read"}], {}, r"buckets\[1\]\.name: None is not the name of a bucket"),
    (
        [{"name": "one", "prefxes": ["a"]}],
        {},
        r"buckets\[0\]\.prefxes: Unknown option 'prefxes'\. Known are name, access",
    ),
    ([7], {}, r"buckets\[0\]: A bucket is a name or a mapping, not 7"),
    (
        [{"name": "one", "access": "readonly"}],
        {},
        r"buckets\[0\]\.access: 'readonly' is not an access level\. Known are get_put",
    ),
    ([{"name": "one", "access": []}], {}, r"buckets\[0\]\.access: The list is empty"),
    (
        [{"name": "one", "access": ["ec2:RunInstances"]}],
        {},
        r"buckets\[0\]\.access\[0\]: 'ec2:RunInstances' is not an S3 action",
    ),
    (["one"], {"access": ["s3:ListAllMyBuckets"]}, r"access\[0\]: 's3:ListAllMyBuckets' is not about a bucket"),
    (["one"], {"access": ["s3:GetObject", "s3:*AccessPoint*"]}, r"access\[1\]: 's3:\*AccessPoint\*' is not about"),
    (["one"], {"access": "everything"}, "access: 'everything' is not an access level"),
    ([{"name": "one", "prefixes": []}], {}, r"buckets\[0\]\.prefixes: The list is empty"),
    ([{"name": "one", "prefixes": "logs/"}], {}, r"buckets\[0\]\.prefixes: This is a list of strings, not 'logs/'"),
    ([{"name": "one", "prefixes": ["logs/*"]}], {}, r"prefixes\[0\]: 'logs/\*' is not a prefix"),
    ([{"name": "one", "prefixes": [""]}], {}, r"prefixes\[0\]: '' is not a prefix"),
    ([{"name": "one", "access": "read", "prefixes": ["logs/"]}], {}, "'logs/' is too short to narrow a listing"),
    ([{"name": "one", "access": "all", "prefixes": ["logs/"]}], {}, r"'s3:\*' cannot be narrowed to prefixes"),
    ([{"name": "one", "access": ["s3:NewAction"], "prefixes": ["logs/"]}], {}, "'s3:NewAction' cannot be narrowed"),
    ([{"name": "one", "principals": []}], {}, r"buckets\[0\]\.principals: The list is empty"),
    ([{"name": "one", "principals": ["*"]}], {}, r"principals\[0\]: '\*' does not name principals of one account"),
    (["one"], {"manager_principals": ["111122223333"]}, r"manager_principals\[0\]: '111122223333' does not name"),
    (["one"], {"partition": "aws-mars"}, "partition: 'aws-mars' is not an AWS partition"),
    (["one"], {"scope": "world"}, "scope: 'world' is not a scope"),
    (["one"], {"scope": "account"}, "account: None is not an account id"),
    (["one"], {"scope": "account", "account": "1111"}, "account: '1111' is not an account id"),
    (["one"], {"scope": "organization", "organization": "111122223333"}, "organization: '111122223333' is not the id"),
    (["one"], {"scope": "pattern", "patterns": ["a*"]}, "account: None is not an account id"),
    (["one"], {"scope": "pattern", "account": "111122223333"}, "patterns: The list is empty"),
    ([], {**PATTERNS, "patterns": ["*"]}, r"patterns\[0\]: '\*' is not a pattern .* scope 'account'"),
    ([], {**PATTERNS, "patterns": ["a/*"]}, r"patterns\[0\]: 'a/\*' is not a pattern"),
    ([], {**PATTERNS, "access": "nothing"}, "access: 'nothing' is not an access level"),
    ([{"name": "app", "access": "list"}], PATTERNS, r"buckets\[0\]: The pattern 'a\*' lets everybody do s3:GetObject"),
    ([{"name": "app", "prefixes": ["logs/"]}], PATTERNS, r"buckets\[0\]: The pattern 'a\*' .* more than is declared"),
    ([{"name": "app", "principals": [ROLE]}], PATTERNS, r"buckets\[0\]: The pattern 'a\*' .* more than is declared"),
]


def test_published_example():
    assert equivalent(endpoint_policy(["my_secure_bucket"]), PUBLISHED, labels=False)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_partition(partition):
    expected = [text.replace("arn:aws:", f"arn:{partition}:") for text in PUBLISHED["Statement"][0]["Resource"]]
    assert endpoint_policy(["my_secure_bucket"], partition)["Statement"][0]["Resource"] == expected


@pytest.mark.parametrize(
    "buckets, options, statements", [row[1:] for row in MEANINGS], ids=[row[0] for row in MEANINGS]
)
def test_meaning(buckets, options, statements):
    document = endpoint_policy(buckets, **options)
    assert equivalent(document, {"Version": "2012-10-17", "Statement": statements}, labels=False)


@pytest.mark.parametrize("buckets, options, message", REFUSALS)
def test_refusal(buckets, options, message):
    with pytest.raises(PolicyError, match=message):
        endpoint_policy(buckets, **options)


def test_every_problem_is_named_and_a_wrong_default_once():
    with pytest.raises(PolicyError) as caught:
        endpoint_policy(["one", "two", "Bad/Name"], access="nothing")
    assert [problem.path for problem in caught.value.problems] == ["access", "buckets[2]"]


def test_sids_are_unique_and_the_order_of_buckets_is_no_difference():
    buckets = [
        "one",
        {"name": "two", "principals": [ROLE]},
        {"name": "three", "access": "read"},
        {"name": "four", "access": "read", "prefixes": ["logs/2024/"]},
    ]
    document = endpoint_policy(buckets)
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert len(set(sids)) == len(sids)
    assert endpoint_policy(buckets[::-1]) == document


def test_what_is_declared_for_each_bucket():
    reading = tuple(ACCESS_LEVELS["list"])
    found = declared_grants(["one", {"name": "two", "access": "list"}], access=["s3:GetObject"])
    assert found == [Grant("one", "custom", ("s3:GetObject",)), Grant("two", "list", reading)]
    with pytest.raises(PolicyError) as caught:
        declared_grants(["one", {"name": "two", "access": "lst"}], access="nothing")
    assert [one.path for one in caught.value.problems] == ["access", "buckets[1].access"]


def test_sids_say_what_they_allow():
    document = endpoint_policy(
        [
            "one",
            {"name": "two", "principals": [ROLE]},
            {"name": "three", "access": "read", "prefixes": ["logs/2024/"]},
            {"name": "four", "access": ["s3:GetObject"]},
        ],
        access="read_write",
        scope="account",
        account="111122223333",
        manager_principals=[ROLE],
    )
    assert [one["Sid"] for one in document["Statement"]] == [
        "PerimeterS3AllowAccount",
        "PerimeterS3AllowCustom",
        "PerimeterS3AllowPolicyManagement",
        "PerimeterS3AllowRead",
        "PerimeterS3AllowReadListing",
        "PerimeterS3AllowReadOfBucket",
        "PerimeterS3AllowReadWrite",
        "PerimeterS3AllowReadWrite2",
    ]
    assert document["Version"] == "2012-10-17"
    for scope in ("organization", "pattern"):
        options = {"account": "111122223333", "organization": "o-1234567890", "patterns": ["a-*"]}
        (statement,) = endpoint_policy([], scope=scope, **options)["Statement"]
        assert statement["Sid"] == f"PerimeterS3Allow{scope.capitalize()}"


def test_too_long_names_the_overflow_and_each_scope():
    buckets = [f"a-bucket-with-a-long-name-{number:04}" for number in range(400)]
    with pytest.raises(PolicyError) as caught:
        endpoint_policy(buckets)
    said = str(caught.value)
    over = re.search(r"It is ([\d,]+) characters long for 400 named buckets, ([\d,]+) more than the 20,480", said)
    assert int(over[1].replace(",", "")) - int(over[2].replace(",", "")) == 20_480
    for scope in ("pattern", "account", "organization"):
        assert f"'{scope}' allows {SCOPES[scope]}" in said
    fitting = endpoint_policy(buckets, scope="pattern", account="111122223333", patterns=["a-bucket-with-*"])
    assert [statement["Sid"] for statement in fitting["Statement"]] == ["PerimeterS3AllowPattern"]


def test_what_is_just_long_enough_fits():
    def buckets(length):
        return ["two", {"name": "one", "prefixes": ["p" * length]}]

    fixed = len(minify(endpoint_policy(buckets(1)))) - 1
    assert len(minify(endpoint_policy(buckets(20_480 - fixed)))) == 20_480
    with pytest.raises(PolicyError, match="It is 20,481 characters long for 2 named buckets, 1 more than the 20,480"):
        endpoint_policy(buckets(20_481 - fixed))


def test_a_hundred_buckets_fit():
    assert len(minify(endpoint_policy([f"a-bucket-with-a-long-name-{number:04}" for number in range(100)]))) < 20_480


def test_access_levels_are_made_of_known_actions():
    assert [
        action
        for actions in ACCESS_LEVELS.values()
        for action in actions
        if action != "s3:*" and (find_action(action) is None or find_action(action).name != action)
    ] == []


def test_input_is_not_changed():
    buckets = [{"name": "one", "prefixes": ["b/", "a/"]}]
    endpoint_policy(buckets)
    assert buckets == [{"name": "one", "prefixes": ["b/", "a/"]}]
    assert canonical(endpoint_policy(buckets)) == canonical(endpoint_policy(buckets))
