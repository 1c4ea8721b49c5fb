# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A statement that is right, and what is wrong with others: the tests of the rules share them."""

from __future__ import annotations

ROLE = "arn:aws:iam::111122223333:role/app"
BUCKET, OBJECTS = "arn:aws:s3:::examplebucket", "arn:aws:s3:::examplebucket/*"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:GetObject", "Resource": OBJECTS}
MISSING = object()


def document(changes, base=None, version="2012-10-17"):
    statement = {name: value for name, value in {**(base or STATEMENT), **changes}.items() if value is not MISSING}
    return {"Version": version, "Statement": [statement]}


def condition(operator, key, value, **changes):
    return {"Condition": {operator: {key: value}}, **changes}


ALLOW_ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def shown(problems):
    return [str(problem) for problem in problems]
