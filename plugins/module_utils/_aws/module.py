# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What every module has in common: options, clients, the caller's identity, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

try:
    from botocore.config import Config
except ImportError:  # AnsibleAWSModule says so before anything here is called.
    Config = None

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from .._plan.errors import Refusal
from .._policy.language.arns import user_arn
from .._policy.language.errors import PolicyError, RequestError
from .api import sts
from .api.errors import CallError, NotSettled, aws_errors
from .argspec import with_connection_options

# botocore waits a minute for a connection and another one for an answer, and tries five times. Whoever mistyped
# endpoint_url, or is behind a firewall, shall hear of it in seconds. aws_config of the task overrides each of them.
# https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html
CONNECT_TIMEOUT = 5
READ_TIMEOUT = 20
ATTEMPTS = 3


def create_module(options: dict[str, dict[str, Any]], **rules: Any) -> AnsibleAWSModule:
    """The module with its own ``options``, the connection options, and check mode.

    :param rules: ``required_one_of`` and the like, as in ``AnsibleModule``.
    """
    return AnsibleAWSModule(argument_spec=with_connection_options(options), supports_check_mode=True, **rules)


def warn_user(warnings: Iterable[str]) -> None:
    """Not by ``module.warn``: amazon.aws 11 gives them to ``exit_json`` once more, which is deprecated."""
    for warning in warnings:
        warn(warning)


class Session:
    """One run of a module against AWS.

    :ivar actions: the writes that AWS has carried out, such as ``ec2:ModifyVpcEndpoint``. Whoever writes adds to it, so
        that a task that fails later still says what it has done.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._clients: dict[tuple[str, str | None], Any] = {}
        self.actions: list[str] = []

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of ``service`` (``ec2``, ``sts``); the module fails when region or profile are not there.

        :param region: another one than the module's.
        """
        if (service, region) not in self._clients:
            config = Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            )
            place = {"region": region} if region else {}
            self._clients[service, region] = self._module.client(service, config=config, **place)
        return self._clients[service, region]

    @cached_property
    def caller(self) -> sts.Caller:
        """Who calls; AWS is asked once, and only if somebody wants to know.

        :raises CallError: AWS does not say.
        """
        found = sts.get_caller_identity(self.client("sts"))
        return replace(found, arn=user_arn(found.arn))


@contextmanager
def reported(module: Any, session: Session) -> Iterator[None]:
    """Where errors become what the user reads: the only place that does.

    A failed task returns ``actions`` too, and is ``changed`` when there are any.
    """
    details: Mapping[str, Any] = {}
    try:
        yield
    except Refusal as error:
        message, details = str(error), error.details
    except (PolicyError, RequestError, CallError, NotSettled) as error:
        message = str(error)
    except AnsibleAWSError as error:
        message = str(CallError(_uncapitalized(error.message), "the call", "*", error.exception or error))
    except aws_errors() as error:
        message = str(CallError("ask AWS", "the call", "*", error))
    else:
        return
    module.fail_json(msg=message, changed=bool(session.actions), actions=list(session.actions), **details)


def _uncapitalized(message: str | None) -> str:
    """amazon.aws begins with "Failed to ..." what we begin with "Cannot ..."."""
    return (message or "ask AWS").removeprefix("Failed to ")
