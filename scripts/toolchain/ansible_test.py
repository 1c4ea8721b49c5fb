# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test with --venv, without docker and without its own download of pip."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from toolchain import trees
from toolchain.commands import Failed, Workplace, count_tests, run
from toolchain.environments import Words

# ansible-test fetches this script from a site of its own to get pip into its virtual environments. It looks here first.
# Ours has the pip that Python ships install the packages that the caller names.
_BOOTSTRAP = """# Put here by the tests of a collection, because nothing was here: pip without a download of get-pip.py.
# Remove it at will; it comes back, or ansible-test downloads the original.
import ensurepip
import subprocess
import sys
from pathlib import Path

arguments = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
# A wheel of pip runs as it is. Installing it first, to have it replace itself, would take as long once more.
wheels = sorted(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
if wheels:
    pip = [str(wheels[-1] / "pip")]
else:
    subprocess.check_call([sys.executable, "-m", "ensurepip"])
    pip = ["-m", "pip"]
# Most of what is installed is never imported: what is gets compiled then.
subprocess.check_call([sys.executable, *pip, "install", "--no-compile", *arguments])
"""
_PIP_VERSIONS = """
import json, types
from ansible_test._internal.python_requirements import get_venv_packages
print(json.dumps(get_venv_packages(types.SimpleNamespace(version="%s"))["pip"]))
"""
# Aliases that leave a target out of a run without a word, or that ask for credentials or containers.
_NOT_RUN = re.compile(r"^(disabled|unsupported|unstable|cloud/.*|needs/.*|skip/.*|destructive)$")
#: Of a target that another one runs, together with its like in one start of Ansible.
_GROUPED = "hidden"
_TARGETS = ("tests", "integration", "targets")
_HELPER = re.compile(r"^(setup|prepare)_")


def _prepare(workplace: Workplace, venv: Path) -> None:
    """Leave the bootstrap script where this ansible-test looks for it, unless a script is there already."""
    probe: Words = [venv / "bin" / "python", "-c", _PIP_VERSIONS % workplace.choice.python]
    answer = run(probe, cwd=workplace.root, env=workplace.variables(venv), quiet=True)
    version = json.loads(answer.strip().split("\n")[-1])
    script = Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    try:
        with script.open("x", encoding="utf-8") as handle:
            handle.write(_BOOTSTRAP)
    except FileExistsError:
        pass


def _run(workplace: Workplace, part: str, command: str, *arguments: str) -> str:
    venv = workplace.environments.core(workplace.choice)
    _prepare(workplace, venv)
    collection = workplace.tree(part)
    # ansible-test sets the paths of collections and Python itself, and passes little else on.
    variables = workplace.variables(venv)
    words: Words = [venv / "bin" / "ansible-test", command, "--venv", "--python", workplace.choice.python]
    words += ["--color", "no", "--truncate", "0", *arguments]
    with _kept_environment(workplace, part, collection):
        return run(words, cwd=collection, env=variables)


@contextmanager
def _kept_environment(workplace: Workplace, part: str, collection: Path) -> Iterator[None]:
    """Let ansible-test find the virtual environment that an earlier run made for the same requirements.

    It makes one in each tree, and takes minutes over all parts. It looks for it at tests/output/.tmp/delegation; a link
    there leads to a directory outside of the clone, one for each part and content of the requirements. Where another
    run uses that one just now, the tree gets one of its own.
    """
    interpreter = workplace.environments.interpreters[workplace.choice.python]
    content = hashlib.sha256(f"{part} {workplace.choice} {interpreter}".encode())
    for name in ("unit/requirements.txt", "unit/constraints.txt", "integration/requirements.txt"):
        file = collection / "tests" / name
        content.update(file.read_bytes() if file.is_file() else b"")
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "perimeter-s3" / "ansible-test"
    kept = caches / content.hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True)
    link = collection / "tests" / "output" / ".tmp" / "delegation"
    with (caches / f"{kept.name}.lock").open("w", encoding="utf-8") as lock:
        if link.is_symlink():
            link.unlink()
        else:
            shutil.rmtree(link, ignore_errors=True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(kept, target_is_directory=True)
        yield


def sanity(workplace: Workplace, part: str) -> int:
    """All sanity tests; no file may ask for exceptions. Returns how many tests ran."""
    ignored = sorted((workplace.root / "tests" / "sanity").glob("ignore*"))
    if ignored:
        raise Failed(f"exceptions from sanity tests are not allowed: {', '.join(path.name for path in ignored)}")
    output = _run(workplace, part, "sanity")
    ran = len(set(re.findall(r'^Running sanity test "([\w-]+)"', output, re.MULTILINE)))
    if ran < 15:
        raise Failed(f"only {ran} sanity tests ran")
    return ran


def units(workplace: Workplace, part: str) -> int:
    """The unit tests; those of modules and module_utils can import nothing but ansible.module_utils from Ansible."""
    output = _run(workplace, part, "units", "--num-workers", str(workplace.parallel))
    return count_tests(output)[0]


def integration(workplace: Workplace, part: str) -> int:
    """All integration targets. Returns how many ran; a target that would be left out is a failure."""
    targets = _targets(workplace.root)
    wanted = [name for name, aliases in targets.items() if _GROUPED not in aliases]
    output = _run(workplace, part, "integration", "--retry-on-error", *wanted)
    ran = set(re.findall(r"^Running (\S+) integration (?:role|test|script)", output, re.MULTILINE))
    # Those of a group are told by their tasks.
    ran |= set(re.findall(r"^TASK \[(\w+) : ", output, re.MULTILINE))
    missing = sorted(set(targets) - ran)
    if missing:
        raise Failed(f"integration targets did not run: {', '.join(missing)}")
    return len(targets)


def _targets(root: Path) -> dict[str, set[str]]:
    """The integration targets, those in groups too, and their aliases; every plugin that users name must have one."""
    files = [PurePosixPath(name) for name in trees.tracked(root)]
    directories = {path.parts[3] for path in files if path.parts[:3] == _TARGETS and len(path.parts) > 4}
    targets: dict[str, set[str]] = {}
    for name in sorted(name for name in directories if not _HELPER.match(name)):
        aliases = root.joinpath(*_TARGETS, name, "aliases")
        lines = aliases.read_text(encoding="utf-8").split("\n") if aliases.is_file() else []
        targets[name] = {line.strip() for line in lines}
        for alias in sorted(filter(_NOT_RUN.match, targets[name])):
            raise Failed(f"alias {alias!r} of the integration target {name} keeps it from running")
    needed = {target for path in files if (target := _target_of(path)) is not None}
    missing = sorted(needed - targets.keys())
    if missing:
        raise Failed(f"no integration target for: {', '.join(missing)}")
    return targets


def _target_of(path: PurePosixPath) -> str | None:
    """The integration target that a file of a plugin calls for, if it is one."""
    match path.parts:
        case ("plugins", "modules", name) if path.suffix == ".py" and not name.startswith("_"):
            return path.stem
        case ("plugins", "filter" | "test" as kind, _name) if path.suffix == ".yml":
            return f"{kind}_{path.stem}"
        case ("plugins", "inventory", name) if path.suffix == ".py" and not name.startswith("_"):
            return f"inventory_{path.stem}"
    return None
