# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page as a file: what it may load and do, and whose markup is in it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.perimeter.s3.plugins.filter.drift_html import write
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter

HOSTILE = """</style></script><script>alert(1)</script><img src=x onerror=alert(1)>" onload="x' {{ 7 * 7 }} \u202e"""
#: Elements that end by themselves.
VOID = {"meta", "link", "input", "path", "rect", "circle"}


def told():
    where = {"account": "111122223333", "region": "us-east-1"}
    finding = {
        **where, "resource": HOSTILE, "kind": "bucket policy statement", "what": HOSTILE, "before": {"Sid": HOSTILE},
        "after": {"Sid": [HOSTILE]}, "severity": "critical", "opens": [HOSTILE], "cuts": [HOSTILE], "remedy": "",
    }  # fmt: skip
    statement = {"Sid": HOSTILE, "Effect": HOSTILE, "Principal": HOSTILE, "Action": HOSTILE, "Resource": HOSTILE}
    document = {"Statement": [statement]}
    shown = {"vpc_endpoint_id": HOSTILE, "route_table_ids": [HOSTILE], "tags": {}, "policy_document": document}
    looked = {"before": shown, "endpoint": shown, "changed": True, "actions": [HOSTILE]}
    cell = {"passes": "depends", "example": HOSTILE, "denied": HOSTILE, "depends_on": HOSTILE}
    row = {"principal": HOSTILE, "keys": [HOSTILE], "reach": {HOSTILE: {HOSTILE: cell}}}
    wrong = {"message": HOSTILE, "buckets": [HOSTILE], "statement": HOSTILE, "layer": HOSTILE, "task": {"x": HOSTILE}}
    reach = {
        "holds": False,
        "theorems": [{"title": HOSTILE, "verdict": "refuted", "rests_on": [{"statement": HOSTILE, "layer": HOSTILE}]}],
        "mismatches": [wrong],
        "unknown": [{"message": HOSTILE}],
        "assumed": [HOSTILE],
        "matrix": [{"buckets": [HOSTILE], "rows": [row]}],
    }
    subnets = [{"subnet_id": HOSTILE, "cidr_block": HOSTILE, "availability_zone": HOSTILE, "tags": {"Name": HOSTILE}}]
    tables = [{"route_table_id": HOSTILE, "tags": {"Name": HOSTILE}, "associations": [{"main": True}]}]
    result = {"bucket": HOSTILE, "changed": False, "policy": {"Statement": [statement]}, "before": None, "actions": []}
    kind = {
        **dict.fromkeys(("principal", "via", "action", "bucket", "key_pattern", "path", "last_seen"), HOSTILE),
        **dict.fromkeys(("layer", "statement", "reason", "cause"), HOSTILE),
        "flags": [], "count": 2, "days": 2, "addresses": [HOSTILE],
        "remedy": {"variable": HOSTILE, "value": [HOSTILE], "text": HOSTILE},
    }  # fmt: skip
    replayed = {
        "summary": {"classes": 1, "loses": 1}, "loses": [kind], "window": {"from": HOSTILE, "until": HOSTILE},
        "findings": [{"text": HOSTILE}], "proposal": {"variables": {HOSTILE: HOSTILE}}, "assumed": [HOSTILE],
        "coverage": {HOSTILE: {"evidence": HOSTILE, "first": HOSTILE, "last": HOSTILE}},
    }  # fmt: skip
    hint = {"buckets": [HOSTILE], "finding": HOSTILE, "statement": HOSTILE, "by": [HOSTILE], "message": HOSTILE}
    seen = perimeter(
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, looked, [result], (), reach,
        {"tags": {"Name": HOSTILE}, "cidr_block": HOSTILE}, tables, subnets, accesses=replayed, hints=[hint],
    )  # fmt: skip
    change = {"who": HOSTILE, "when": HOSTILE, "event": HOSTILE, "source_address": HOSTILE, "event_id": HOSTILE}
    failures = [{"host": HOSTILE, **where, "bucket": HOSTILE, "msg": HOSTILE}]
    changes = [{"resource": HOSTILE, "events": [change]}]
    return report([finding], False, [HOSTILE], changes, failures, [seen], "2026-11-29T11:20:03Z")


class Reader(HTMLParser):
    """Elements and attributes, and whether what is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.attributes, self.texts = [], [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.texts[self.open[-1]] = data


def test_nothing_of_others_is_markup():
    text = write(told())
    read = Reader(text)
    assert read.open == []
    assert read.elements.count("script") == read.elements.count("style") == 1
    assert "img" not in read.elements
    assert [name for _tag, name, _value in read.attributes if name.startswith("on") or name == "style"] == []
    assert "alert(1)" in text
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text


def test_it_may_do_nothing_but_run_its_own_script():
    read = Reader(write(told()))
    contents = [value for tag, name, value in read.attributes if (tag, name) == ("meta", "content")]
    [policy] = [value for value in contents if "default-src" in value]
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'none'")
    for element in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(read.texts[element].encode()).digest()).decode()
        assert rules[f"{element}-src"] == f"'sha256-{digest}'"
    assert not re.search(r"@import|url\(|fetch|XMLHttp|eval|innerHTML|document.write", "".join(read.texts.values()))


def test_it_loads_nothing():
    read = Reader(write(told()))
    targets = [(tag, value) for tag, name, value in read.attributes if name in ("src", "href", "action", "srcset")]
    assert [each for each in targets if not each[1].startswith("#")] == [("link", "data:,")]


def test_every_anchor_and_every_name_leads_somewhere():
    read = Reader(write(told()))
    ids = [value for _tag, name, value in read.attributes if name == "id"]
    assert len(set(ids)) == len(ids)
    names = ("href", "aria-labelledby", "data-filters", "data-told", "data-fold", "data-unfold")
    used = [value.removeprefix("#") for _tag, name, value in read.attributes if name in names and value != "data:,"]
    assert set(used) <= set(ids)


@pytest.mark.parametrize("value", [{}, [], "text", None])
def test_what_is_no_report_is_refused(value):
    with pytest.raises(AnsibleFilterError, match=r"Give a report as perimeter\.s3\.drift_report makes it"):
        write(value)
