# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The names of the variables of role and playbooks, and what is said of one that is not among them.

A variable whose name is misspelt is one that nobody reads: the default holds, and nothing says so. Tests hold the table
against the role's specification of arguments and against the playbooks.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from ..._policy.language.errors import Problem

#: Of the role, beside those of :data:`variables.KINDS`: the playbooks' and the result.
_OF_ROLE = (
    "allow_loss",
    "assume_role_arn",
    "assume_role_duration",
    "assume_role_external_id",
    "assume_role_session_name",
    "connection",
    "evidence",
    "evidence_since",
    "hosts",
    "loss_ignored",
    "own_addresses",
    "report_dir",
    "result",
    "summary",
)
#: Prefix -> what the variables are called after it, facts that the playbooks set included.
_OF_PLAYBOOKS: Mapping[str, tuple[str, ...]] = {
    # What is told to a workflow comes back as a variable of the jobs after it.
    "drift_": (
        "changes",
        "correct",
        "counts",
        "declared_in",
        "fail_on",
        "failures",
        "findings",
        "perimeter",
        "report",
        "report_dir",
        "status",
        "who",
    ),
    "preview_": ("dir",),
    "restore_": ("at", "buckets", "dir", "options"),
    "awx_setup_": (
        "approval",
        "approval_timeout",
        "aws_access_key",
        "aws_secret_key",
        "aws_session_token",
        "check_credentials",
        "credentials",
        "declaration",
        "execution_environment",
        "forks",
        "hosts",
        "image",
        "inventory",
        "inventory_file",
        "job_slice_count",
        "name",
        "notifications",
        "organization",
        "playbook",
        "project_branch",
        "project_credential",
        "project_url",
        "schedule",
        "state",
    ),
}
ROLE = "private_access_"
#: Below it a name is taken for another word rather than for a misspelt one.
_ALIKE = 0.5


def known_names(of_role: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Prefix -> the full names; ``of_role`` are those of the role's own table, without the prefix."""
    table = {ROLE: (*of_role, *_OF_ROLE), **_OF_PLAYBOOKS}
    return {prefix: tuple(sorted(f"{prefix}{name}" for name in names)) for prefix, names in table.items()}


def unknown_names(given: Iterable[str], known: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """A problem for each given name that begins like the known ones and is not among them."""
    for name in sorted(set(given)):
        prefix = next((one for one in known if name.startswith(one)), None)
        names = tuple(known[prefix]) if prefix else ()
        if prefix is None or name in names:
            continue
        short = [one.removeprefix(prefix) for one in names]
        near = difflib.get_close_matches(name.removeprefix(prefix), short, 1, _ALIKE)
        remedy = f"Did you mean {prefix}{near[0]}?" if near else f"Known are {', '.join(names)}."
        yield Problem(name, "There is no such variable.", remedy)
