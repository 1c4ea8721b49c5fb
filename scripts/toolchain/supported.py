# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads supported.toml and chooses the rows that this machine tests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import tomllib

FILE = "supported.toml"


@dataclass(frozen=True, slots=True)
class Row:
    """One supported release line of ansible-core and what goes with it; the fields are explained in supported.toml."""

    core: str
    ansible_core: str
    pythons: tuple[str, ...]
    amazon_aws: str
    ansible: str
    boto3: str | None = None

    def runs_on(self, available: Collection[str]) -> list[str]:
        """Those of the available Python versions ("3.12") that this row runs on, the oldest first."""
        return sorted((python for python in self.pythons if python in available), key=version_key)


@dataclass(frozen=True, slots=True)
class Choice:
    """A row and the Python version that tests it on this machine."""

    label: str  # "floor" or "newest", or the version line when it was asked for by name
    row: Row
    python: str

    def __str__(self) -> str:
        versions = f"ansible-core {self.row.ansible_core}, amazon.aws {self.row.amazon_aws}, Python {self.python}"
        return f"{self.label}: {versions}"


@dataclass(frozen=True, slots=True)
class OtherCollection:
    """A collection that trees have beside ours, and the release of the "ansible" package that carries it."""

    namespace: str
    name: str
    version: str
    ansible: str

    @property
    def path(self) -> str:
        """Where it lies in a tree, and in the package."""
        return f"ansible_collections/{self.namespace}/{self.name}"


class Unsupported(Exception):
    """No row fits the interpreters of this machine, or no row has the version that was asked for."""


def version_key(version: str) -> tuple[int, ...]:
    """Sorts "3.9" before "3.12"."""
    return tuple(int(part) for part in version.split("."))


def load(root: Path) -> tuple[Row, ...]:
    """The rows of supported.toml, oldest ansible-core first."""
    table = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    rows = (Row(**{**row, "pythons": tuple(row["pythons"])}) for row in table["row"])
    return tuple(sorted(rows, key=lambda row: version_key(row.core)))


def collections(root: Path, row: Row) -> tuple[OtherCollection, ...]:
    """The collections that go with a row: what it depends on, and what playbooks use where it is installed."""
    awx = tomllib.loads((root / FILE).read_text(encoding="utf-8"))["awx_awx"]
    return (
        OtherCollection("amazon", "aws", row.amazon_aws, row.ansible),
        OtherCollection("awx", "awx", awx["version"], awx["ansible"]),
    )


def choose(rows: tuple[Row, ...], available: Collection[str]) -> dict[str, Choice]:
    """The oldest row on the oldest Python ("floor") and the newest row on the newest one ("newest") that can run here.

    A machine with a single Python version may run a single row only; then both are that row.
    """
    runnable = [(row, pythons) for row in rows if (pythons := row.runs_on(available))]
    if not runnable:
        wanted = sorted({python for row in rows for python in row.pythons}, key=version_key)
        raise Unsupported(f"Needs one of Python {', '.join(wanted)}; found {', '.join(available) or 'none of them'}.")
    (oldest, oldest_pythons), (newest, newest_pythons) = runnable[0], runnable[-1]
    return {
        "floor": Choice("floor", oldest, oldest_pythons[0]),
        "newest": Choice("newest", newest, newest_pythons[-1]),
    }


def named(rows: tuple[Row, ...], available: Collection[str], core: str) -> Choice:
    """The row of one release line ("2.18"), for the rows between floor and newest."""
    for row in rows:
        if row.core == core:
            if not (pythons := row.runs_on(available)):
                raise Unsupported(f"ansible-core {core} needs one of Python {', '.join(row.pythons)}.")
            return Choice(core, row, pythons[-1])
    raise Unsupported(f"supported.toml has no row for ansible-core {core}, only {', '.join(row.core for row in rows)}.")
