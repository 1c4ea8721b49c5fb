# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which unit tests concern a file: those that import it, the nearer ones first."""

from __future__ import annotations

import ast
from collections import deque
from pathlib import Path

_PACKAGE = ("ansible_collections", "perimeter", "s3")


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")


class Imports:
    """Who imports whom among the files of the collection."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._importers: dict[Path, set[Path]] = {}
        for folder in ("plugins", "tests/unit"):
            for path in sorted((root / folder).rglob("*.py")):
                for imported in self._imported(path):
                    self._importers.setdefault(imported, set()).add(path)

    def tests_of(self, path: Path) -> list[list[Path]]:
        """The test files that import a file: directly, then by one file in between, and so on; its own come first."""
        near: dict[Path, int] = {}
        distances = {path: 0}
        waiting = deque([path])
        while waiting:
            one = waiting.popleft()
            for importer in self._importers.get(one, ()):
                if importer not in distances:
                    distances[importer] = distances[one] + 1
                    waiting.append(importer)
                    if importer.name.startswith("test_"):
                        near[importer] = distances[importer]
        own = f"test_{path.name}"
        ranks: dict[int, list[Path]] = {}
        for test, distance in near.items():
            ranks.setdefault(0 if test.name == own and path.parent.name == test.parent.name else distance, []).append(
                test
            )
        return [sorted(ranks[rank]) for rank in sorted(ranks)]

    def _imported(self, path: Path) -> set[Path]:
        found: set[Path] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                base = self._base(path, node)
                if base is not None:
                    names = [base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)]
                    found.update(name for name in names if name.is_file())
            elif isinstance(node, ast.Call) and _name(node.func) == "import_module":
                # By names that are not in the text: whatever people call.
                for kind in ("modules", "filter", "test"):
                    found.update((self.root / "plugins" / kind).glob("[!_]*.py"))
        return found

    def _base(self, path: Path, node: ast.ImportFrom) -> Path | None:
        words = tuple((node.module or "").split(".")) if node.module else ()
        if node.level:
            return path.parents[node.level - 1].joinpath(*words)
        if words[: len(_PACKAGE)] == _PACKAGE:
            return self.root.joinpath(*words[len(_PACKAGE) :])
        return None
