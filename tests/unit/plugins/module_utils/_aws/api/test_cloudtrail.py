# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who changed something, as CloudTrail says it."""

from __future__ import annotations

import pytest

pytest.importorskip("botocore")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.cloudtrail import lookup_events
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import FakeModule, Refused


def test_a_page_of_the_events_about_a_resource():
    module = FakeModule({}, {"LookupEvents": {"Events": [{"EventId": "e-1"}], "NextToken": "t"}})
    found = lookup_events(module.client("cloudtrail"), "logs", MaxResults=50)
    assert (found["Events"], found["NextToken"]) == ([{"EventId": "e-1"}], "t")
    about = [{"AttributeKey": "ResourceName", "AttributeValue": "logs"}]
    assert module.asked == [("LookupEvents", {"LookupAttributes": about, "MaxResults": 50})]


def test_who_may_not_look_is_told():
    module = FakeModule({}, {"LookupEvents": Refused("AccessDeniedException")})
    with pytest.raises(CallError, match=r"^Cannot look up who changed logs: ") as caught:
        lookup_events(module.client("cloudtrail"), "logs")
    assert (caught.value.call, caught.value.resource) == ("cloudtrail:LookupEvents", "*")
