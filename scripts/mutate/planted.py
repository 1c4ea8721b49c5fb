# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put a change into this process: files stay as they are."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec, spec_from_file_location
from types import CodeType, FunctionType, ModuleType

from mutants import Mutant


def module_name(path: str) -> str:
    return "ansible_collections.perimeter.s3." + path.removesuffix(".py").replace("/", ".")


class OnImport(MetaPathFinder):
    """Gives whoever imports the file the changed one."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = module_name(mutant.path)
        found = find_spec(self._name)
        if found is None or found.origin is None:
            raise ImportError(mutant.path)
        self._loader = _Changed(self._name, found.origin)
        self._loader.text = mutant.text
        sys.modules.pop(self._name, None)
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return spec_from_file_location(fullname, self._loader.path, loader=self._loader)


class _Changed(SourceFileLoader):
    text = ""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Loaded:
    """The functions of the core that are there now."""

    def __init__(self, folder: str) -> None:
        self._functions: dict[tuple[str, int, str], list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and folder in one.__code__.co_filename:
                self._functions.setdefault(_place(one.__code__), []).append(one)

    def plant(self, mutant: Mutant, source: str) -> bool:
        """Give the changed function, and those that it is defined in, their new code. False: it takes an import."""
        module = sys.modules.get(module_name(mutant.path))
        if module is None or module.__file__ is None or mutant.function is None:
            return False
        old, new = (_codes(compile(text, module.__file__, "exec")) for text in (source, mutant.text))
        changed = [code for code in old.values() if (code.co_firstlineno, code.co_name) == mutant.function]
        if len(changed) != 1:
            return False
        for key, code in old.items():
            if code is changed[0] or changed[0].co_qualname.startswith(f"{code.co_qualname}.<locals>."):
                for function in self._functions.get(_place(code), ()):
                    try:
                        function.__code__ = new[key]
                    except ValueError:
                        # It sees other names of the function around it than before.
                        return False
        return True


def _place(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def _codes(module: CodeType) -> dict[tuple[str, int], CodeType]:
    """By name and, where several have the same one, by their order: lines move with a change, these do not."""
    numbers: Counter[str] = Counter()
    found = {}
    for code in _within(module):
        found[code.co_qualname, numbers[code.co_qualname]] = code
        numbers[code.co_qualname] += 1
    return found


def _within(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _within(constant)
