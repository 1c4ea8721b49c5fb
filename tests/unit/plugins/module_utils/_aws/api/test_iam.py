# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role of a session, as IAM has it."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.iam import get_role_arn
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused

ARN = "arn:aws:iam::111122223333:role/ci/deploy"


def test_a_role_has_a_path():
    module = FakeModule({}, {"GetRole": {"Role": {"Arn": ARN, "RoleName": "deploy"}}})
    assert get_role_arn(module.client("iam"), "deploy") == ARN
    assert module.asked == [("GetRole", {"RoleName": "deploy"})]


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchEntity"])
def test_who_may_not_ask_is_told(code):
    module = FakeModule({}, {"GetRole": Refused(code)})
    with pytest.raises(CallError, match=r"^Cannot look up the role deploy: ") as caught:
        get_role_arn(module.client("iam"), "deploy")
    assert (caught.value.call, caught.value.resource, caught.value.code) == ("iam:GetRole", "deploy", code)
