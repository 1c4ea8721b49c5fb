# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A document as it is given, and all that is wrong with it, each with its place."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import document
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError, Problem

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def policy(*statements, **more):
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def problems_of(work, *given):
    with pytest.raises(PolicyError) as caught:
        work(*given)
    return caught.value.problems


# What cannot be read, what is said
UNREADABLE = [
    ("{", "The document is not valid JSON ("),
    ('{"Statement": NaN}', "The document is not valid JSON (NaN is not JSON)"),
    ('{"Id": "a", "Id": "b", "Id": "c"}', "The JSON object has the key 'Id' more than once."),
    ('{"Statement": {"Sid": "a", "Sid": "b"}}', "The JSON object has the key 'Sid' more than once."),
    ("[]", "A policy document is a JSON object, not a list."),
    ("null", "A policy document is a JSON object, not null."),
    ("true", "A policy document is a JSON object, not a boolean."),
    ("7", "A policy document is a JSON object, not a number."),
    ('"a"', "A policy document is a JSON object, not a string."),
    (7.5, "A policy document is a JSON object, not a number."),
    (b"\xff", "The document is not valid JSON ("),
    ({1}, "A policy document is a JSON object, not set."),
    ("[" * 100_000, "The document is nested deeper than 20 levels."),
]


@pytest.mark.parametrize("source, said", UNREADABLE, ids=[repr(source)[:20] for source, _said in UNREADABLE])
def test_what_cannot_be_read(source, said):
    (problem,) = problems_of(document.load, source)
    assert problem.path == ""
    assert problem.rule.startswith(said)
    assert problem.remedy


def test_each_repeated_key_is_named_once():
    found = problems_of(document.load, '{"Id": 1, "Id": 2, "Id": 3, "Version": 1, "Version": 2}')
    assert [one.rule.split("'")[1] for one in found] == ["Id", "Version"]


@pytest.mark.parametrize("read", [document.load, document.parse])
def test_the_error_says_which_document(read):
    with pytest.raises(PolicyError, match=r"^Invalid policy: The document is not valid JSON"):
        read("{")
    with pytest.raises(PolicyError, match=r"^Invalid policy of bucket logs: The document is not valid JSON"):
        read("{", "policy of bucket logs")


def nested(depth):
    made = "a"
    for _level in range(depth):
        made = [made]
    return {"Statement": made}


def test_how_deep_a_document_may_be():
    assert document.load(nested(20)) == nested(20)
    for given in (nested(21), json.dumps(nested(21))):
        (problem,) = problems_of(document.load, given)
        assert problem.rule == "The document is nested deeper than 20 levels."


# As it is given, as AWS reads it
PLAIN = [
    ({"Version": datetime.date(2012, 10, 17)}, {"Version": "2012-10-17"}),
    ({"Statement": ({"Sid": "a"},)}, {"Statement": [{"Sid": "a"}]}),
    ({1: True}, {"1": True}),
    ('{"Statement": 1e400}', {"Statement": "1e400"}),
    ('{"Statement": 1.10}', {"Statement": "1.10"}),
    ('{"Statement": 1.5}', {"Statement": 1.5}),
    (b'{"Id": "\xc3\xa4"}', {"Id": "\u00e4"}),
]


@pytest.mark.parametrize("given, plain", PLAIN)
def test_a_plain_document(given, plain):
    assert document.load(given) == plain


def test_what_is_loaded_may_be_changed():
    given = policy(ALLOW)
    document.load(given)["Statement"][0]["Sid"] = "changed"
    assert given == policy(ALLOW)


def test_texts():
    assert document.minify({"b": ["\u00e4", 1], "a": True}) == '{"b":["\u00e4",1],"a":true}'
    assert document.sorted_text({"b": 1, "a": True}) == '{"a": true, "b": 1}'
    assert len({document.sorted_text(one) for one in (1, True, "1", 1.0)}) == 4


# What is wrong with a document: place, rule, remedy
WRONG = [
    ({}, "", "The document has no Statement.", "Give at least one statement."),
    (policy(), "Statement", "The list of statements is empty.", "Give at least one; to remove a policy, say so."),
    ({"Statement": "a"}, "Statement", "Statement is an object or a list, not a string.", ""),
    ({"Statement": None}, "Statement", "Statement is an object or a list, not null.", ""),
    (policy(ALLOW, Version="2013-01-01"), "Version", "'2013-01-01' is not a policy version.", "Use '2012-10-17'."),
    (policy(ALLOW, Id=7), "Id", "An Id is a string, not a number.", ""),
    (policy(ALLOW, Statements=1), "Statements", "Unknown element 'Statements'.", "Did you mean 'Statement'?"),
    (policy(ALLOW, version="a"), "version", "Unknown element 'version'.", "Did you mean 'Version'?"),
    (policy(ALLOW, Zzzzz=1), "Zzzzz", "Unknown element 'Zzzzz'.", "Known are Version, Id, Statement."),
    (policy("a"), "Statement[0]", "A statement is an object, not a string.", ""),
    (policy(ALLOW, ["a"]), "Statement[1]", "A statement is an object, not a list.", ""),
]


@pytest.mark.parametrize("given, path, rule, remedy", WRONG)
def test_what_is_wrong_with_a_document(given, path, rule, remedy):
    assert problems_of(document.parse, given) == (Problem(path, rule, remedy),)


# What is wrong with a statement: what changes, place behind it, rule, remedy
STATEMENTS = [
    ({"Sid": 7}, ".Sid", "A Sid is a string, not a number.", ""),
    ({"Effect": None}, ".Effect", "Missing required field Effect.", "Say 'Allow' or 'Deny'."),
    ({"Effect": "allow"}, ".Effect", "'allow' is not an effect.", "Say 'Allow' or 'Deny', spelled so."),
    ({"action": "a"}, ".action", "Unknown element 'action'.", "Did you mean 'Action'?"),
    ({"NotPrincipal": "*"}, "", "Principal and NotPrincipal exclude each other.", "Keep one of the two."),
    ({"NotAction": "*"}, "", "Action and NotAction exclude each other.", "Keep one of the two."),
    ({"NotResource": "*"}, "", "Resource and NotResource exclude each other.", "Keep one of the two."),
    ({"Action": ...}, "", "Missing required field Action.", "Give Action or NotAction."),
    (
        {"Principal": "me"},
        ".Principal",
        "A principal is '*' or a non-empty object, not the string 'me'.",
        'Write {"AWS": "<account or ARN>"}.',
    ),
    (
        {"Principal": {}},
        ".Principal",
        "A principal is '*' or a non-empty object, not an object.",
        'Write {"AWS": "<account or ARN>"}.',
    ),
    (
        {"Principal": {"Aws": "*"}},
        ".Principal.Aws",
        "Unknown principal type 'Aws'.",
        "Did you mean 'AWS'?",
    ),
    (
        {"Principal": {"AWS": 111122223333}},
        ".Principal.AWS",
        "AWS is a string or a list of strings, not a number.",
        "Give the 12 digits of an account in quotes.",
    ),
    (
        {"Principal": {"Service": []}},
        ".Principal.Service",
        "Service is a string or a list of strings, not an empty list.",
        "",
    ),
    ({"Action": []}, ".Action", "Action is a string or a list of strings, not an empty list.", ""),
    ({"Action": True}, ".Action", "Action is a string or a list of strings, not a boolean.", ""),
    ({"Action": ["s3:Get*", 7]}, ".Action", "Action is a string or a list of strings, not a list.", ""),
    ({"Resource": {}}, ".Resource", "Resource is a string or a list of strings, not an object.", ""),
    ({"Condition": "a"}, ".Condition", "Condition is an object of operators, not a string.", ""),
    ({"Condition": None}, ".Condition", "Condition is an object of operators, not null.", ""),
    (
        {"Condition": {"Bool": "a"}},
        ".Condition.Bool",
        "An operator holds an object of condition keys, not a string.",
        'Write {"StringEquals": {"aws:SourceVpce": "vpce-..."}}.',
    ),
    (
        {"Condition": {"Bool": {"aws:SecureTransport": None}}},
        ".Condition.Bool.aws:SecureTransport",
        "A condition value is a string, boolean or number, or a list of them.",
        "",
    ),
]


@pytest.mark.parametrize("changes, path, rule, remedy", STATEMENTS)
def test_what_is_wrong_with_a_statement(changes, path, rule, remedy):
    changed = {name: value for name, value in {**ALLOW, **changes}.items() if value is not ...}
    found = problems_of(document.parse, policy(ALLOW, changed))
    assert Problem(f"Statement[1]{path}", rule, remedy) in found
    assert len(found) == 1


@pytest.mark.parametrize("action", ["GetObject", "s3:", "s3*:GetObject", "s3:Get Object", "", "**", "s3:Get:x"])
def test_what_is_no_action(action):
    (problem,) = problems_of(document.parse, policy({**ALLOW, "Action": ["s3:ListBucket", action]}))
    assert (problem.path, problem.rule) == ("Statement[0].Action", f"{action!r} is not an action.")
    assert "'s3:GetObject'" in problem.remedy


def test_a_document():
    condition = {"Bool": {"aws:SecureTransport": False}, "StringEquals": {"aws:username": ["a", 1.5], "s3:prefix": []}}
    found = document.parse(
        json.dumps(
            {
                "Id": "x",
                "Statement": {
                    "Sid": "S",
                    "Effect": "Deny",
                    "NotPrincipal": {"AWS": ["1", "2"], "Service": "s"},
                    "NotAction": "s3:Get*",
                    "NotResource": ["a", "b"],
                    "Condition": condition,
                },
            }
        )
    )
    assert (found.version, found.id) == ("2008-10-17", "x")
    (one,) = found.statements
    assert (one.index, one.sid, one.effect, one.path, one.label) == (0, "S", "Deny", "Statement[0]", "S")
    assert (one.principal, one.actions, one.resources) == (None, None, None)
    assert one.not_principal == {"AWS": ("1", "2"), "Service": ("s",)}
    assert (one.not_actions, one.not_resources) == (("s3:Get*",), ("a", "b"))
    place = "Statement[0].Condition"
    assert one.conditions == (
        document.Condition("Bool", "aws:SecureTransport", ("false",), f"{place}.Bool.aws:SecureTransport"),
        document.Condition("StringEquals", "aws:username", ("a", "1.5"), f"{place}.StringEquals.aws:username"),
        document.Condition("StringEquals", "s3:prefix", (), f"{place}.StringEquals.s3:prefix"),
    )
    assert one.raw["Condition"] == condition


def test_what_a_statement_need_not_have():
    found = document.parse(policy({"Effect": "Allow", "Action": "*", "Sid": ""}, {**ALLOW, "Principal": "*"}, Id=""))
    assert (found.version, found.id) == ("2012-10-17", None)
    first, second = found.statements
    assert (first.sid, first.label, first.conditions) == (None, "Statement[0]", ())
    assert (first.principal, first.resources) == (None, None)
    assert (second.path, second.principal, second.actions) == ("Statement[1]", {"AWS": ("*",)}, ("s3:GetObject",))


def test_lists():
    assert document.statement_list({}) == []
    assert document.statement_list({"Statement": ALLOW}) == [ALLOW]
    assert document.statement_list({"Statement": (1, 2)}) == [1, 2]
    assert document.statement_list({"Statement": "a"}) is None
    assert document.statement_list({"Statement": 7}) is None
    assert document.strings("a") == ("a",)
    assert document.strings(["a", "b"]) == ("a", "b")
    assert document.strings([]) == ()
    assert (document.strings(["a", 1]), document.strings(None), document.strings({"a": 1})) == (None, None, None)
