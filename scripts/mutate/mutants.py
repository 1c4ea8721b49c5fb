# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small changes to a Python file, each of which a test should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

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
Function: TypeAlias = tuple[int, str]
_BOOLEANS: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}


@dataclass(frozen=True)
class Mutant:
    """One change: ``text`` is the whole file with it; ``was`` and ``now`` are what differs, on one line each.

    ``function`` is whose body is changed, by its first line and its name; None: what runs when the file is imported.
    """

    path: str
    line: int
    what: str
    was: str
    now: str
    text: str
    function: Function | None = None

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
    for node, function, what, other in _changes(tree):
        start = offsets[node.lineno - 1] + node.col_offset
        end = offsets[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        was, now = encoded[start:end].decode(), other if isinstance(other, str) else f"({ast.unparse(other)})"
        text = (encoded[:start] + now.encode() + encoded[end:]).decode()
        if was != now:
            yield Mutant(path, node.lineno, what, _short(was), _short(now), text, function)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, Function | None, str, ast.expr | str]]:
    for node, function in _nodes(tree, None):
        for changed, what, other in _changes_of(node):
            yield changed, function, what, other


def _changes_of(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str, ast.expr | str]]:
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
            last = "!" if value[-1] == "~" else "~"
            yield node, "constant", repr("" if len(value) < 3 else f"{value[:-1]}{last}")
        case ast.Dict(keys=[_, *_]) | ast.List(elts=[_, *_]) | ast.Tuple(elts=[_, *_], ctx=ast.Load()) | ast.Set():
            yield node, "table emptied", {ast.Dict: "{}", ast.List: "[]", ast.Set: "set()"}.get(type(node), "()")
        case _:
            pass


def _nodes(tree: ast.AST, function: Function | None) -> Iterator[tuple[ast.AST, Function | None]]:
    """Those that run, and in whose body: no annotations, no texts that document, no parts of f-strings and patterns."""
    for child in ast.iter_child_nodes(tree):
        if _decides_nothing(child):
            continue
        kept = _without_annotations(child)
        inside = _body_of(tree, child, function)
        yield kept, inside
        yield from _nodes(kept, inside)


def _decides_nothing(node: ast.AST) -> bool:
    """What only documents, names types, or makes something faster or safer to use: no test can tell the difference."""
    match node:
        case ast.JoinedStr() | ast.pattern() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec" | "NewType" | "dataclass")):
            return True
        case ast.keyword(arg="maxsize"):
            return True
        case _:
            return False


def _without_annotations(node: ast.AST) -> ast.AST:
    if not isinstance(node, (ast.arg, ast.FunctionDef, ast.AnnAssign)):
        return node
    kept = copy.copy(node)
    for name in ("annotation", "returns"):
        if hasattr(kept, name):
            setattr(kept, name, None)
    return kept


def _body_of(parent: ast.AST, child: ast.AST, function: Function | None) -> Function | None:
    """Decorators and defaults run where the function is defined, its body when it is called."""
    if isinstance(parent, ast.FunctionDef) and child in parent.body:
        return min(node.lineno for node in (parent, *parent.decorator_list)), parent.name
    if isinstance(parent, ast.Lambda) and child is parent.body:
        return parent.lineno, "<lambda>"
    return function


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
