# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the tests that are not ansible-test: linters, types, functional tests, molecule, documentation.

Each takes the workplace and the name of the part, raises `Failed`, and returns how many tests passed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from toolchain.commands import Failed, Workplace, count_tests, run
from toolchain.environments import Words

# Files that other services read; check-jsonschema brings their schemas along.
_GITHUB = (".github/workflows/ci.yml", "docs/examples/github/perimeter.yml")
_GITLAB = ("docs/examples/gitlab/perimeter.yml",)
_PACKAGE = "ansible_collections.perimeter.s3.plugins.module_utils"


def lint(workplace: Workplace, part: str) -> int:
    """Style, formatting, YAML, Ansible content, licences, changelog. All of them run, also after one has failed."""
    venv = workplace.environments.tools("quality", workplace.choice)
    collection = workplace.tree(part)
    variables = workplace.variables(venv, collection)
    # antsibull-changelog writes its cache of plugins beside the changelog, so it has to be the last one.
    commands = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("yamllint", "--strict", "."),
        ("reuse", "lint", "--lines"),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *_GITHUB),
        ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *_GITLAB),
        ("ansible-lint", "--offline", "--profile", "production", "--strict", "--nocolor"),
        ("antsibull-changelog", "lint"),
        ("antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml"),
        ("antsibull-changelog", "generate"),
    )
    failures = []
    for name, *arguments in commands:
        try:
            run([venv / "bin" / name, *arguments], cwd=collection, env=variables)
        except Failed as failure:
            failures.append(str(failure))
    # The tree is a git repository of its own, with the files as they were in its index.
    try:
        run(["git", "diff", "--exit-code", "--", "CHANGELOG.rst"], cwd=collection, env=variables)
    except Failed:
        failures.append("CHANGELOG.rst is not what antsibull-changelog makes of changelogs/changelog.yaml")
    if failures:
        raise Failed("; ".join(failures))
    return len(commands) + 1


def types(workplace: Workplace, part: str) -> int:
    """mypy, strict where pyproject.toml says so. The tree gives our modules their names in ansible_collections."""
    venv = workplace.environments.tools("quality", workplace.choice)
    collection = workplace.tree(part)
    variables = workplace.variables(venv, collection, MYPYPATH=str(collection.parents[2]))
    packages = [name for name in ("_policy", "_plan", "_aws") if any((_utils(collection) / name).rglob("*.py"))]
    if not packages:
        raise Failed("nothing to check: plugins/module_utils has none of its packages")
    cache = workplace.environments.build / "mypy"
    words: Words = [venv / "bin" / "mypy", "--config-file", "pyproject.toml", "--cache-dir", cache]
    run([*words, *(word for name in packages for word in ("-p", f"{_PACKAGE}.{name}"))], cwd=collection, env=variables)
    scripts = workplace.variables(venv, MYPYPATH="scripts")
    run([*words, "-p", "toolchain"], cwd=collection, env=scripts)
    return len(packages) + 1


def _utils(collection: Path) -> Path:
    return collection / "plugins" / "module_utils"


def quick_units(workplace: Workplace, part: str) -> int:
    """The unit tests by pytest, on one release; `units` runs them the way of ansible-test, on two."""
    return _pytest(workplace, part, "tests/unit")


def functional(workplace: Workplace, part: str) -> int:
    """Runs against the emulator, the emulator itself, demo and tools."""
    return _pytest(workplace, part, *_NO_UNITS, "-m", "not surroundings")


def surroundings(workplace: Workplace, part: str) -> int:
    """What starts playbooks, such as AWX, ansible-rulebook or cron; each test runs whole programs for minutes."""
    return _pytest(workplace, part, *_NO_UNITS, "-m", "surroundings")


# `units` runs those, on the same releases.
_NO_UNITS = ("tests", "--ignore", "tests/unit")


def _pytest(workplace: Workplace, part: str, *arguments: str) -> int:
    venv = workplace.environments.core(workplace.choice)
    collection = workplace.tree(part)
    words: Words = [venv / "bin" / "python", "-m", "pytest", "-q", "-rs", "--durations", "20", "-p", "no:cacheprovider"]
    words += arguments
    if workplace.parallel > 1:
        words += ["-n", str(workplace.parallel)]
    output = run(words, cwd=collection, env=workplace.variables(venv, collection))
    return count_tests(output)[0]


def molecule(workplace: Workplace, part: str) -> int:
    """Every scenario of extensions/molecule; roles without one are a failure."""
    venv = workplace.environments.core(workplace.choice)
    collection = workplace.tree(part)
    scenarios = sorted(path.parent.name for path in (collection / "extensions" / "molecule").glob("*/molecule.yml"))
    if not scenarios:
        raise Failed("extensions/molecule has no scenario")
    variables = workplace.variables(venv, collection, NO_COLOR="1", COLUMNS="160")
    failures = []
    for scenario in scenarios:
        try:
            run([venv / "bin" / "molecule", "test", "--scenario-name", scenario], cwd=collection, env=variables)
        except Failed:
            failures.append(scenario)
    if failures:
        raise Failed(f"molecule scenarios failed: {', '.join(failures)}")
    return len(scenarios)


def docs(workplace: Workplace, part: str) -> int:
    """The documentation site out of the plugins' documentation and docs/docsite/rst; a warning is an error."""
    venv = workplace.environments.tools("docs", workplace.choice)
    collection = workplace.tree(part)
    variables = workplace.variables(venv, collection)
    antsibull = venv / "bin" / "antsibull-docs"
    lint_options = ["--plugin-docs", "--validate-collection-refs", "all"]
    _lint_docs([antsibull, "lint-collection-docs", *lint_options, "."], collection, variables)
    site = workplace.environments.build / "docs"
    shutil.rmtree(site, ignore_errors=True)
    source, html = site / "source", site / "html"
    source.mkdir(parents=True)
    shutil.copy2(collection / "docs" / "docsite" / "conf.py", source)
    options: Words = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", source, "perimeter.s3"]
    run([antsibull, "collection", *options], cwd=collection, env=variables)
    run([venv / "bin" / "sphinx-build", "-W", "--keep-going", "-q", source, html], cwd=collection, env=variables)
    pages = len(list(html.glob("*_module.html")))
    modules = len(list((collection / "plugins" / "modules").glob("[!_]*.py")))
    if pages != modules:
        raise Failed(f"{modules} modules have {pages} pages")
    print(f"The pages are in {html}")
    return pages or 1


def _lint_docs(words: Words, collection: Path, variables: dict[str, str]) -> None:
    """antsibull-docs writes the path of a temporary copy into the pages that it looks at. Of the names that Python
    gives such a copy one in 37 ends with an underscore, which reStructuredText takes for a link: then once more."""
    for _unlucky in range(2):
        try:
            run(words, cwd=collection, env=variables)
        except Failed as failure:
            if 'Unknown target name: "antsibull-docs-' not in failure.output:
                raise
        else:
            return
    run(words, cwd=collection, env=variables)
