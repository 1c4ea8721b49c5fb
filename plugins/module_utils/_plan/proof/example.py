# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Counterexamples of the prover as results show them, each with the task that reproduces it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._policy.language.document import Raw
from ..._policy.language.principals import Kind, read_caller
from ..._policy.proof.claim import Counterexample, Statement
from .words import bucket_of, sentence

ACCESS_CHECK = "perimeter.s3.access_check"
_EVERYTHING: Raw = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def as_dict(example: Counterexample) -> Raw:
    """``request``, ``said`` (in plain words), ``decision``, ``reason``, ``layer`` and ``statement``."""
    where = example.statement
    return {
        "request": plain(example.request),
        "said": sentence(example.request),
        "decision": example.decision,
        "reason": example.reason,
        "layer": where.layer if where else None,
        "statement": where.label if where else None,
    }


def statement_dict(where: Statement) -> Raw:
    return {"layer": where.layer, "statement": where.label}


def reproduced_by(
    request: Mapping[str, Any],
    expect: str,
    account: str | None,
    bucket_policies: Mapping[str, Raw | None] | None = None,
    endpoint_policies: Mapping[str, Raw | None] | None = None,
) -> Raw:
    """The task that decides the request again, and fails as long as it is not as expected.

    :param expect: ``allow`` or ``deny``; :param account: that owns the bucket, if it is known.
    :param bucket_policies, endpoint_policies: what the task is to look at; what is not given it reads.
    """
    options: Raw = {"assume_identity_allows": True, "requests": [{**plain(request), "expect": expect}]}
    caller = read_caller(str(request["principal"]), "aws")
    if caller is not None and caller.kind is Kind.FEDERATED:
        # What identity policies allow a federated user, its session policy has to allow as well.
        options["session_policies"] = {str(request["principal"]): [_EVERYTHING]}
    if account:
        options["resource_accounts"] = {bucket_of(str(request["resource"])): account}
    if bucket_policies is not None:
        options["bucket_policies"] = dict(bucket_policies)
    if endpoint_policies is not None:
        options["endpoint_policies"] = dict(endpoint_policies)
    if bucket_policies is not None and endpoint_policies is not None:
        options["read_missing"] = False
    return {ACCESS_CHECK: options}


def plain(value: Any) -> Any:
    """A copy of nothing but dict, list and scalars."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
