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

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

if TYPE_CHECKING:
    from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.document import Raw

Result = TypeVar("Result")


def explained(name: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Let a filter or test of this name fail with what is wrong, instead of with a traceback."""

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Result:
            try:
                return function(*arguments, **options)
            except PolicyError as error:
                # Without the cause, whose text newer releases of Ansible would say again.
                raise AnsibleFilterError(f"perimeter.s3.{name}: {error}") from None

        return call

    return decorate


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
    """A lone value stands for a list of one, nothing for an empty list."""
    if value is None:
        return []
    return [value] if isinstance(value, (str, Mapping)) else list(value)


def as_bool(value: Any, name: str) -> bool:
    """What Ansible takes for a boolean; a template's ``"false"`` is one.

    :raises AnsibleFilterError: it is something else.
    """
    try:
        return bool(boolean(value))
    except TypeError:
        raise AnsibleFilterError(f"{name} is a boolean, not {value!r}.") from None


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
