# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who has no other permissions than a test gives, in the emulated IAM."""

from __future__ import annotations

import json
from typing import Any

from tests.emulator.client import Emulator


class Robot:
    """A user with an access key.

    :ivar keys: its credentials, as options of modules.
    """

    def __init__(self, emulator: Emulator, name: str = "robot") -> None:
        self._iam = emulator.client("iam")
        self._name = name
        self._iam.create_user(UserName=name)
        made = self._iam.create_access_key(UserName=name)["AccessKey"]
        self.keys = {"access_key": made["AccessKeyId"], "secret_key": made["SecretAccessKey"]}

    def may(self, document: dict[str, Any]) -> dict[str, str]:
        """From now on it has this policy, and no other; returns ``keys``."""
        self._iam.put_user_policy(UserName=self._name, PolicyName="only", PolicyDocument=json.dumps(document))
        return self.keys


def make_role(emulator: Emulator, name: str, document: dict[str, Any]) -> str:
    """The ARN of a role that has this policy, and no other; the emulator lets all assume it whose policies do."""
    iam = emulator.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=json.dumps(document))
    return arn


def actions_of(document: dict[str, Any]) -> set[str]:
    return {action for statement in document["Statement"] for action in _listed(statement["Action"])}


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The document without a permission; IAM takes none without statements, so one for what anybody may is left."""
    statements = []
    for statement in document["Statement"]:
        left = [one for one in _listed(statement["Action"]) if one != action]
        statements += [{**statement, "Action": left}] if left else []
    nothing = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
    return {**document, "Statement": statements or [nothing]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
