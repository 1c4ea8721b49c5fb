# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the archive that users install and puts it through what Galaxy and Automation Hub check on an upload."""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from pathlib import Path

from toolchain.commands import Failed, Workplace, run
from toolchain.environments import Words

# What only those who work on the collection need, and what tools leave behind.
_UNWANTED = re.compile(
    r"(^|/)(\.[^/]+|__pycache__|output|scripts|tests|requirements|benchmarks|Makefile|pyproject\.toml|"
    r"supported\.toml|.*\.pyc|collections)(/|$)"
)
# Automation Hub asks for these two; Galaxy does not.
_HUB = {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "yes", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "yes"}


def package(workplace: Workplace, part: str) -> int:
    """The archive is built, has what it should, and galaxy-importer has nothing to say against it."""
    venv = workplace.environments.tools("package", workplace.choice)
    collection = workplace.tree(part)
    output = workplace.environments.build / "package"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    variables = workplace.variables(venv) | _HUB
    run(
        [venv / "bin" / "ansible-galaxy", "collection", "build", "--output-path", output], cwd=collection, env=variables
    )
    (archive,) = output.glob("perimeter-s3-*.tar.gz")
    _check_content(archive, collection)
    _check_links(archive)
    # Without --output-path it writes importer_result.json where it runs.
    words: Words = [venv / "bin" / "python", "-m", "galaxy_importer.main", archive]
    report = run(words, cwd=output, env=variables)
    complaints = re.findall(r"^(?:WARNING|ERROR|CRITICAL): .*", report, re.MULTILINE)
    if complaints:
        raise Failed(f"galaxy-importer: {len(complaints)} complaints, the first: {complaints[0]}")
    _check_pages(output / "importer_result.json", collection)
    return 3


def _check_content(archive: Path, collection: Path) -> None:
    with tarfile.open(archive) as content:
        names = {member.name for member in content.getmembers() if member.isfile()}
    unwanted = sorted(name for name in names if _UNWANTED.search(name))
    if unwanted:
        raise Failed(f"{archive.name} has files that users do not need: {', '.join(unwanted[:10])}")
    needed = {"README.md", "COPYING", "LICENSES/GPL-3.0-or-later.txt", "meta/runtime.yml", "CHANGELOG.rst"}
    for directory in ("plugins", "roles", "playbooks", "extensions"):
        files = (path for path in (collection / directory).rglob("*") if path.is_file())
        needed |= {str(path.relative_to(collection)) for path in files if "__pycache__" not in path.parts}
    missing = sorted(needed - names)
    if missing:
        raise Failed(f"{archive.name} lacks {', '.join(missing[:10])}")


# A link of Markdown to something else than a page of the web or a heading.
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def _check_links(archive: Path) -> None:
    """Galaxy shows the pages of the archive, so what they lead to has to be in there."""
    with tarfile.open(archive) as content:
        names = {member.name: member for member in content.getmembers()}
        broken = []
        for name, member in names.items():
            file = content.extractfile(member) if name.endswith(".md") else None
            for link in _LINK.findall(file.read().decode()) if file else ():
                target = os.path.normpath(os.path.join(os.path.dirname(name), link))
                if target not in names:
                    broken.append(f"{name}: {link}")
    if broken:
        raise Failed(f"links that lead nowhere in {archive.name}: {', '.join(broken)}")


def _check_pages(result: Path, collection: Path) -> None:
    """Galaxy has no dependencies when it renders the pages; a page that needs one is blank without any error.

    It also lists what is in extensions/ only if ``meta/extensions.yml`` names the directory.
    """
    told = json.loads(result.read_text(encoding="utf-8"))
    contents = told["docs_blob"]["contents"]
    listed = {(entry["content_type"], entry["name"]) for entry in told["contents"]}
    plugins = (collection / "extensions").glob("eda/plugins/*/*.py")
    unlisted = sorted(path.stem for path in plugins if (f"eda/plugins/{path.parent.name}", path.stem) not in listed)
    if unlisted:
        raise Failed(f"Galaxy would not list these of extensions/: {', '.join(unlisted)}")
    documented = {entry["content_name"] for entry in contents if (entry.get("doc_strings") or {}).get("doc")}
    missing = sorted({path.stem for path in (collection / "plugins" / "modules").glob("[!_]*.py")} - documented)
    if missing:
        raise Failed(f"these modules would have blank pages on Galaxy: {', '.join(missing)}")
