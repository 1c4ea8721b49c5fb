# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long documents may be, to the byte and the character."""

from __future__ import annotations

import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import limits


def document(text):
    return {"Statement": [{"Sid": text}]}


#: Without what is in it: {"Statement":[{"Sid":""}]}
EMPTY = len(json.dumps(document(""), separators=(",", ":")))
# What is asked, the limit of AWS, how many a letter beyond ASCII counts, whose limit it is
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html (20 KB)
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
SIZES = [
    (limits.bucket_policy_size, 20 * 1024, 2, "S3 accepts 20,480"),
    (limits.endpoint_policy_size, 20_480, 1, "AWS accepts 20,480"),
    (limits.managed_policy_size, 6_144, 1, "IAM accepts 6,144"),
]


@pytest.mark.parametrize("size, most, letter, said", SIZES)
def test_what_fits_and_what_does_not(size, most, letter, said):
    assert size(document("a" * (most - EMPTY))) == []
    (problem,) = size(document("a" * (most - EMPTY + 1)))
    assert f"{most + 1:,} " in problem.rule
    assert said in problem.rule
    assert problem.remedy
    assert (size(document("\u00e4" * (most - EMPTY))) == []) is (letter == 1)


def naming(principals, **more):
    """A document of this principal, and one so long that S3 does not take it as it is."""
    statement = {"Principal": principals, "Resource": "arn:aws:s3:::b", **more}
    return [{"Statement": [{"Sid": "a" * length, **statement}]} for length in (1, 20_480)]


ROOT, CHINA = "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:root"
ROLE = "arn:aws:iam::111122223333:role/root"
#: A principal, as it is sent where it would be too long
SHORTER = [
    ({"AWS": ROOT}, {"AWS": "111122223333"}),
    ({"AWS": [ROOT, ROLE, "*"], "Service": ROOT}, {"AWS": ["111122223333", ROLE, "*"], "Service": ROOT}),
    # S3 shows only accounts of its own partition so.
    ({"AWS": [CHINA, 7]}, {"AWS": [CHINA, 7]}),
    ({"Federated": ROOT}, {"Federated": ROOT}),
    ("*", "*"),
]


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("principal, shorter", SHORTER)
def test_accounts_are_written_by_their_ids_where_the_policy_is_too_long(element, principal, shorter):
    short, long = naming("*", **{element: principal})
    assert json.loads(limits.bucket_policy_text(short)) == short
    assert json.loads(limits.bucket_policy_text(long))["Statement"][0][element] == shorter
    assert limits.bucket_policy_bytes(long) == len(limits.bucket_policy_text(long))


def test_what_is_just_too_long_as_it_is_shown_fits():
    for length, sent in ((20_480, ROOT), (20_481, "111122223333")):
        fixed = len(json.dumps(document(""), separators=(",", ":"))) + len(f',"Principal":{{"AWS":"{ROOT}"}}')
        fixed += len(',"Resource":"arn:aws:s3:::b"')
        statement = {"Sid": "a" * (length - fixed), "Principal": {"AWS": ROOT}, "Resource": "arn:aws:s3:::b"}
        raw = {"Statement": statement}
        assert len(json.dumps({"Statement": [statement]}, separators=(",", ":"))) == length
        (found,) = json.loads(limits.bucket_policy_text({"Statement": [statement]}))["Statement"]
        assert found["Principal"]["AWS"] == sent
        assert limits.bucket_policy_size({"Statement": [statement]}) == []
        assert limits.bucket_policy_size(raw) == []


def test_accounts_stay_as_they_are_where_the_partition_is_open():
    for more in ({"Resource": "*"}, {"NotResource": "arn:aws-cn:s3:::b/x"}):
        _short, long = naming({"AWS": ROOT}, **more)
        assert json.loads(limits.bucket_policy_text(long)) == long
    broken = {"Statement": "a" * 20_480, "Resource": "arn:aws:s3:::b"}
    assert json.loads(limits.bucket_policy_text(broken)) == broken
    odd = {"Statement": ["a" * 20_480, {"Resource": "arn:aws:s3:::b", "Principal": {"AWS": ROOT}}]}
    first, second = json.loads(limits.bucket_policy_text(odd))["Statement"]
    assert (first, second["Principal"]) == ("a" * 20_480, {"AWS": "111122223333"})
