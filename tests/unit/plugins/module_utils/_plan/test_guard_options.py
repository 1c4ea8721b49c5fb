# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say who has to stay able to manage something."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.guard_options import guard_problems

DEPLOY = "arn:aws:iam::111122223333:role/ci/deploy"
# what, options of the guards, place of the problem (none: there is none)
GUARD_OPTIONS = [
    ("the role of a session, with its path", {"request_context": {"aws:PrincipalArn": DEPLOY}}, None),
    ("a key in another case", {"request_context": {"AWS:principalarn": DEPLOY}}, None),
    (
        "another role in another key",
        {
            "request_context": {
                "aws:PrincipalArn": DEPLOY,
                "aws:PrincipalTag/made-by": DEPLOY.replace("ci/deploy", "ops"),
            }
        },
        None,
    ),
    ("what is no ARN", {"request_context": {"aws:PrincipalArn": 7}}, "request_context"),
    ("an organization", {"request_context": {"aws:PrincipalOrgID": "o-exampleorgid"}}, None),
    ("a network beside the network", {"request_context": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, "request_context"),
    ("an address, through an endpoint", {"request_context": {"aws:SourceIp": "192.0.2.1"}}, "request_context"),
    ("a network", {"arriving_through": "vpc-1a2b3c4d", "request_context": {}}, None),
    ("no network", {"arriving_through": "the office"}, "arriving_through"),
    ("a role", {"protected_principals": [DEPLOY]}, None),
    ("a service", {"protected_principals": [DEPLOY, "logging.s3.amazonaws.com"]}, "protected_principals[1]"),
    ("a pattern", {"protected_principals": ["arn:aws:iam::111122223333:role/*"]}, "protected_principals[0]"),
    ("another partition", {"protected_principals": [DEPLOY.replace("aws", "aws-cn", 1)]}, "protected_principals[0]"),
    ("another account", {"protected_principals": [DEPLOY.replace("1111", "9999")]}, "protected_principals[0]"),
]


@pytest.mark.parametrize("options, place", [row[1:] for row in GUARD_OPTIONS], ids=[row[0] for row in GUARD_OPTIONS])
def test_options_of_the_guards(options, place):
    given = {"expected_bucket_owner": "111122223333", "arriving_through": "vpce-0123456789abcdef0", **options}
    problems = list(guard_problems(given, "aws"))
    assert len(problems) == (place is not None), problems
    assert all(problem.path.startswith(place) for problem in problems)
