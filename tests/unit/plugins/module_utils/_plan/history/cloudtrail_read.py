# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record of CloudTrail, and what it says with changes: the tests of records share it."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.cloudtrail import read_record
from ansible_collections.perimeter.s3.plugins.module_utils._plan.history.distinctions import Distinctions

BUCKET, OTHER = "payroll-reports", "somebody-else"
ACCOUNT, FOREIGN = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/etl/nightly"
#: A record of CloudTrail and a line of a server access log, which the tests beside this one read as well.
SHARED = json.loads((Path(__file__).parent / "records.json").read_text(encoding="utf-8"))
BASE = SHARED["record"]
SESSION = BASE["userIdentity"]


def distinctions(*keys, **documents):
    condition = {"StringEquals": dict.fromkeys(keys, "x")}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}],
    }
    return Distinctions({BUCKET: [policy] if keys else []}, documents)


def read(known=None, **changes):
    record = {key: value for key, value in {**BASE, **changes}.items() if value is not None}
    return read_record(record, known or distinctions())


def only(**changes):
    (found,) = read(**changes)[0]
    return found


#: Of whom a record has no more than the account.
STRANGER = {"type": "AWSAccount", "principalId": "AROAFOREIGN:s", "accountId": FOREIGN}
