# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of each thing a report shows, and that it counts the rest."""

from __future__ import annotations

import re

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report import header
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report import markdown as markdown_module
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.documents import side_by_side
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.drawing import drawing
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.junit import junit_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.markdown import markdown_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.page import page
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.proof import proof_of
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.sarif import sarif_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.summary import summary
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.terminal import text_report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.text import some
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.words import in_words, line

PLACE = {"account": "111122223333", "region": "eu-west-1"}
FAILURE = {**PLACE, "host": "h", "msg": "No."}
CHANGE = {"who": "alice", "when": "2026-11-29", "event": "s3:Put", "source_address": "192.0.2.1", "event_id": "0f"}
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def finding(resource="a", **more):
    return {
        **PLACE, "resource": resource, "kind": "bucket policy", "what": "has changed", "before": None, "after": None,
        "severity": "minor", "opens": [], "cuts": [], "remedy": "", **more,
    }  # fmt: skip


def seen(host="h", vpc="vpc-1", looked=None, results=(), **more):
    return {**perimeter(host, PLACE["account"], PLACE["region"], vpc, looked, results), **more}


def failures(count, same=False):
    """``same``: of one reason."""
    return [{**FAILURE, "bucket": f"b{n}", "msg": "No." if same else f"Why {n}."} for n in range(count)]


def refused(count, same=False):
    given = {"guard": "x", "remedy": None, "overridden_by": None}
    return [seen(refused=[{**given, "resource": f"b{n}", "reason": "No." if same else f"Why {n}."}
                          for n in range(count)])]  # fmt: skip


def hints(count, buckets=("a",)):
    return [seen(hints=[{"buckets": list(buckets), "message": f"In vain {n}."} for n in range(count)])]


def names(count):
    return [f"n{number}" for number in range(count)]


def text(*given, **more):
    return "\n".join(text_report(report(*given, **more)))


def markdown(*given, **more):
    return markdown_report(report(*given, **more))


def sarif(findings=(), **more):
    [run] = sarif_report(report(findings, False, **more), "site.yml")["runs"]
    return run


def notified(failures):
    [invocation] = sarif(failures=failures)["invocations"]
    return [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]


def found(pattern, text):
    return len(re.findall(pattern, text))


def picture(tables=1, subnets=0, buckets=1):
    shown = [
        {
            "id": f"rtb-{number}", "name": "", "main": False, "found": True, "declared": True,
            "subnets": [{"id": f"subnet-{n}", "name": "", "cidr": "", "zone": ""} for n in range(subnets)],
        }
        for number in range(tables)
    ]  # fmt: skip
    results = [{"bucket": f"bucket-{number}"} for number in range(buckets)]
    drawn = drawing(seen(looked={"endpoint": {"vpc_endpoint_id": "vpce-1"}}, results=results, route_tables=shown), {},
                    False)  # fmt: skip
    return "\n".join(each["text"] for each in drawn["shapes"] if each["is"] == "text")


def proof(theorems=(), matrix=(), **more):
    return proof_of({"holds": False, "theorems": theorems, "matrix": matrix, **more})


def row(*buckets):
    return {"buckets": list(buckets), "rows": [{"principal": "x", "reach": {}}]}


def told(statements=1):
    """What the summary says of an endpoint of so many statements."""
    shown = {"vpc_endpoint_id": "vpce-1", "policy_document": {"Statement": [ALLOW] * statements}}
    looked = {"endpoint": {"before": shown, "endpoint": shown}, "buckets": []}
    return "\n".join(summary(looked, seen(looked=looked["endpoint"]), False, None))


#: What is shown -> of how many things what is seen; how many are shown at most; what is said of one more than that.
LIMITS = {
    "names": (lambda n: some(names(n)), r"n\d+", 3, "and 1 more"),
    "words of values": (
        lambda n: line(in_words({**ALLOW, "Condition": {"StringLike": {"aws:x": names(n)}}})), r"n\d+", 3, "and 1 more",
    ),
    "actions in words": (lambda n: line(in_words({**ALLOW, "Action": names(n)})), r"n\d+", 3, "and 1 more"),
    "resources in words": (lambda n: line(in_words({**ALLOW, "Resource": names(n)})), r"n\d+", 3, "and 1 more"),
    "lines of documents": (
        lambda n: "\n".join(one["text"] for one in side_by_side(None, list(range(n - 2)))[1]), r"(?m)^(?!…)", 160,
        "… 1 more lines",
    ),
    "places": (
        lambda n: "\n".join(header.places({"perimeters": [seen(str(number)) for number in range(n)]})), "vpc-1", 4,
        "1 account, 1 Region, 5 VPCs: 0 endpoints and 0 buckets looked at",
    ),
    # In Markdown.
    "authors": (lambda n: markdown([finding(by=[CHANGE] * n)], False), "- Last changed", 5, "- 1 more change\n"),
    "rows of a table": (lambda n: markdown([], False, perimeters=hints(n)), r"vain \d", 60, "\n1 more kind of these;"),
    "lines of a document": (
        lambda n: markdown([finding(before=list(range(n - 2)), after=0)], False), r"(?m)^    [\[\]\s]", 60,
        "    ... 1 more lines\n",
    ),
    "hosts": (lambda n: markdown([], False, names(n)), r"`n\d+`", 200, "and 1 more"),
    "names in a cell": (lambda n: markdown([], False, perimeters=hints(1, names(n))), r"`n\d+`", 3, "and 1 more"),
    "buckets that failed": (lambda n: markdown([], False, failures=failures(n, True)), r"`b\d+`", 3, "and 1 more"),
    "buckets refused": (lambda n: markdown([], False, perimeters=refused(n, True)), r"`b\d+`", 3, "and 1 more"),
    "letters of a cell": (
        lambda n: markdown([], False, perimeters=[seen(hints=[{"buckets": [], "message": "q" * n}])]), "q", 600, "q…",
    ),
    "letters of a name": (lambda n: markdown([], False, ["q" * n]), "q", 80, "q…"),
    "letters of a remedy": (lambda n: markdown([finding(remedy="q" * n)], False), "q", 1200, "q…"),
    # In a terminal.
    "hosts in a terminal": (lambda n: text([], False, names(n)), r"n\d+", 10, "and 1 more"),
    "failures": (lambda n: text([], False, failures=failures(n)), "failed: ", 3, "2 more kinds of failures"),
    "refusals": (
        lambda n: text([], False, perimeters=refused(n)), "would be refused: ", 2,
        "2 more kinds of corrections that would be refused",
    ),
    "letters of a line": (
        lambda n: text([], False, ["q" * (n - len("failed hosts: "))]).rpartition("\n")[2], ".", 240, "q…",
    ),
    # On the page.
    "authors on the page": (
        lambda n: str(page(report([finding(by=[CHANGE] * n)], False))["groups"]), "alice", 20, "'who_more': 1",
    ),
    "failures on the page": (
        lambda n: str(page(report([], False, failures=failures(n)))["failures"]), r"Why \d+", 60, "",
    ),
    "names of failures": (
        lambda n: str(page(report([], False, failures=failures(n, True)))["failures"]), r"b\d+", 8, "and 1 more",
    ),
    "names of hosts": (lambda n: str(page(report([], False, names(n)))["failures"]), r"n\d+", 8, "and 1 more"),
    "names of refusals": (
        lambda n: str(page(report([], False, perimeters=refused(n, True)))["refused"]), r"b\d+", 8, "and 1 more",
    ),
    "names of hints": (
        lambda n: str(page(report([], False, perimeters=hints(1, names(n))))["perimeters"][0]["hints"]), r"n\d+", 2,
        "and 1 more",
    ),
    "resources of a task": (
        lambda n: page(report([finding(one) for one in names(n)], False))["groups"][0]["task"], r"n\d+", 50, "",
    ),
    "tables in the drawing": (lambda n: picture(tables=n), r"rtb-\d", 10, "and 1 more route table"),
    "subnets in the drawing": (lambda n: picture(subnets=n), r"subnet-\d", 4, "and 1 more subnet"),
    "buckets in the drawing": (lambda n: picture(buckets=n), r"bucket-\d", 10, "and 1 more"),
    # Of the proof.
    "counterexamples": (
        lambda n: str([proof(narrowed=[{"said": f"n{one}"} for one in range(n)])[key] for key in ("examples", "more")]),
        r"n\d+", 40, "], 1]",
    ),
    "doubts": (lambda n: str(proof(unknown=[{"message": one} for one in names(n)])["doubts"]), r"n\d+", 40, ""),
    "matrices": (lambda n: str(proof(matrix=[row(one) for one in names(n)])["matrices"]), r"n\d+", 40, ""),
    "buckets of a matrix": (lambda n: str(proof(matrix=[row(*names(n))])["matrices"]), r"n\d+", 4, "and 1 more"),
    "buckets of an example": (
        lambda n: str(proof(mismatches=[{"buckets": names(n)}])["examples"]), r"n\d+", 5, "and 1 more",
    ),
    "statements of a theorem": (
        lambda n: str(proof([{"title": "", "verdict": "holds", "rests_on": [{"statement": one} for one in names(n)]}])),
        r"n\d+", 6, "and 1 more",
    ),
    # In other forms.
    "sentences of the summary": (told, "Allow", 12, "and 1 more statement."),
    "letters of a message of SARIF": (
        lambda n: sarif([finding(what="q" * (n - len("a: bucket policy: .")))])["results"][0]["message"]["text"], ".",
        1000, "q…",
    ),
    "notifications of SARIF": (lambda n: "\n".join(notified(failures(n))), "Why", 100, ""),
    "letters of a failure of SARIF": (lambda n: notified([{**FAILURE, "msg": "q" * (n - 3)}])[0], ".", 1000, ""),
    "letters of a failure of JUnit": (
        lambda n: junit_report(report([], False, failures=[{**FAILURE, "msg": "q" * n}])), "q", 4000, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("shown, sign, most, more", LIMITS.values(), ids=LIMITS)
def test_what_is_too_much_is_counted(shown, sign, most, more):
    at_most, beyond = shown(most), shown(most + 1)
    assert found(sign, at_most) == most
    assert not more or more not in at_most
    assert found(sign, beyond) <= most
    assert more in beyond


@pytest.mark.parametrize("limit, number", [("MOST_CHARACTERS", len), ("MOST_LINES", lambda text: text.count("\n"))])
def test_a_report_in_markdown_fills_its_room(limit, number, monkeypatch):
    findings = [finding("a"), finding("b", what="is missing")]
    whole = markdown(findings, False)
    room = number(whole)
    monkeypatch.setattr(markdown_module, limit, room)
    assert markdown(findings, False) == whole
    monkeypatch.setattr(markdown_module, limit, room - 1)
    assert "The details of 1 kind of drift are left out here" in markdown(findings, False)
