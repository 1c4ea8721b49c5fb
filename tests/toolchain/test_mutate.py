# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make mutate` changes, and by which tests it judges a change."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def loaded(name):
    spec = importlib.util.spec_from_file_location(f"mutate_{name}", ROOT / "scripts" / "mutate" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MUTANTS, CONCERNED = loaded("mutants"), loaded("concerned")


@pytest.mark.parametrize(
    "source, changes",
    [
        ("if a:\n    b()\n", {"(not a)", "pass"}),
        ("x = a == b\n", {"(a != b)"}),
        ("x = a in b and c <= d\n", {"(a not in b)", "(c < d)", "(a in b or c <= d)"}),
        ("def f():\n    return x\n", {"return None"}),
        ("def f():\n    return None\n", set()),
        ("x = 1\n", {"2"}),
        ("x = True\n", {"False"}),
        ("x = 'name'\n", {"'nam~'"}),
        ("x = 'ends~'\n", {"'ends!'"}),
        ("x = 'a sentence for people'\n", set()),
        ("X: dict[str, int] = {'key': a}\n", {"{}", "'ke~'"}),
        ("x = (a, b)\n", {"()"}),
        ("raise a\n", {"pass"}),
        ("'''Documentation.'''\n", set()),
        ("def f(a: 'Name' = 1) -> 'Other':\n    pass\n", {"2"}),
        ("@dataclass(frozen=True)\nclass A:\n    b = field(repr=False)\n", {"True"}),
        ("@lru_cache(maxsize=9)\ndef f():\n    pass\n", set()),
        ("T = TypeVar('T')\nA: TypeAlias = 'dict[str, B]'\n__all__ = ['a']\n", set()),
        ("if TYPE_CHECKING:\n    a = 'b'\n", set()),
    ],
)
def test_the_changes_to_a_file(source, changes):
    found = list(MUTANTS.mutants("x.py", source))
    assert {one.now for one in found} == changes
    assert all(one.text != source for one in found)


def test_a_change_is_made_in_its_place_where_signs_take_several_bytes():
    (found,) = MUTANTS.mutants("x.py", "# …ä\ny = c == d\n")
    assert found.text == "# …ä\ny = (c != d)\n"
    assert str(found) == "x.py:2: comparison: c == d  ->  (c != d)"


def test_the_tests_of_a_file_are_its_own_first():
    imports = CONCERNED.Imports(ROOT)
    ranks = imports.tests_of(ROOT / "plugins/module_utils/_policy/rules/public.py")
    own = ROOT / "tests/unit/plugins/module_utils/_policy/rules/test_public.py"
    assert ranks[0] == [own]
    everyone = [test for rank in ranks for test in rank]
    assert len(everyone) == len(set(everyone))
    assert ROOT / "tests/unit/plugins/module_utils/_plan/guard/test_bucket_exposure.py" in everyone


def test_what_is_imported_by_name_concerns_each_module():
    imports = CONCERNED.Imports(ROOT)
    for path in ("modules/gateway_endpoint.py", "module_utils/_aws/endpoint/module.py"):
        everyone = [test for rank in imports.tests_of(ROOT / "plugins" / path) for test in rank]
        assert ROOT / "tests/unit/test_specs.py" in everyone


def test_whose_body_is_changed():
    source = "X = 1\n@cached(5)\ndef f(a=2):\n    return lambda b=6: 3\n"
    found = {one.now: one.function for one in MUTANTS.mutants("x.py", source)}
    # What runs when the file is imported is of no function; a function begins with its decorators.
    assert found == {"2": None, "6": None, "3": None, "return None": (2, "f"), "7": (2, "f"), "4": (4, "<lambda>")}


FORKS = loaded("forks")


def raising():
    raise ValueError


def test_what_copies_of_the_process_end_with():
    started = []

    def append():
        started.append(1)
        return 7

    def for_ever():
        while True:
            pass

    found = FORKS.in_copies(2, 1, [("a", append), ("b", raising), ("c", for_ever), ("d", lambda: 0)])
    assert dict(found) == {"a": 7, "b": 200, "c": FORKS.SLOW, "d": 0}
    # Nothing of what they do is left in this one.
    assert started == []
    assert FORKS.result_of(lambda: [*started, 8]) == [8]
