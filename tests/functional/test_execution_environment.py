# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the definitions of the execution environment. It needs no container engine for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from toolchain import supported

pytestmark = pytest.mark.surroundings

ROOT = Path(__file__).parents[2]
RUN_TIME = {"boto3>=1.35.0", "botocore>=1.35.0"}


def builder(*words):
    command = [Path(sys.executable).with_name("ansible-builder"), *words]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_context_has_the_collection_and_what_it_needs(tmp_path):
    builder("create", "--context", str(tmp_path), "--output-filename", "Containerfile")
    build = tmp_path / "_build"
    collections = yaml.safe_load((build / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert collections == [{"name": "perimeter.s3", "version": f">={version}"}]
    packages = (build / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in packages if line and not line.startswith("#")} == RUN_TIME
    container = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    newest = supported.load(ROOT)[-1]
    python = next(line for line in container.splitlines() if line.startswith("ARG PYCMD="))
    assert python.rpartition("python")[2].strip('"') in newest.pythons
    assert f"ansible-core=={newest.ansible_core} ansible-runner" in container
    assert "FROM $EE_BASE_IMAGE AS base" in container, "the base is a build argument"


def test_collection_says_what_it_needs(tmp_path):
    """What a build finds by itself in any execution environment that has the collection."""
    collection = tmp_path / "ansible_collections" / "perimeter" / "s3"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    found = yaml.safe_load(builder("introspect", str(tmp_path)).partition("---\n")[2])
    assert {line.partition("#")[0].strip() for line in found["python"]} == RUN_TIME
    assert found.get("system", []) == []
