# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The call to CloudTrail."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

from .errors import CallError, aws_errors


def lookup_events(client: Any, resource: str, **parameters: Any) -> dict[str, Any]:
    """One page of the management events about a resource in the client's region, the newest first.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html

    :raises CallError: AWS does not say.
    """
    attributes = [{"AttributeKey": "ResourceName", "AttributeValue": resource}]
    try:
        return _send(client, LookupAttributes=attributes, **parameters)
    except aws_errors() as error:
        raise CallError(f"look up who changed {resource}", "cloudtrail:LookupEvents", "*", error) from error


# Two requests a second are allowed to all of an account and region, so others can be in the way for a while.
@AWSRetry.jittered_backoff(retries=6, delay=1, max_delay=15, catch_extra_error_codes=["ThrottlingException"])
def _send(client: Any, **parameters: Any) -> dict[str, Any]:
    return dict(client.lookup_events(**parameters))
