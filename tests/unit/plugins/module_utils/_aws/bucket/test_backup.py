# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a policy before it is replaced."""

from __future__ import annotations

import datetime
import json
import os
import stat

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._aws.bucket.backup import BackupError, keep

WHEN = datetime.datetime(2026, 11, 29, 7, 8, 9, 1234, tzinfo=datetime.timezone.utc)
POLICY = {"Version": "2012-10-17", "Statement": [{"Sid": "täglich"}]}


@pytest.mark.parametrize("document", [POLICY, None])
def test_a_document_is_kept_as_it_was(tmp_path, document):
    path = keep(str(tmp_path / "made" / "for it"), "logs", document, lambda: WHEN)
    assert path == str(tmp_path / "made" / "for it" / "logs.20261129T070809001234Z.json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert json.loads(text) == document
    # For people as well.
    assert text.endswith("\n")
    assert "\\u" not in text
    assert document is None or '\n  "Version"' in text


def test_nobody_else_may_read_it(tmp_path):
    path = keep(str(tmp_path / "made"), "logs", POLICY, lambda: WHEN)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "made" / path.rpartition("/")[2]).stat().st_mode) == 0o600
    # A directory that is there stays as it is.
    there = tmp_path / "there"
    there.mkdir()
    there.chmod(0o755)
    keep(str(there), "logs", POLICY)
    assert stat.S_IMODE(there.stat().st_mode) == 0o755


def test_all_of_it_is_on_the_disk_before_aws_is_written_to(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    path = keep(str(tmp_path), "logs", POLICY, lambda: WHEN)
    assert synced == [os.path.getsize(path)]


def test_nothing_is_overwritten(tmp_path):
    path = keep(str(tmp_path), "logs", POLICY, lambda: WHEN)
    with pytest.raises(
        BackupError, match=r"Cannot keep the policy of bucket logs in .*\.json before .*: File exists\."
    ):
        keep(str(tmp_path), "logs", None, lambda: WHEN)
    with open(path, encoding="utf-8") as file:
        assert json.load(file) == POLICY
    assert keep(str(tmp_path), "logs", None) != path


def test_where_nothing_can_be_kept_it_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BackupError, match="Nothing was written to AWS"):
        keep(str(tmp_path / "file"), "logs", POLICY)
