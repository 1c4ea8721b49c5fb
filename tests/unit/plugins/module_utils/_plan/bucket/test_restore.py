# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was in force is put back, and what is long is not made longer, nor refused when it gets shorter."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.limits import (
    BUCKET_POLICY_BYTES,
    bucket_policy_bytes,
    bucket_policy_text,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.meaning.canonical import equivalent

READ = {
    "Sid": "R",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::logs/*",
}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


IN_FORCE = {
    "one Sid twice": policy(READ, {**READ, "Action": "s3:PutObject"}),
    "a resource of another bucket": policy({**READ, "Resource": "arn:aws:s3:::other/*"}),
    "an operator that AWS does not have": policy({**READ, "Condition": {"StringEqual": {"aws:username": "x"}}}),
    "objects for an action of the bucket": policy({**READ, "Action": "s3:GetBucketTagging"}),
}


@pytest.mark.parametrize("document", IN_FORCE.values(), ids=IN_FORCE)
def test_what_was_in_force_is_put_back(document):
    options = {"bucket": "logs", "policy": json.dumps(document)}
    with pytest.raises(PolicyError):
        declare(options, "aws")
    plan = decide(policy(READ), declare({**options, "restore": True}, "aws"))
    assert (plan.action, plan.after) == ("s3:PutBucketPolicy", document)
    assert "Bucket logs: the policy that is restored would be refused as a new one." in plan.warnings[0]


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [], "Statement": []}'])
def test_what_nobody_can_read_was_not_in_force(text):
    with pytest.raises(PolicyError):
        declare({"bucket": "logs", "policy": text, "restore": True}, "aws")


ACCOUNTS = [f"{100000000000 + number}" for number in range(1300)]


def partners(accounts, partition="aws", **more):
    """As S3 shows accounts."""
    roots = [f"arn:{partition}:iam::{one}:root" for one in accounts]
    resource = f"arn:{partition}:s3:::logs/*"
    return {**READ, "Sid": "Partners", "Principal": {"AWS": roots}, "Resource": resource, **more}


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-eusc"])
def test_accounts_are_sent_as_ids_where_their_arns_do_not_fit(partition):
    shown = policy(partners(ACCOUNTS, partition))
    assert len(json.dumps(shown)) > 2 * BUCKET_POLICY_BYTES
    sent = json.loads(bucket_policy_text(shown))
    assert sent["Statement"][0]["Principal"] == {"AWS": ACCOUNTS}
    assert bucket_policy_bytes(shown) <= BUCKET_POLICY_BYTES
    assert equivalent(sent, shown)


def test_what_fits_is_sent_as_it_is():
    shown = policy(partners(ACCOUNTS[:10]), {**READ, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}})
    assert json.loads(bucket_policy_text(shown)) == shown


def test_only_what_is_the_same_principal_is_shortened():
    others = [
        "arn:aws:iam::111122223333:role/root",
        "arn:aws-cn:iam::111122223333:root",
        "arn:aws:iam::*:root",
        "111122223333",
    ]
    alone = {**READ, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Effect": "Deny"}
    del alone["Principal"]
    named = {**READ, "Principal": {"AWS": others, "Service": "logging.s3.amazonaws.com"}}
    long = policy(partners(ACCOUNTS), named, {**READ, "Principal": "*"}, alone)
    sent = json.loads(bucket_policy_text(long))["Statement"]
    assert sent[1:3] == long["Statement"][1:3]
    assert sent[3]["NotPrincipal"] == {"AWS": "111122223333"}
    # Of a document that is about buckets of two partitions nobody knows whose ids these are.
    two = policy(partners(ACCOUNTS), {**READ, "Resource": "arn:aws-cn:s3:::logs/*"})
    assert json.loads(bucket_policy_text(two)) == two


def test_a_policy_of_many_accounts_can_be_worked_on():
    live = policy(partners(ACCOUNTS))
    added = decide(live, declare({"bucket": "logs", "statements": [{**READ, "Sid": "Mine"}]}, "aws"))
    assert (added.action, added.after["Statement"][0]) == ("s3:PutBucketPolicy", live["Statement"][0])
    removed = decide(added.after, declare({"bucket": "logs", "state": "absent", "sids": ["Mine"]}, "aws"))
    assert (removed.action, removed.after, removed.warnings) == ("s3:PutBucketPolicy", live, ())
    back = decide(policy(READ), declare({"bucket": "logs", "policy": live, "restore": True}, "aws"))
    assert (back.action, back.after, back.warnings) == ("s3:PutBucketPolicy", live, ())


def long(count, sid="Long"):
    return {**READ, "Sid": sid, "Resource": [f"arn:aws:s3:::logs/{number:0900}" for number in range(count)]}


SHORTER = {
    "a statement less": ({"state": "absent", "sids": ["R"]}, [long(25), READ]),
    "one of two long ones": ({"state": "absent", "sids": ["Other"]}, [long(25), long(3, "Other")]),
    "a shorter statement": ({"statements": [long(25)]}, [long(26)]),
    "a shorter policy": ({"policy": policy(long(24))}, [long(30)]),
}


@pytest.mark.parametrize("options, found", SHORTER.values(), ids=SHORTER)
def test_what_makes_a_policy_shorter_is_not_refused(options, found):
    plan = decide(policy(*found), declare({"bucket": "logs", **options}, "aws"))
    assert plan.action == "s3:PutBucketPolicy"
    [warning] = plan.warnings
    assert "S3 accepts 20,480. It is sent all the same, and S3 has the last word." in warning


@pytest.mark.parametrize(
    "options, found",
    [
        ({"statements": [long(25)]}, None),
        ({"statements": [long(25)]}, policy(READ)),
        ({"statements": [READ]}, policy(long(25))),
        ({"policy": policy(long(26))}, policy(long(25))),
        # As long as before is no shorter.
        ({"policy": policy(long(25, "Same"))}, policy(long(25))),
    ],
)
def test_what_makes_it_longer_is(options, found):
    with pytest.raises(PolicyError, match=r"policy of bucket logs: The bucket policy takes .* S3 accepts 20,480"):
        decide(found, declare({"bucket": "logs", **options}, "aws"))


def test_what_was_in_force_is_not_too_long():
    plan = decide(policy(READ), declare({"bucket": "logs", "policy": policy(long(25)), "restore": True}, "aws"))
    assert plan.action == "s3:PutBucketPolicy"
    assert "S3 has the last word" in plan.warnings[0]
