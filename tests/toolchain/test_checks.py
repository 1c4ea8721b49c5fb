# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of the tests do about tools that fail without a reason."""

from __future__ import annotations

import pytest

from toolchain import checks
from toolchain.commands import Failed

UNLUCKY = Failed("ended with 3", 'a.rst:4:0: (ERROR/3) Unknown target name: "antsibull-docs-ji74kho".')
WRONG = Failed("ended with 3", 'a.rst:9:0: (ERROR/3) Unknown target name: "somewhere".')


# what happens, ends of the command one after the other (none: well), how often it runs, what is raised
@pytest.mark.parametrize(
    "ends, runs, raised",
    [
        ([None], 1, None),
        ([UNLUCKY, None], 2, None),
        ([UNLUCKY, UNLUCKY, UNLUCKY], 3, UNLUCKY),
        ([WRONG], 1, WRONG),
        ([UNLUCKY, WRONG], 2, WRONG),
    ],
    ids=["well", "an unlucky name", "another cause that looks like it", "a wrong page", "a wrong page after all"],
)
def test_documentation_is_looked_at_again_after_an_unlucky_name(monkeypatch, tmp_path, ends, runs, raised):
    left = list(ends)

    def run(*_words, **_options):
        end = left.pop(0)
        if end is not None:
            raise end
        return ""

    monkeypatch.setattr(checks, "run", run)
    if raised is None:
        checks._lint_docs([], tmp_path, {})
    else:
        with pytest.raises(Failed) as failure:
            checks._lint_docs([], tmp_path, {})
        assert failure.value is raised
    assert len(ends) - len(left) == runs
