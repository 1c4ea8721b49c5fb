# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts the fragments and the plugins that are new into the changelog, under the version that galaxy.yml has."""

from __future__ import annotations

import shutil

from toolchain.commands import Workplace, run
from toolchain.environments import Words

_DIRECTORY = "changelogs"


def release(workplace: Workplace) -> None:
    """antsibull-changelog reads plugins where Ansible finds them: it works in a tree, and what it wrote is copied back.

    The version may be there already, as long as it is not published; then it is added to.
    """
    venv = workplace.environments.tools("quality", workplace.choice)
    collection = workplace.tree("changelog")
    words: Words = [venv / "bin" / "antsibull-changelog", "release", "--update-existing", "--reload-plugins"]
    run(words, cwd=collection, env=workplace.variables(venv, collection))
    for name in ("CHANGELOG.rst", f"{_DIRECTORY}/changelog.yaml"):
        shutil.copy2(collection / name, workplace.root / name)
    # Fragments that went into the changelog are gone in the tree.
    for fragment in (workplace.root / _DIRECTORY / "fragments").glob("*.y*ml"):
        if not (collection / _DIRECTORY / "fragments" / fragment.name).exists():
            fragment.unlink()
