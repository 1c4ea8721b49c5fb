# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collection trees under .build/tree: <name>/ansible_collections/perimeter/s3 with amazon/aws and awx/awx beside it.

ansible-test refuses a checkout that is not inside such a tree, and one that is reached by a symbolic link. So a tree is
a copy of what git tracks, as it is in the working copy now. It is a git repository of its own, so that the tools which
ask git for their files do not find the repository around it, which ignores .build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

from toolchain import supported
from toolchain.environments import Environments, Words, locked, say
from toolchain.supported import Choice, OtherCollection

NAMESPACE, NAME = "perimeter", "s3"


def tracked(root: Path) -> list[str]:
    """Paths of the files that git tracks and that are there; a deleted one is simply not part of the tree."""
    return [name for name in _git_files(root, "--cached") if os.path.lexists(root / name)]


def untracked(root: Path) -> list[str]:
    """Paths of new files that no tree will have until they are added to git."""
    return _git_files(root, "--others", "--exclude-standard")


def _git_files(root: Path, *options: str) -> list[str]:
    listing = _git(root, "-c", f"safe.directory={root}", "ls-files", "-z", *options)
    return sorted(set(filter(None, listing.split("\0"))))


def _git(directory: Path, *arguments: str) -> str:
    """Run git on the repository of the directory, whatever repository a hook that called us is of."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", *arguments]
    return subprocess.run(command, cwd=directory, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout


def build(environments: Environments, name: str, choice: Choice) -> Path:
    """Make the tree anew and return the path of the collection in it. What the tools left in tests/output stays: the
    virtual environments of ansible-test are there, and they take a minute to make."""
    top = environments.build / "tree" / name
    collection = top / "ansible_collections" / NAMESPACE / NAME
    with locked(top.parent / f"{name}.lock"):
        _remove_all_but(collection, keep=("tests/output",))
        for relative in tracked(environments.root):
            source, target = environments.root / relative, collection / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # removed since git was asked
                shutil.copy2(source, target, follow_symlinks=False)
        _write_constraints(environments.root, collection, choice)
        _git(collection, "init", "-q")
        _git(collection, "add", "-A")
        _link_collections(environments, choice, top)
    return collection


def build_quick(environments: Environments, choice: Choice) -> Path:
    """A tree whose collection is a link to the working copy: good for pytest and playbooks while one writes them, of no
    use for ansible-test and for packaging."""
    top = environments.build / "tree" / f"quick-{choice.row.core}"
    link = top / "ansible_collections" / NAMESPACE / NAME
    with locked(top.parent / f"{top.name}.lock"):
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(environments.root, target_is_directory=True)
        _link_collections(environments, choice, top)
    return link


def _remove_all_but(directory: Path, keep: tuple[str, ...]) -> None:
    """Remove what is in the directory except the given paths in it."""
    if not directory.is_dir():
        return
    for entry in directory.iterdir():
        inner = tuple(path.split("/", 1)[1] for path in keep if path.startswith(f"{entry.name}/"))
        if entry.name in keep:
            continue
        if inner:
            _remove_all_but(entry, inner)
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _write_constraints(root: Path, collection: Path, choice: Choice) -> None:
    """ansible-test installs tests/{unit,integration}/requirements.txt; our pins are the constraints beside them."""
    pins = (root / "requirements" / f"core-{choice.row.core}.txt").read_text(encoding="utf-8")
    # The extras are asked for in requirements.txt; pip refuses them in a constraint.
    constraints = "".join(f"{_without_extras(line)}\n" for line in pins.splitlines())
    for kind in ("unit", "integration"):
        if (collection / "tests" / kind / "requirements.txt").is_file():
            (collection / "tests" / kind / "constraints.txt").write_text(constraints, encoding="utf-8")


def _without_extras(line: str) -> str:
    before, bracket, after = line.partition("[")
    return before + after.partition("]")[2] if bracket else line


def _link_collections(environments: Environments, choice: Choice, top: Path) -> None:
    """Put other collections into the tree as hard links to the one copy: they are large, and nobody writes to them."""
    for collection in supported.collections(environments.root, choice.row):
        target = top / collection.path
        marker = top / f"{collection.namespace}-{collection.name}-version"
        if marker.is_file() and marker.read_text(encoding="utf-8") == collection.version:
            continue
        source = _fetch(environments, choice, collection)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, copy_function=os.link)
        marker.write_text(collection.version, encoding="utf-8")


def _fetch(environments: Environments, choice: Choice, collection: OtherCollection) -> Path:
    """The unpacked collection out of the "ansible" package of PyPI: Galaxy need not be reachable for the tests."""
    target = environments.build / "collections" / f"{collection.namespace}-{collection.name}-{collection.version}"
    with locked(environments.build / "collections" / "lock"):
        if not target.is_dir():
            say(f"{collection.namespace}.{collection.name} {collection.version} from ansible {collection.ansible}")
            download = environments.build / "collections" / "download"
            shutil.rmtree(download, ignore_errors=True)
            pip: Words = [environments.fetcher() / "bin" / "python", "-m", "pip", "download", "-qq"]
            options: Words = ["--no-deps", "--only-binary=:all:", "--python-version", choice.python, "-d", download]
            subprocess.run([*pip, *options, f"ansible=={collection.ansible}"], check=True, stdout=sys.stderr)
            _unpack(next(download.glob("ansible-*.whl")), collection, target)
            shutil.rmtree(download)
    return target


def _unpack(wheel: Path, collection: OtherCollection, target: Path) -> None:
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partial, [name for name in archive.namelist() if name.startswith(f"{collection.path}/")])
    unpacked = partial / collection.path
    if f'"version": "{collection.version}"' not in (unpacked / "MANIFEST.json").read_text(encoding="utf-8"):
        name = f"{collection.namespace}.{collection.name} {collection.version}"
        raise RuntimeError(f"{wheel.name} does not carry {name}: correct supported.toml.")
    unpacked.rename(target)
    shutil.rmtree(partial)
