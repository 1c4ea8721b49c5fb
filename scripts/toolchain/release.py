# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes before a release: a clean working copy, a version that is new, the changelog, the archive."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from toolchain import changelog, package
from toolchain.commands import Failed, Workplace

_VERSION = re.compile(r"^version: (\S+)$", re.MULTILINE)


def prepare(workplace: Workplace) -> None:
    """Make changelog and archive of the version in galaxy.yml, and say what is left to a person.

    :raises Failed: the working copy has changes, the version has a tag, or the archive is not fit for Galaxy.
    """
    root = workplace.root
    if _git(root, "status", "--porcelain"):
        raise Failed("The working copy has changes. Commit them first.")
    found = _VERSION.search((root / "galaxy.yml").read_text(encoding="utf-8"))
    if found is None:
        raise Failed("galaxy.yml has no version.")
    version = found[1]
    if _git(root, "tag", "--list", version):
        raise Failed(f"There is a tag {version} already. Set the next version in galaxy.yml.")
    changelog.release(workplace)
    package.package(workplace, "package")
    archive = workplace.environments.build / "package" / f"perimeter-s3-{version}.tar.gz"
    sys.stdout.write(
        f"\nThe changelog has the fragments of {version}, and the archive is built. Read both, run make test, then:\n\n"
        f"  git commit -am 'Release {version}'\n"
        f"  git tag {version} && git push --tags\n"
        f"  ansible-galaxy collection publish {archive.relative_to(root)}\n"
    )


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
