# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small changes to a Python file, each of which a test should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

#: What a comparison becomes.
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_BOOLEANS: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}


@dataclass(frozen=True)
class Mutant:
    """One change: ``text`` is the whole file with it; ``was`` and ``now`` are what differs, on one line each."""

    path: str
    line: int
    what: str
    was: str
    now: str
    text: str

    @property
    def compiles(self) -> bool:
        """Not every change of an expression is one of the language. To find out takes long."""
        try:
            compile(self.text, self.path, "exec")
        except SyntaxError:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}: {self.was}  ->  {self.now}"


def mutants(path: str, source: str) -> Iterator[Mutant]:
    """All changes that are made to a file. Annotations, documentation and ``__all__`` are left alone."""
    tree = ast.parse(source)
    offsets = [0]
    for line in source.encode().splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    encoded = source.encode()
    for node, what, other in _changes(tree):
        start = offsets[node.lineno - 1] + node.col_offset
        end = offsets[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        was, now = encoded[start:end].decode(), other if isinstance(other, str) else f"({ast.unparse(other)})"
        text = (encoded[:start] + now.encode() + encoded[end:]).decode()
        if was != now:
            yield Mutant(path, node.lineno, what, _short(was), _short(now), text)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str, ast.expr | str]]:
    for node in _nodes(tree):
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield test, "condition negated", ast.UnaryOp(ast.Not(), test)
            case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
                other = copy.copy(node)
                other.ops = [_COMPARISONS[type(operator)]()]
                yield node, "comparison", other
            case ast.BoolOp(op=operator):
                flipped = copy.copy(node)
                flipped.op = _BOOLEANS[type(operator)]()
                yield node, "and/or", flipped
            case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
                yield node, "return emptied", "return None"
            case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.AugAssign():
                yield node, "statement removed", "pass"
            case ast.Constant(value=bool() as value):
                yield node, "constant", repr(not value)
            case ast.Constant(value=int() as value):
                yield node, "constant", repr(value + 1)
            # Sentences are for people to read.
            case ast.Constant(value=str() as value) if value and " " not in value.strip():
                yield node, "constant", repr("" if len(value) < 3 else f"{value[:-1]}~")
            case ast.Dict(keys=[_, *_]) | ast.List(elts=[_, *_]) | ast.Tuple(elts=[_, *_], ctx=ast.Load()) | ast.Set():
                yield node, "table emptied", {ast.Dict: "{}", ast.List: "[]", ast.Set: "set()"}.get(type(node), "()")
            case _:
                pass


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Those that run: no annotations, no texts that document, no parts of f-strings and patterns."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.JoinedStr, ast.pattern, ast.Import, ast.ImportFrom)):
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) in ("__all__", "T", "P"):
            continue
        kept: ast.AST = child
        if isinstance(child, (ast.arg, ast.FunctionDef, ast.AnnAssign)):
            kept = copy.copy(child)
            for name in ("annotation", "returns"):
                if hasattr(kept, name):
                    setattr(kept, name, None)
        if isinstance(child, ast.AnnAssign) and ast.unparse(child.annotation) == "TypeAlias":
            continue
        yield kept
        yield from _nodes(kept)


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
