# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The canonical form of a policy: two documents that mean the same to AWS have the same one.

The form is itself a policy document, so it can be shown, sent and made canonical again (without change). It is made
from the raw document and takes anything: what is not understood stays as it is, and so differs from everything else.
What AWS treats differently (the case of ARNs and values, a missing Principal, an unknown element) stays different: a
false "equal" would leave a wrong policy in force, a false "different" costs a write.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..language.document import (
    DEFAULT_VERSION,
    DOCUMENT_ELEMENTS,
    VERSIONS,
    Raw,
    load,
    sorted_text,
    statement_list,
    strings,
)
from ..language.vocabulary import spell_action
from .canonical_conditions import canonical_condition
from .subsume import (
    arn_covers,
    essential,
    text_covers,
    tidy_wildcards,
)

_PARTITION = re.compile(r"arn:(aws(?:-[a-z]+)*):")
_ROOT = re.compile(r"arn:(aws(?:-[a-z]+)*):iam::([0-9]{12}):root")


def canonical(source: str | bytes | Mapping[str, Any]) -> Raw:
    """The canonical form of a document.

    ``Version`` says only how ``${...}`` is read, so it stands in the form only where there is such text. ``Id`` and
    ``Sid`` stay where they are not empty: they name things, and owners tell their statements by them.

    :raises PolicyError: the text is not JSON, or the document is not an object.
    """
    raw = load(source)
    listed = statement_list(raw)
    statements: Any = raw.get("Statement")
    if listed is not None:
        partition = document_partition(raw)
        unique = {
            sorted_text(statement): statement for statement in (canonical_statement(one, partition) for one in listed)
        }
        statements = [unique[key] for key in sorted(unique)]
    form: Raw = {}
    version = raw.get("Version", DEFAULT_VERSION)
    if version not in VERSIONS or (version != DEFAULT_VERSION and "${" in sorted_text(statements)):
        form["Version"] = version
    if raw.get("Id"):
        form["Id"] = raw["Id"]
    form["Statement"] = statements
    form.update({element: raw[element] for element in sorted(raw) if element not in DOCUMENT_ELEMENTS})
    return form


def equivalent(
    one: str | bytes | Mapping[str, Any] | None, other: str | bytes | Mapping[str, Any] | None, labels: bool = True
) -> bool:
    """Whether AWS decides every request alike by the two documents; no document equals only no document.

    :param labels: whether ``Sid`` and ``Id``, which name but do not grant, must be the same too.
    :raises PolicyError: one of them is not a JSON object.
    """
    if one is None or other is None:
        return one is other
    forms = [canonical(document) for document in (one, other)]
    if not labels:
        forms = [canonical(_unlabelled(form)) for form in forms]
    return sorted_text(forms[0]) == sorted_text(forms[1])


def canonical_statement(raw: Any, partition: str | None = None) -> Any:
    """The canonical form of one statement of a document whose resources are in ``partition``."""
    if not isinstance(raw, Mapping):
        return raw
    form: Raw = {}
    for element in sorted(raw):
        value = raw[element]
        if element == "Sid" and value in ("", None):
            continue
        if element in ("Principal", "NotPrincipal"):
            form[element] = _principals(value, partition)
        elif element in ("Action", "NotAction"):
            form[element] = _actions(value)
        elif element in ("Resource", "NotResource"):
            form[element] = _resources(value, negated=element == "NotResource")
        elif element == "Condition":
            condition = canonical_condition(value)
            if condition != {}:
                form[element] = condition
        else:
            form[element] = value
    return form


def same_statement(one: Any, other: Any, partition: str | None = None) -> bool:
    """Whether two raw statements of the same document mean the same and bear the same Sid."""
    return sorted_text(canonical_statement(one, partition)) == sorted_text(canonical_statement(other, partition))


def meaning(statement: Mapping[str, Any]) -> str:
    """A text that is the same for statements that mean the same, each in a document of its own, by whatever Sid."""
    nameless = {element: value for element, value in statement.items() if element != "Sid"}
    return sorted_text(canonical({"Statement": [nameless]})["Statement"])


def document_partition(raw: Mapping[str, Any]) -> str | None:
    """The partition that all resource ARNs of a document are in; ``None`` when they name none, or several.

    ARNs that say nothing beside a wildcard do not count: the canonical form lacks them, and has to have this partition.
    """
    found: set[str] = set()
    for statement in statement_list(raw) or []:
        if isinstance(statement, Mapping):
            for element in ("Resource", "NotResource"):
                value = statement.get(element)
                shown = _resources(value, element == "NotResource") if _names_everything(value) else value
                found.update(_PARTITION.findall(sorted_text(shown)))
    return found.pop() if len(found) == 1 else None


def _actions(value: Any) -> Any:
    """Service prefix and name are case-insensitive: the known ones get AWS's spelling, the others lower case."""
    names = strings(value)
    if names is None:
        return value
    kept = essential((tidy_wildcards(name.lower()) for name in names), text_covers)
    return [spell_action(name) or name for name in kept]


def _resources(value: Any, negated: bool) -> Any:
    names = strings(value)
    if names is None:
        return value
    # A variable without a value decides a whole NotResource, even where another entry covers its text.
    kept = {name for name in names if negated and "${" in name}
    return sorted({*kept, *essential((tidy_wildcards(name) for name in names if name not in kept), arn_covers)})


def _names_everything(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and "*" in value


def _principals(value: Any, partition: str | None) -> Any:
    if value == "*":
        return {"AWS": ["*"]}
    if not isinstance(value, Mapping):
        return value
    form: Raw = {}
    for kind, entries in value.items():
        names = strings(entries)
        if names is None:
            form[kind] = entries
        elif kind == "AWS":
            accounts = {_account(name, partition) for name in names}
            form[kind] = ["*"] if "*" in accounts else sorted(accounts)
        else:
            form[kind] = sorted(set(names))
    return form


def _account(principal: str, partition: str | None) -> str:
    """An account's root ARN and its bare id are one principal; in the document's own partition, that is.

    A document that tells no partition does not tell whose account a bare id is.
    """
    root = _ROOT.fullmatch(principal)
    return root[2] if root and partition == root[1] else principal


def _unlabelled(raw: Raw) -> Raw:
    form = {element: value for element, value in raw.items() if element != "Id"}
    listed = statement_list(raw)
    if listed is not None:
        form["Statement"] = [
            {element: value for element, value in statement.items() if element != "Sid"}
            if isinstance(statement, Mapping)
            else statement
            for statement in listed
        ]
    return form
