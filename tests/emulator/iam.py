# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of bucket policies that name a user or role when that is deleted. moto forgets nobody's name.

S3 keeps a unique id in place of the ARN, and shows the ARN while there is somebody with that id. Whoever is deleted is
shown by the id from then on, and a policy that has it is refused when it is written again:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html. Somebody new of the same name
has another id. Names that IAM never had are taken for those of other accounts, and stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from moto.backends import get_backend

from tests.emulator.answers import Answer, Refused
from tests.emulator.call import Call

_ID, _ACCOUNT = re.compile(r"A(ROA|IDA|GPA)\w+"), re.compile(r"\d{12}")
_DELETED = {"DeleteRole": ("RoleName", "roles"), "DeleteUser": ("UserName", "users")}


class Iam:
    """Corrections of IAM."""

    def __init__(self) -> None:
        self._going: tuple[str, str] | None = None

    def before(self, call: Call) -> None:
        """Remember who is about to go: the ARN and the id."""
        self._going = None
        if call.operation in _DELETED:
            parameter, kept = _DELETED[call.operation]
            found = getattr(get_backend("iam")[call.account]["aws"], kept).values()
            name = call.parameters.get(parameter)
            self._going = next(((one.arn, one.id) for one in found if one.name == name), None)

    def after(self, _call: Call, answer: Answer) -> Answer:
        if answer.status == 200 and self._going:
            _show_ids(*self._going)
        return answer

    def reset(self) -> None:
        """moto forgets users and roles by itself."""


def as_kept(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy as S3 shows it: an account's number as its root user, the id of somebody as the ARN.

    Raises ``Refused`` for the id of nobody.
    """
    living = _living()

    def shown(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if _ID.fullmatch(value) and value not in living:
            raise Refused("MalformedPolicy", "Invalid principal in policy")
        return f"arn:aws:iam::{value}:root" if _ACCOUNT.fullmatch(value) else living.get(value, value)

    return _with_principals(policy, shown)


def _living() -> dict[str, str]:
    """The ids of all users and roles, and their ARNs."""
    backends = [partitions["aws"] for partitions in list(get_backend("iam").values()) if "aws" in partitions]
    return {one.id: one.arn for backend in backends for kept in (backend.users, backend.roles) for one in kept.values()}


def _show_ids(arn: str, name: str) -> None:
    for partitions in list(get_backend("s3").values()):
        for backend in list(partitions.values()):
            for bucket in backend.buckets.values():
                if bucket.policy and arn.encode() in bucket.policy:
                    shown = _with_principals(json.loads(bucket.policy), lambda value: name if value == arn else value)
                    bucket.policy = json.dumps(shown, separators=(",", ":")).encode()


def _with_principals(policy: dict[str, Any], shown: Callable[[Any], Any]) -> dict[str, Any]:
    """The policy with other principals of the kind AWS."""
    many = isinstance(policy["Statement"], list)
    statements = []
    for one in policy["Statement"] if many else [policy["Statement"]]:
        statement = dict(one)
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, dict) and "AWS" in named:
                values = named["AWS"]
                changed = [shown(value) for value in values] if isinstance(values, list) else shown(values)
                statement[element] = {**named, "AWS": changed}
        statements.append(statement)
    return {**policy, "Statement": statements if many else statements[0]}
