# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What messages of denials say, in the words of

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.message import Said, read_message

USER = "arn:aws:iam::111122223333:user/bob"
LEAD = f"User: {USER} is not authorized to perform: s3:GetObject"
ON = f'{LEAD} on resource: "arn:aws:s3:::logs/a"'

# Message, what it says
MESSAGES = [
    ("Access Denied", Said()),
    ("", Said()),
    (LEAD, Said("", USER, "s3:GetObject")),
    (f"{ON} for reasons of its own", Said("", USER, "s3:GetObject")),
    (f"{ON} because no identity-based policy allows the action", Said("identity_policy", USER, "s3:GetObject")),
    (f"{ON}\nbecause no resource-based policy allows it", Said("bucket_policy", USER, "s3:GetObject")),
    (f"{ON} with an explicit deny in an identity-based policy", Said("identity_policy", USER, "s3:GetObject")),
    (f"{ON} with an explicit deny in a resource-based policy", Said("bucket_policy", USER, "s3:GetObject")),
    (f"{ON} with an Explicit Deny in a Service Control Policy", Said("service_control_policy", USER, "s3:GetObject")),
    (f"{ON} with an explicit deny in a resource control policy", Said("resource_control_policy", USER, "s3:GetObject")),
    (f"{ON} with an explicit deny in a permissions boundary", Said("permissions_boundary", USER, "s3:GetObject")),
    (f"{ON} because no permissions boundary allows it", Said("permissions_boundary", USER, "s3:GetObject")),
    (f"{ON} because no session policy allows it", Said("session_policy", USER, "s3:GetObject")),
    (f"{ON} because no VPC endpoint policy allows it", Said("endpoint_policy", USER, "s3:GetObject")),
    (f"{ON} because no policy of tomorrow's policy allows it", Said("", USER, "s3:GetObject")),
    # Without the user, and as an action is not spelled.
    ("is not authorized to perform: s3:getobject", Said("", "", "s3:GetObject")),
    ("is not authorized to perform: s3:Invented", Said()),
    ("is not authorized to perform: ec2:RunInstances", Said()),
    # What endpoints say of themselves.
    ("The request was denied due to a VPC endpoint policy", Said("endpoint_policy")),
]


@pytest.mark.parametrize("message, said", MESSAGES)
def test_what_a_message_says(message, said):
    assert read_message(message) == said
