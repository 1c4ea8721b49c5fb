# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls. moto gives keys it does not know the ARN of no principal that AWS has (``arn:aws:sts::...:user/moto``)."""

from __future__ import annotations

from tests.emulator.answers import Answer, xml
from tests.emulator.call import Call
from tests.emulator.callers import AUTOMATION_ID, find_caller
from tests.emulator.state import Settings

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
# Keys of temporary credentials begin so; moto knows the sessions that AssumeRole has made.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
TEMPORARY = "ASIA"


class Identity:
    """Keys that nobody registered belong to an automation's user in the account.

    With the setting ``moto_caller`` its ARN is one of STS, as plain moto says and AWS never does.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def before(self, call: Call) -> Answer | None:
        if call.operation != "GetCallerIdentity" or call.key.startswith(TEMPORARY):
            return None
        caller = find_caller(call.key, call.account)
        arn = caller.arn
        if self._settings["moto_caller"] and caller.user_id == AUTOMATION_ID:
            arn = arn.replace(":iam:", ":sts:")
        result = f"<Arn>{arn}</Arn><UserId>{caller.user_id}</UserId><Account>{call.account}</Account>"
        return xml(
            f'<GetCallerIdentityResponse xmlns="{NAMESPACE}">'
            f"<GetCallerIdentityResult>{result}</GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>"
            "</GetCallerIdentityResponse>"
        )

    def after(self, _call: Call, answer: Answer) -> Answer:
        """Nothing to correct."""
        return answer

    def reset(self) -> None:
        """Nothing to forget."""
