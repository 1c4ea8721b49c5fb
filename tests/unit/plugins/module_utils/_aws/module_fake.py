# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of a module with boto3's own clients, whose requests are answered here instead of being sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

botocore_session = pytest.importorskip("botocore.session")

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: E402
from botocore.config import Config  # noqa: E402

ACCOUNT, REGION = "111122223333", "eu-west-1"
ME = f"arn:aws:iam::{ACCOUNT}:user/me"
IDENTITY = {"Account": ACCOUNT, "Arn": ME, "UserId": "AIDAEXAMPLE"}
_SESSION = botocore_session.get_session()
_SESSION.set_credentials("AKIAEXAMPLE", "secret")


class Failed(Exception):
    """The module has failed; its result is in ``module.result``."""


class Exited(Exception):
    """The module has ended well."""


class Refused:
    """The answer of an operation that AWS refuses."""

    def __init__(
        self, code: str, message: str = "no", status: int = 403, headers: Mapping[str, str] | None = None
    ) -> None:
        self.code, self.message, self.status, self.headers = code, message, status, headers or {}


class FakeModule:
    """``answers``: operation -> what AWS answers, or a function of the parameters; ``asked`` has the requests."""

    def __init__(self, options: Mapping[str, Any], answers: Mapping[str, Any], **given: Any) -> None:
        checked = ArgumentSpecValidator(dict(options)).validate(given)
        assert not checked.error_messages, checked.error_messages
        self.params = checked.validated_parameters
        self.region = REGION
        self.check_mode = False
        self.answers = {"GetCallerIdentity": IDENTITY, **answers}
        self.asked: list[tuple[str, dict]] = []
        self.result: dict[str, Any] = {}

    def client(self, service: str, config: Config | None = None, region: str | None = None, **_more: Any) -> Any:
        client = _SESSION.create_client(service, region_name=region or REGION, config=config)
        client.meta.events.register("before-parameter-build", self._note)
        client.meta.events.register("before-call", self._answer)
        return client

    def _note(self, params: dict, model: Any, context: dict, **_more: Any) -> None:
        self.asked.append((model.name, dict(params)))
        context["asked"] = dict(params)

    def _answer(self, model: Any, context: dict, **_more: Any) -> tuple[Any, dict]:
        found = self.answers[model.name]
        if isinstance(found, Callable):
            found = found(context["asked"])
        status = found.status if isinstance(found, Refused) else 200
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
        if isinstance(found, Refused):
            metadata["HTTPHeaders"] = found.headers
            found = {"Error": {"Code": found.code, "Message": found.message}}
        return SimpleNamespace(status_code=status), {
            **found,
            "ResponseMetadata": {**metadata, **found.get("ResponseMetadata", {})},
        }

    def exit_json(self, **result: Any) -> None:
        self.result = result
        raise Exited

    def fail_json(self, **result: Any) -> None:
        self.result = result
        raise Failed


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policies(by_bucket: Mapping[str, Any], region: str | None = None) -> Callable[[Mapping[str, Any]], Any]:
    """Answers GetBucketPolicy: bucket -> its document, ``None`` for none, or how it is refused.

    ``region``: where S3 says that the buckets are, if it does.
    """
    headers = {"x-amz-bucket-region": region} if region else {}

    def answer(asked: Mapping[str, Any]) -> Any:
        found = by_bucket[asked["Bucket"]]
        if found is None:
            return Refused("NoSuchBucketPolicy", status=404, headers=headers)
        if isinstance(found, Refused):
            return Refused(found.code, found.message, found.status, headers)
        return {"Policy": json.dumps(found), "ResponseMetadata": {"HTTPHeaders": headers}}

    return answer


def endpoint(name: str, policy: Any = None, **more: Any) -> dict[str, Any]:
    """As DescribeVpcEndpoints has it."""
    return {
        "VpcEndpointId": name,
        "VpcEndpointType": "Gateway",
        "VpcId": "vpc-0a",
        "ServiceName": f"com.amazonaws.{REGION}.s3",
        "OwnerId": ACCOUNT,
        "State": "available",
        "RouteTableIds": ["rtb-1"],
        "Tags": [],
        **({"PolicyDocument": json.dumps(policy)} if policy else {}),
        **more,
    }


def filtered(*endpoints: dict[str, Any]) -> Callable[[Mapping[str, Any]], dict]:
    """Answers DescribeVpcEndpoints, by the filters that are used."""
    fields = {"vpc-endpoint-id": "VpcEndpointId", "service-name": "ServiceName", "vpc-endpoint-type": "VpcEndpointType"}

    def answer(asked: Mapping[str, Any]) -> dict:
        wanted = {fields[one["Name"]]: one["Values"] for one in asked.get("Filters", ())}
        wanted |= {"VpcEndpointId": asked["VpcEndpointIds"]} if "VpcEndpointIds" in asked else {}
        return {"VpcEndpoints": [one for one in endpoints if all(one[key] in values for key, values in wanted.items())]}

    return answer


def run(work: Callable[[Any], None], module: FakeModule) -> dict[str, Any]:
    """The result of a run that ends well."""
    with pytest.raises(Exited):
        work(module)
    return module.result


def fail(work: Callable[[Any], None], module: FakeModule) -> dict[str, Any]:
    """The result of a run that fails."""
    with pytest.raises(Failed):
        work(module)
    return module.result
