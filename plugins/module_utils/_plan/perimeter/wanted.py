# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The documents that a declaration stands for: the policy of the endpoint and the statements of the buckets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._policy.building.bucket import ANY_BUCKET, bucket_perimeter
from ..._policy.building.endpoint import endpoint_policy
from ..._policy.building.presets import aws_service_statements
from ..._policy.building.scopes import ACCOUNT_SCOPE, ORGANIZATION
from ..._policy.language.document import Raw
from ..._policy.language.errors import PolicyError
from ..._policy.rules.validate import validate_endpoint_policy
from ..bucket.input import declare
from ..bucket.peers import peers_of as sharing_peers
from ..bucket.peers import read_peers
from ..bucket.plan import Declaration
from .declared import Declaration as Perimeter
from .input import read_declaration
from .reading import Reading
from .variables import BY_ENDPOINT, Variables


def wanted_endpoint_policy(variables: Variables, reading: Reading, left_out: Collection[str] = ()) -> Raw:
    """The policy of the endpoint.

    :param left_out: buckets that it is not opened for.
    :raises PolicyError: the declaration is wrong, or the document too long.
    """
    document = endpoint_policy(
        [one for one in _granted(variables) if name_of(one) not in left_out],
        reading.partition,
        access=variables.access,
        scope=variables.endpoint_scope,
        account=reading.account,
        organization=variables.organization or None,
        patterns=variables.bucket_patterns,
        statements=aws_service_statements(variables.aws_services, reading.region) if variables.aws_services else (),
    )
    problems = validate_endpoint_policy(document)
    if problems:
        raise PolicyError(problems, "endpoint policy")
    return document


def _granted(variables: Variables) -> list[Any]:
    """What the scope covers is not named once more."""
    if variables.endpoint_scope == ACCOUNT_SCOPE:
        return []
    if variables.endpoint_scope == ORGANIZATION:
        # Others than principals of the organization that a bucket is declared for.
        return [one for one in variables.buckets if isinstance(one, Mapping) and one.get("principals") is not None]
    return list(variables.buckets)


def name_of(bucket: Any) -> str:
    """The name of an entry of ``private_access_buckets``."""
    return str(bucket["name"] if isinstance(bucket, Mapping) else bucket)


def peers_of(variables: Variables, reading: Reading, endpoint_id: str | None) -> list[Any]:
    """What other declarations may have put into the statements of a shared bucket, as ``bucket_policies`` takes it: the
    live endpoints with their policies, which say whether a bucket is theirs, and the networks that are declared."""
    if variables.exclusive:
        return []
    others = [one.as_dict() for one in reading.live if one.id != endpoint_id]
    return [*others, *variables.additional_endpoints]


def managers_of(variables: Variables, reading: Reading) -> tuple[str, ...]:
    """Who may read and repair the policies of the buckets from everywhere: the caller first."""
    return tuple(dict.fromkeys((reading.arn, *variables.manager_principals)))


def closing_statements(variables: Variables, reading: Reading, vpc_id: str, endpoint_id: str) -> list[Raw]:
    """The statements that close a bucket, the same for each but for its name, for which ``{bucket}`` stands.

    :raises PolicyError: the declaration is wrong.
    """
    own = endpoint_id if variables.restrict_by == BY_ENDPOINT else vpc_id
    networks = (own, *variables.additional_endpoints)
    document = bucket_perimeter(
        ANY_BUCKET,
        reading.partition,
        endpoints=[one for one in networks if one.startswith("vpce-")],
        vpcs=[one for one in networks if not one.startswith("vpce-")],
        break_glass_principals=variables.break_glass_principals,
        manager_principals=managers_of(variables, reading),
        allow_aws_services=variables.allow_aws_services,
        allow_forwarded_access=variables.allow_forwarded_access,
        tls_only=variables.require_tls,
    )
    return list(document["Statement"])


def withdrawn_statements(reading: Reading, vpc_id: str, endpoint_ids: Sequence[str]) -> list[Raw]:
    """What names the networks that are taken out of the buckets, as :func:`closing_statements`.

    TLS is asked for to have a statement that names the bucket, also when the endpoint is gone already.
    """
    document = bucket_perimeter(ANY_BUCKET, reading.partition, endpoints=endpoint_ids, vpcs=[vpc_id], tls_only=True)
    return list(document["Statement"])


def bucket_declarations(
    names: Sequence[str], variables: Variables, reading: Reading, statements: Sequence[Raw], given_peers: Sequence[Any]
) -> Iterator[Declaration]:
    """For each bucket what its policy shall be, as the module reads it from the options that the role gives.

    :raises PolicyError: the statements are wrong. They are the same for all, so they are examined once.
    """
    text = json.dumps(list(statements))
    peers = read_peers(given_peers)
    first: Declaration | None = None
    for name in names:
        own = json.loads(text.replace(ANY_BUCKET, name))
        if first is None:
            options = {
                "bucket": name,
                "state": variables.state,
                "statements": own,
                "peers": peers,
                "accepted_exceptions": dict(variables.accepted_exceptions),
                "exclusive": variables.exclusive,
            }
            first = declare(options, reading.partition)
        found = sharing_peers(name, peers)
        sharing = first.sharing and replace(
            first.sharing, peers=frozenset(found.confirmed), unconfirmed=frozenset(found.unconfirmed)
        )
        yield replace(first, bucket=name, statements=tuple(own), sharing=sharing)


def proven(
    variables: Variables,
    reading: Reading,
    names: Collection[str],
    vpc_id: str,
    endpoint_id: str,
    endpoint_account: str,
    given_peers: Sequence[Any],
) -> Perimeter:
    """The declaration of these buckets, as the proof takes it.

    :raises PolicyError: it is wrong.
    """
    peers = read_peers(given_peers)
    return read_declaration(
        [one for one in variables.buckets if name_of(one) in names],
        reading.account,
        endpoint_id,
        vpc_id,
        partition=reading.partition,
        region=reading.region,
        endpoint_account=endpoint_account,
        access=variables.access,
        break_glass=variables.break_glass_principals,
        managers=managers_of(variables, reading),
        additional=variables.additional_endpoints,
        peers={name: sharing_peers(name, peers).confirmed for name in names},
        scope=variables.endpoint_scope,
        organization=variables.organization or None,
        tls=variables.require_tls,
        minimum_tls=variables.minimum_tls,
        principal_accounts=variables.principal_accounts,
        services=variables.allow_aws_services,
        forwarded=variables.allow_forwarded_access,
        restrict_by=variables.restrict_by,
        patterns=variables.bucket_patterns,
        aws_services=variables.aws_services,
        accepted=variables.accepted_exceptions,
        # Whoever has allowed that they lock themselves out of the endpoint is not told once more.
        arriving_through=None if variables.allow_lockout else variables.arriving_through or None,
        others=[one for one in variables.buckets if name_of(one) not in names],
    )
