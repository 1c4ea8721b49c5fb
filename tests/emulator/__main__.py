# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the emulator: ``python tests/emulator/__main__.py --ready-file FILE``, also by its path alone."""

from __future__ import annotations

import argparse
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="emulator", description="An AWS on loopback for tests and demo.")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets url, pid and port as JSON")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--parent-pid", type=int, help="stop when this process is gone")
    parser.add_argument("--max-seconds", type=float, default=600, help="stop after this time in any case")
    parser.add_argument("--latency-ms", type=float, default=0, help="let every call take this much longer")
    parser.add_argument("--records", type=Path, help="write CloudTrail events and access logs into this folder")
    arguments = parser.parse_args()
    # Run by its path, Python knows only this directory, whose modules would then shadow others.
    sys.path[:] = [str(ROOT), *(path for path in sys.path if Path(path).resolve() != ROOT / "tests" / "emulator")]
    _name_collection()
    from tests.emulator.server import serve

    serve(
        ready_file=arguments.ready_file,
        port=arguments.port,
        parent_pid=arguments.parent_pid,
        max_seconds=arguments.max_seconds,
        latency=arguments.latency_ms / 1000,
        records=arguments.records.resolve() if arguments.records else None,
    )
    return 0


def _name_collection() -> None:
    """Let the evaluator be imported by the name of its collection, wherever this checkout lies."""
    for name, places in (
        ("ansible_collections", []),
        ("ansible_collections.perimeter", []),
        ("ansible_collections.perimeter.s3", [str(ROOT)]),
    ):
        package = types.ModuleType(name)
        package.__path__ = places
        sys.modules[name] = package


if __name__ == "__main__":
    sys.exit(main())
