# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the filters and tests share: they read what people write in templates, and speak to them through Ansible.

They import the core when they are called, not when they are loaded: on its way to the filter that it looks for, Ansible
loads those of the whole collection, and compiles what they import, anew in each task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeVar

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw

Result = TypeVar("Result")


def explained(name: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Let a filter or test of this name fail with what is wrong, instead of with a traceback.

    Arguments are held against their annotations: a text for ``str``, a mapping for ``Mapping``. Lists are examined
    where :func:`as_list` reads them.
    """
    start = f"perimeter.s3.{name}: "

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        wanted = signature(function)

        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Result:
            given = wanted.bind(*arguments, **options).arguments
            try:
                for option, value in given.items():
                    _examine(value, str(wanted.parameters[option].annotation))
                return function(*arguments, **options)
            # Without the cause, whose text newer releases of Ansible would say again.
            except WrongType as error:
                named = [option for option, value in given.items() if value is error.value]
                raise AnsibleFilterError(f"{start}{named[0] + ': ' if named else ''}{error}") from None
            except PolicyError as error:
                raise AnsibleFilterError(f"{start}{error}") from None
            except AnsibleFilterError as error:
                text = str(error)
                raise AnsibleFilterError(text if text.startswith(start) else start + text) from None

        return call

    return decorate


class WrongType(TypeError):
    """An argument that is of another type than it has to be."""

    def __init__(self, value: Any, wanted: str) -> None:
        self.value = value
        shown = repr(value)
        super().__init__(f"Give {wanted}, not {shown if len(shown) <= _LONGEST else f'{shown[:_LONGEST]}...'}.")


#: No more than this is said of a value that is none.
_LONGEST = 80
#: Beginning of an annotation -> the type, and what it is called.
_TYPES: dict[str, tuple[type, str]] = {"str": (str, "a text"), "Mapping": (Mapping, "a mapping")}


def _examine(value: Any, annotation: str) -> None:
    """:raises WrongType: the value is not of the annotated type."""
    for start, (kind, called) in _TYPES.items():
        if annotation.startswith(start) and not isinstance(value, kind):
            if value is None and annotation.endswith("| None"):
                return
            raise WrongType(value, called)


def read_document(value: Any, name: str = "policy") -> Raw | None:
    """A document given as mapping or JSON text; ``None`` and an empty text are no document.

    :raises PolicyError: it is neither, or the text is not JSON.
    """
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import load

    return None if value is None or (isinstance(value, str) and not value.strip()) else load(value, name)


def read_report(value: Any) -> Mapping[str, Any]:
    """A report as ``drift_report`` makes it.

    :raises AnsibleFilterError: it is something else.
    """
    if not isinstance(value, Mapping) or not {"status", "counts", "findings", "failures", "failed_hosts"} <= set(value):
        raise AnsibleFilterError("Give a report as perimeter.s3.drift_report makes it, or drift.json read back.")
    return value


def as_list(value: Any) -> list[Any]:
    """A lone value stands for a list of one, nothing for an empty list.

    :raises WrongType: it is no list.
    """
    if value is None:
        return []
    if isinstance(value, (str, Mapping)):
        return [value]
    if not isinstance(value, Iterable):
        raise WrongType(value, "a list")
    return list(value)


def as_texts(value: Any) -> list[str]:
    """A list of texts; a lone one stands for a list of one.

    :raises WrongType: one of them is none.
    """
    found = as_list(value)
    if not all(isinstance(one, str) for one in found):
        raise WrongType(value, "a list of texts")
    return found


def as_rows(value: Any, *keys: str) -> list[Mapping[str, Any]]:
    """A list of mappings that have these keys, as another filter or a module makes them.

    :raises WrongType: it is something else.
    """
    found = as_list(value)
    if not all(isinstance(one, Mapping) and set(keys) <= set(one) for one in found):
        raise WrongType(value, f"a list of mappings{' with ' if keys else ''}{' and '.join(keys)}")
    return found


def as_bool(value: Any, name: str) -> bool:
    """What Ansible takes for a boolean; a template's ``"false"`` is one.

    :raises AnsibleFilterError: it is something else.
    """
    try:
        return bool(boolean(value))
    except TypeError:
        shown = repr(value)
        raise AnsibleFilterError(f"{name} is a boolean, not {shown[:_LONGEST]}.") from None


def choose_partition(partition: str | None, region: str | None) -> str:
    """The partition that was named, or that of the Region, or the one that most people use.

    :raises AnsibleFilterError: the Region is not in the partition.
    """
    if region is None:
        return partition or "aws"
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.arns import partition_of_region

    found = partition_of_region(region)
    if partition not in (None, found):
        raise AnsibleFilterError(f"The region {region!r} is in the partition {found!r}, not in {partition!r}.")
    return found


def plain(value: Any) -> Any:
    """The same without the containers of Ansible's templating, which look at each value each time they are asked."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value
