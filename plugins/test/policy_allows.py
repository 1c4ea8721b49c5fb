# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.plugin_utils._templates import explained, read_document


@explained("policy_allows")
def allows(policies: Any, request: Any) -> bool:
    """Whether a request is certainly allowed; a decision that is unknown is not."""
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.decide import (
        ALLOW,
        ASSUME_ALLOW,
        RequestError,
        compile_policies,
    )
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.evaluation.layers import KEYS

    if not isinstance(policies, Mapping) or not policies.keys() <= set(KEYS):
        # A bucket policy alone: the other policies of the caller's own account are taken to let everything pass.
        owner = _account(request)
        policies = {
            "identity": ASSUME_ALLOW,
            "endpoint": None,
            "bucket": read_document(policies),
            **({"resource_account": owner} if owner else {}),
        }
    compiled = compile_policies(policies)
    try:
        return compiled.decide(request).decision == ALLOW
    except RequestError as error:
        raise AnsibleFilterError(f"perimeter.s3.policy_allows: {error}") from None


def _account(request: Any) -> str | None:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import ACCOUNT, parse_arn

    principal = str(request.get("principal", "")) if isinstance(request, Mapping) else ""
    if ACCOUNT.fullmatch(principal):
        return principal
    arn = parse_arn(principal)
    return arn.account if arn and ACCOUNT.fullmatch(arn.account) else None


class TestModule:
    """Tests of the collection."""

    def tests(self) -> dict[str, Callable[..., Any]]:
        return {"policy_allows": allows}
