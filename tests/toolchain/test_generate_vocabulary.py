# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generator of the table of S3 actions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate_vocabulary"
COMMON = "s3:TlsVersion"
DATA = {
    "source": "a list of two actions",
    "actions": [
        {
            "name": "PutThing",
            "accessLevel": "Permissions management, Write",
            "resourceTypes": ["object", "accesspointobject"],
            "conditionKeys": [COMMON, "s3:RequestObjectTag/<key>", "aws:RequestTag/${TagKey}"],
        },
        {
            "name": "ListThings",
            "accessLevel": "List",
            "resourceTypes": ["bucket*"],
            "conditionKeys": [COMMON, "s3:prefix"],
        },
        {"name": "ListAll", "accessLevel": "List", "resourceTypes": [], "conditionKeys": [COMMON]},
    ],
    "conditionKeys": {
        "s3:tlsversion": "Numeric",
        "s3:requestobjecttag/<key>": "String",
        "s3:prefix": "ArrayOfString",
        "s3:buckettag/${tagkey}": "String",
        "aws:requesttag/${tagkey}": "String",
    },
}


def test_generator(tmp_path):
    source = tmp_path / "actions.json"
    source.write_text(json.dumps(DATA), encoding="utf-8")
    result = subprocess.run([sys.executable, SCRIPT, source], capture_output=True, text=True, check=True)
    made: dict[str, str] = {}
    exec(compile(result.stdout, "made", "exec"), made)
    assert made["KEYS"].split("\n")[1:-1] == [
        "0 s3:BucketTag/ String",
        "1 s3:prefix String multi",
        "2 s3:RequestObjectTag/ String",
        "3 s3:TlsVersion Numeric",
    ]
    assert made["COMMON_KEYS"] == "3"
    assert made["ACTIONS"].split("\n")[1:-1] == [
        "ListAll L - -",
        "ListThings L bucket 1",
        "PutThing P accesspointobject,object 2",
    ]
    assert "a list of two actions" in made["__doc__"]


def test_generator_says_how_it_is_used():
    result = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "scripts/generate_vocabulary s3_actions.json" in result.stderr
