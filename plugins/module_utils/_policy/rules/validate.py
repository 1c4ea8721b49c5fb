# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What AWS demands of a bucket policy and of a gateway endpoint policy, beyond the grammar of all policies.

Problems are what AWS refuses, or would store without ever acting on it as written; they are found before anything is
sent. Warnings are what AWS takes though it hardly is what was meant: names that are not known here (they may be newer),
statements that never match, values that cannot.

Sources, one for each kind of rule:
messages of S3 and rules of bucket policies https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html;
endpoint policies https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html;
principals https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html;
conditions https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html;
actions, resources and keys https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html;
variables https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from ..language.document import (
    DEFAULT_VERSION,
    Document,
    Statement,
    parse,
)
from ..language.errors import PolicyError, Problem
from ..language.limits import (
    bucket_policy_size,
    endpoint_policy_size,
)
from . import actions as validate_actions
from . import conditions as validate_conditions
from . import principals as validate_principals
from . import resources as validate_resources
from . import values as validate_values
from .resources import Scope

#: One rule: it looks at one statement and says what is wrong with it.
Rule: TypeAlias = Callable[[Statement, Scope], Iterator[Problem]]

BUCKET_RULES: tuple[Rule, ...] = (
    validate_principals.principal_is_there,
    validate_principals.principals_exist,
    validate_principals.excluding_denies,
    validate_actions.actions_of_buckets,
    validate_resources.resource_is_there,
    validate_resources.resources_of_the_bucket,
    validate_actions.actions_apply,
    validate_conditions.operators_exist,
    validate_conditions.keys_of_s3,
    validate_conditions.keys_apply,
    validate_conditions.values_are_well_formed,
    validate_values.accounts_have_twelve_digits,
)
BUCKET_WARNINGS: tuple[Rule, ...] = (
    validate_principals.principals_are_alive,
    validate_principals.excluding_hits_boundaries,
    validate_actions.actions_are_known,
    validate_resources.objects_are_named,
    validate_conditions.keys_are_known,
    validate_conditions.types_fit,
    validate_conditions.set_operators_fit,
    validate_conditions.identifiers_are_whole,
    validate_values.values_can_match,
)
ENDPOINT_RULES: tuple[Rule, ...] = (
    validate_principals.principal_is_everybody,
    validate_resources.resource_is_there,
    validate_resources.resources_are_arns,
    validate_resources.account_portions_are_whole,
    validate_conditions.operators_exist,
    validate_conditions.values_are_well_formed,
    validate_conditions.identifiers_are_whole,
    validate_conditions.identifiers_are_no_numbers,
    validate_conditions.wildcards_have_neighbours,
    validate_conditions.account_portions_are_whole,
    validate_values.accounts_have_twelve_digits,
)
ENDPOINT_WARNINGS: tuple[Rule, ...] = (
    validate_actions.actions_are_known,
    validate_actions.actions_are_of_s3,
    validate_actions.actions_apply,
    validate_resources.objects_are_named,
    validate_conditions.keys_of_s3,
    validate_conditions.keys_are_known,
    validate_conditions.keys_apply,
    validate_conditions.types_fit,
    validate_conditions.set_operators_fit,
    validate_values.values_can_match,
)


def validate_bucket_policy(
    document: Document | str | bytes | Mapping[str, Any],
    bucket: str,
    partition: str | None = None,
    *,
    size: bool = True,
) -> list[Problem]:
    """Everything that S3 would refuse in the policy of ``bucket``, errors of the grammar included.

    :param partition: of the bucket's ARNs; without it all ARNs have to be of the partition of the first one.
    :param size: whether its length counts.
    """
    try:
        parsed = _parsed(document)
    except PolicyError as error:
        return list(error.problems)
    scope = Scope(parsed, bucket, partition)
    long = bucket_policy_size(parsed.raw) if size else []
    return [*long, *_duplicate_sids(parsed), *_each(BUCKET_RULES, scope)]


def warn_bucket_policy(
    document: Document | str | bytes | Mapping[str, Any], bucket: str, partition: str | None = None
) -> list[Problem]:
    """What S3 takes though it hardly is meant.

    :raises PolicyError: the document does not follow the grammar.
    """
    scope = Scope(_parsed(document), bucket, partition)
    return [*_each(BUCKET_WARNINGS, scope), *_literal_variables(scope.document)]


def validate_endpoint_policy(document: Document | str | bytes | Mapping[str, Any]) -> list[Problem]:
    """Everything that a gateway endpoint for S3 does not take, errors of the grammar included."""
    try:
        parsed = _parsed(document)
    except PolicyError as error:
        return list(error.problems)
    scope = Scope(parsed)
    return [*endpoint_policy_size(parsed.raw), *_duplicate_sids(parsed), *_each(ENDPOINT_RULES, scope)]


def warn_endpoint_policy(document: Document | str | bytes | Mapping[str, Any]) -> list[Problem]:
    """What a gateway endpoint takes though it hardly is meant, statements that never match among them.

    :raises PolicyError: the document does not follow the grammar.
    """
    scope = Scope(_parsed(document))
    return [
        *_each(ENDPOINT_WARNINGS, scope),
        *_literal_variables(scope.document),
        *_lets_something_pass(scope.document),
    ]


def _parsed(document: Document | str | bytes | Mapping[str, Any]) -> Document:
    return document if isinstance(document, Document) else parse(document)


def _each(rules: tuple[Rule, ...], scope: Scope) -> Iterator[Problem]:
    for statement in scope.document.statements:
        for rule in rules:
            yield from rule(statement, scope)


def _duplicate_sids(document: Document) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for statement in document.statements:
        if statement.sid is None:
            continue
        if statement.sid in first:
            yield Problem(
                f"{statement.path}.Sid",
                f"The Sid {statement.sid!r} is that of {first[statement.sid]} already.",
                "Give each statement a Sid of its own.",
            )
        first.setdefault(statement.sid, statement.path)


def _lets_something_pass(document: Document) -> Iterator[Problem]:
    """Nothing passes an endpoint that no statement allows; that includes the endpoint's own account."""
    if all(statement.effect == "Deny" for statement in document.statements):
        yield Problem(
            "Statement",
            "There is no Allow: the policy lets nothing pass, and a Deny has nothing to take away from.",
            "Add a statement that allows what is to pass, such as all of it: "
            '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}.',
        )


def _literal_variables(document: Document) -> Iterator[Problem]:
    """Only the newer version knows policy variables."""
    if document.version != DEFAULT_VERSION:
        return
    for statement in document.statements:
        values = [*(statement.resources or ()), *(statement.not_resources or ())]
        values += [value for condition in statement.conditions for value in condition.values]
        for value in values:
            if "${" in value:
                yield Problem(
                    statement.path,
                    f"{value!r} is plain text in version {DEFAULT_VERSION}, not a policy variable.",
                    "Write the Version '2012-10-17' into the document.",
                )
