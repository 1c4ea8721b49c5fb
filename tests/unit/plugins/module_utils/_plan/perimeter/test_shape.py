# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which buckets are of one shape."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.input import read_declaration
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.shape import shape_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.perimeter.theorems import Subject
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import parse

ACCOUNT, VPCE, VPC = "111122223333", "vpce-1a2b3c4d", "vpc-1a2b3c4d"
BUCKETS = ["alpha", "alphabet", {"name": "other", "access": "read"}]


def allow(*resources, **more):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": list(resources), **more}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def shape(bucket, document, endpoint=None):
    declaration = read_declaration(BUCKETS, ACCOUNT, VPCE, VPC)
    parsed = None if document is None else parse(document)
    return shape_of(Subject(declaration, declaration.grants[bucket], document, parsed, endpoint))


def arns(bucket):
    return (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")


@pytest.mark.parametrize(
    "of, alike",
    [
        (lambda name: policy(allow(*arns(name))), True),
        (lambda name: policy(allow(f"arn:aws:s3:::{name}/in/*", "arn:aws:s3:::third/*")), True),
        (lambda name: policy(allow("arn:aws:s3:::*", "*")), True),
        (lambda name: policy(allow(*arns("alpha"))), False),
        (lambda name: policy(allow("arn:aws:s3:::alpha*")), False),
        (lambda name: policy(allow("arn:aws:s3:*:*:alpha")), False),
        (lambda name: policy(allow("*alpha/*")), False),
        (lambda name: policy(allow("arn:aws:s3:eu-central-1:111122223333:accesspoint/mine")), True),
        (lambda name: policy(allow(*arns(name), Condition={"StringEquals": {"s3:prefix": name}})), False),
        (
            lambda name: policy(
                allow(*arns(name), Condition={"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{name}"}}),
            ),
            True,
        ),
        (lambda name: None, True),
        (lambda name: policy(allow(*arns(name), Sid="Alpha" if name == "alpha" else "Beta")), False),
    ],
)
def test_policies_that_differ_in_the_name_only_are_alike(of, alike):
    assert (shape("alpha", of("alpha")) == shape("alphabet", of("alphabet"))) is alike


@pytest.mark.parametrize(
    "statements, alike",
    [
        ([allow(*arns("alpha"), *arns("alphabet"))], True),
        ([allow(*arns("alpha")), allow(*arns("alphabet"))], True),
        ([allow(*arns("alpha")), allow(*arns("third"))], False),
        ([allow(*arns("alpha"), *arns("alphabet")), allow("arn:aws:s3:::aws-*/*")], True),
        ([allow("arn:aws:s3:::alphab*")], False),
        ([allow("*")], True),
        ([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::alpha"}], False),
    ],
)
def test_the_endpoint_counts_as_far_as_it_can_be_about_them(statements, alike):
    found = [shape(name, policy(allow(*arns(name))), policy(*statements)) for name in ("alpha", "alphabet")]
    assert (found[0] == found[1]) is alike


def test_grants_and_missing_policies_count():
    assert shape("alpha", policy(allow(*arns("alpha")))) != shape("other", policy(allow(*arns("other"))))
    assert shape("alpha", None) != shape("alpha", policy(allow(*arns("alpha"))))
    assert shape("alpha", None, None) != shape("alpha", None, policy(allow("arn:aws:s3:::third")))


def test_buckets_with_other_peers_are_not_alike():
    peers = {"alpha": ["vpce-2b3c4d5e"]}
    declaration = read_declaration(["alpha", "alphabet", "other"], ACCOUNT, VPCE, VPC, peers=peers)
    of = {one: shape_of(Subject(declaration, declaration.grants[one], None, None, None)) for one in declaration.grants}
    assert of["alpha"] != of["alphabet"] == of["other"]
