# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs of Ansible that start with Ansible imported, and with the plugins that it would load anew in each task.

Half of the time of a short playbook is its start. Those of integration tests, molecule, demo, AWX, rulebooks and cron
start as they do for a user.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.functional import warm
from tests.functional.warm_modules import warm_python

#: What is loaded before the first fork: kinds of plugins that Ansible loads in each task, and of ours one of each kind,
#: with which Ansible finds the others and Python what they import.
_JINJA = ("filter_loader", "test_loader")
_OURS = {"filter_loader": "perimeter.s3.perimeter_plan", "action_loader": "perimeter.s3.perimeter_info"}


def run_ansible(
    program: str,
    *words: str | Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run ``ansible-playbook`` or its like; the modules that it starts are warm as well.

    :param environment: beside what this process has; but settings of AWS are the caller's to name.
    :raises TimeoutError: it took longer; the process is left to itself.
    """
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= environment or {}
    place = directory or Path.cwd()
    # Ansible reads its settings when it is imported: others of them take another server.
    settings = {name: value for name, value in variables.items() if name.startswith("ANSIBLE_")}
    server = _server(tuple(sorted(settings.items())), place if (place / "ansible.cfg").is_file() else None)
    command = [program, *map(str, words)]
    if program == "ansible-playbook":
        # The host that Ansible takes where no inventory names one heeds no setting of the environment.
        command += ["-e", f"ansible_python_interpreter={warm_python()}"]
    request = {"words": command, "environment": variables, "directory": str(place)}
    return subprocess.CompletedProcess(command, *warm.run(server, request, "", timeout))


@cache
def _server(settings: tuple[tuple[str, str], ...], directory: Path | None) -> Path:
    others = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return warm.start_server("tests.functional.warm_ansible", {**others, **dict(settings)}, directory)


def _preload() -> None:
    from ansible.cli import playbook  # noqa: F401
    from ansible.plugins import loader

    loader.init_plugin_loader()
    for kind in _JINJA:
        list(getattr(loader, kind).all())
    for kind, name in _OURS.items():
        assert getattr(loader, kind).get(name, class_only=True), name
    # Pages that are shared stay so.
    gc.freeze()


def _be(request: warm.Request) -> None:
    from ansible.config import manager

    # The directory for temporary files is the server's, with the modules that it holds ready for the next run.
    atexit.unregister(manager.cleanup_tmp_file)
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    sys.argv = request["words"]
    importlib.import_module(f"ansible.cli.{sys.argv[0].removeprefix('ansible-')}").main()


if __name__ == "__main__":
    _preload()
    warm.serve(Path(sys.argv[1]), _be)
