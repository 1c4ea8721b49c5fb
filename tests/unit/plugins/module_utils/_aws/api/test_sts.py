# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls, as STS says it."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.sts import Caller, get_caller_identity
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused

# Of a user, a session of a role, and the root user; the partition
ARNS = [
    ("arn:aws:iam::111122223333:user/me", "aws"),
    ("arn:aws-cn:sts::111122223333:assumed-role/deploy/run", "aws-cn"),
    ("arn:aws-us-gov:iam::111122223333:root", "aws-us-gov"),
]


@pytest.mark.parametrize("arn, partition", ARNS)
def test_who_calls(arn, partition):
    module = FakeModule({}, {"GetCallerIdentity": {"Account": "111122223333", "Arn": arn, "UserId": "AIDAEXAMPLE"}})
    found = get_caller_identity(module.client("sts"))
    assert found == Caller("111122223333", arn, "AIDAEXAMPLE")
    assert found.partition == partition
    assert module.asked == [("GetCallerIdentity", {})]


def test_whose_credentials_are_none_is_told():
    module = FakeModule({}, {"GetCallerIdentity": Refused("InvalidClientTokenId")})
    with pytest.raises(CallError, match=r"^Cannot find out who calls: AWS does not take the credentials") as caught:
        get_caller_identity(module.client("sts"))
    assert (caught.value.call, caught.value.resource) == ("sts:GetCallerIdentity", "*")
