# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people paste into a playbook is read back as it was, and never evaluated."""

from __future__ import annotations

import json

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is trusted
    trust_as_template = str

from ansible_collections.perimeter.s3.plugins.module_utils._plan.pasted import is_template, pasted
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.documents import as_yaml

EVIL = "{{ 40 + 2 }}/"
VALUES = [
    EVIL,
    "{% if true %}x{% endif %}",
    "kept {# not a comment #}",
    ["plain", EVIL, {"key": EVIL, "other": [1, True, None, 'quote " and \\ and é']}],
    {"resource": f"arn:aws:s3:::data/{EVIL}*"},
]


def evaluated(text):
    """What Ansible makes of a variable that stands so in a file."""
    return Templar(DataLoader()).template(DataLoader().load(trust_as_template(f"pasted: {text}\n")))["pasted"]


@pytest.mark.parametrize("value", VALUES, ids=map(str, range(len(VALUES))))
def test_nothing_pasted_is_evaluated(value):
    assert is_template(value)
    assert evaluated(pasted(value)) == value


def test_without_the_tag_it_would_be():
    assert evaluated(json.dumps(EVIL)) == "42/"


@pytest.mark.parametrize("value", ["plain", ["a", {"b": "${aws:username}"}], 5, None, True, {}])
def test_other_values_are_json(value):
    assert not is_template(value)
    assert json.loads(pasted(value)) == value


def test_a_task_of_a_report_is_not_evaluated_either():
    task = [{"name": "Reproduce it", "perimeter.s3.access_check": {"requests": [{"resource": EVIL}], "names": [EVIL]}}]
    text = "\n  ".join(["", *as_yaml(task).split("\n")])
    assert evaluated(text) == task
