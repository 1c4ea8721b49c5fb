# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for one bucket's policy, as tables."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import (
    DELETE,
    PUT,
    Declaration,
    decide,
)
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError


def statement(sid: str | None = "ReadApp", action: object = "s3:GetObject", **more: object) -> dict:
    named = {} if sid is None else {"Sid": sid}
    return {
        **named,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"},
        "Action": action,
        "Resource": "arn:aws:s3:::logs/*",
        **more,
    }


def document(*statements: dict, **more: object) -> dict:
    return {"Version": "2012-10-17", **more, "Statement": list(statements)}


READ = statement()
WRITE = statement("WriteApp", "s3:PutObject")
FOREIGN = statement("AWSLogDeliveryWrite", ["s3:PutObject"], Principal={"Service": "delivery.logs.amazonaws.com"})
UNNAMED = statement(None, "s3:GetObjectAcl")
DEAD = statement("Gone", Principal={"AWS": ["AROAEXAMPLEID12345678", "arn:aws:iam::111122223333:role/app"]})
DEAD_ONLY = statement("AllGone", Principal={"AWS": "AIDAEXAMPLEID12345678"})


# name, live document, declaration, action, document after, added, changed, removed, kept
CASES = [
    ("document: created", None, {"policy": document(READ)}, PUT, document(READ), "ReadApp", "", "", ""),
    ("document: equal", document(READ), {"policy": document(READ)}, None, document(READ), "", "", "", "ReadApp"),
    (
        "document: equal in meaning, so the live text stays",
        document(READ),
        {"policy": document(statement(action=["s3:getobject"]), Version="2008-10-17")},
        None,
        document(READ),
        "",
        "",
        "",
        "ReadApp",
    ),
    (
        "document: foreign statements go, the document is owned",
        document(FOREIGN, READ),
        {"policy": document(READ)},
        PUT,
        document(READ),
        "",
        "",
        "AWSLogDeliveryWrite",
        "ReadApp",
    ),
    (
        "document: changed",
        document(READ),
        {"policy": document(statement(action="s3:GetObject*"))},
        PUT,
        document(statement(action="s3:GetObject*")),
        "",
        "ReadApp",
        "",
        "",
    ),
    (
        "document: removed",
        document(READ, FOREIGN),
        {"state": "absent"},
        DELETE,
        None,
        "",
        "",
        "ReadApp AWSLogDeliveryWrite",
        "",
    ),
    ("document: removed, none there", None, {"state": "absent"}, None, None, "", "", "", ""),
    (
        "document: removal may repeat the declaration",
        document(READ),
        {"state": "absent", "policy": document(WRITE)},
        DELETE,
        None,
        "",
        "",
        "ReadApp",
        "",
    ),
    ("statements: into an empty bucket", None, {"statements": (READ,)}, PUT, document(READ), "ReadApp", "", "", ""),
    (
        "statements: foreign ones stay, ours are added behind",
        document(FOREIGN, UNNAMED, Id="theirs"),
        {"statements": (READ, WRITE)},
        PUT,
        document(FOREIGN, UNNAMED, READ, WRITE, Id="theirs"),
        "ReadApp WriteApp",
        "",
        "",
        "AWSLogDeliveryWrite Statement[1]",
    ),
    (
        "statements: changed in its place",
        document(FOREIGN, READ, UNNAMED),
        {"statements": (statement(action="s3:GetObject*"),)},
        PUT,
        document(FOREIGN, statement(action="s3:GetObject*"), UNNAMED),
        "",
        "ReadApp",
        "",
        "AWSLogDeliveryWrite Statement[2]",
    ),
    (
        "statements: equal in meaning",
        document(FOREIGN, statement(action=["s3:GetObject"])),
        {"statements": (statement(action="s3:getobject"),)},
        None,
        document(FOREIGN, statement(action=["s3:GetObject"])),
        "",
        "",
        "",
        "AWSLogDeliveryWrite ReadApp",
    ),
    (
        "statements: a lone statement object is a list of one",
        {"Version": "2012-10-17", "Statement": READ},
        {"statements": (READ,)},
        None,
        {"Version": "2012-10-17", "Statement": READ},
        "",
        "",
        "",
        "ReadApp",
    ),
    (
        "statements: one in and one out in the same write",
        document(READ, FOREIGN),
        {"statements": (WRITE,), "sids": ("ReadApp",)},
        PUT,
        document(FOREIGN, WRITE),
        "WriteApp",
        "",
        "ReadApp",
        "AWSLogDeliveryWrite",
    ),
    (
        "statements: purge",
        document(FOREIGN, READ, UNNAMED),
        {"statements": (READ,), "purge_statements": True},
        PUT,
        document(READ),
        "",
        "",
        "AWSLogDeliveryWrite Statement[2]",
        "ReadApp",
    ),
    (
        "sids: removed",
        document(FOREIGN, READ),
        {"state": "absent", "sids": ("ReadApp",)},
        PUT,
        document(FOREIGN),
        "",
        "",
        "ReadApp",
        "AWSLogDeliveryWrite",
    ),
    (
        "sids: the last one takes the policy along",
        document(READ),
        {"state": "absent", "sids": ("ReadApp",)},
        DELETE,
        None,
        "",
        "",
        "ReadApp",
        "",
    ),
    (
        "sids: not there",
        document(FOREIGN),
        {"state": "absent", "sids": ("ReadApp",)},
        None,
        document(FOREIGN),
        "",
        "",
        "",
        "AWSLogDeliveryWrite",
    ),
    ("sids: no policy", None, {"state": "absent", "sids": ("ReadApp",)}, None, None, "", "", "", ""),
    (
        "statements absent: told by Sid, whatever they hold",
        document(FOREIGN, READ, WRITE),
        {"state": "absent", "statements": (statement(action="s3:*"),), "sids": ("WriteApp",)},
        PUT,
        document(FOREIGN),
        "",
        "",
        "ReadApp WriteApp",
        "AWSLogDeliveryWrite",
    ),
    (
        "deleted principals: dropped where asked for, and a statement for nobody else with them",
        document(DEAD, DEAD_ONLY, READ),
        {"statements": (READ,), "drop_deleted_principals": True},
        PUT,
        document(statement("Gone", Principal={"AWS": ["arn:aws:iam::111122223333:role/app"]}), READ),
        "",
        "Gone",
        "AllGone",
        "ReadApp",
    ),
]


@pytest.mark.parametrize(
    "live, declared, action, after, added, changed, removed, kept",
    [case[1:] for case in CASES],
    ids=[c[0] for c in CASES],
)
def test_decide(live, declared, action, after, added, changed, removed, kept):
    untouched = copy.deepcopy(live)
    plan = decide(live, Declaration("logs", **declared))
    assert plan.action == action
    assert plan.changed is (action is not None)
    assert plan.before == untouched == live
    assert plan.after == after
    assert plan.statements.as_dict() == {
        "added": added.split(),
        "changed": changed.split(),
        "removed": removed.split(),
        "kept": kept.split(),
    }


@pytest.mark.parametrize("live, declared", [case[1:3] for case in CASES], ids=[c[0] for c in CASES])
def test_a_second_plan_has_nothing_to_do(live, declared):
    declaration = Declaration("logs", **declared)
    again = decide(decide(live, declaration).after, declaration)
    assert again.action is None
    assert again.after == again.before


KEEPS_FOREIGN = [
    case
    for case in CASES
    if "statements" in case[2] and not {"purge_statements", "drop_deleted_principals"} & set(case[2])
]


@pytest.mark.parametrize("live, declared", [case[1:3] for case in KEEPS_FOREIGN], ids=[c[0] for c in KEEPS_FOREIGN])
def test_foreign_statements_survive_byte_for_byte(live, declared):
    declaration = Declaration("logs", **declared)
    ours = {one["Sid"] for one in declared["statements"]} | set(declared.get("sids", ()))
    listed = live["Statement"] if live else []
    foreign = [one for one in (listed if isinstance(listed, list) else [listed]) if one.get("Sid") not in ours]
    after = decide(live, declaration).after or {"Statement": []}
    texts = [
        json.dumps(one)
        for one in (after["Statement"] if isinstance(after["Statement"], list) else [after["Statement"]])
    ]
    assert [json.dumps(one) for one in foreign] == [text for text in texts if json.loads(text).get("Sid") not in ours]


DEAD_CASES = [
    (
        "kept by a write",
        {"statements": (READ,)},
        {"Gone": ("AROAEXAMPLEID12345678",)},
        "AWS refuses a document with them",
    ),
    (
        "not touched",
        {"state": "absent", "sids": ("X",)},
        {"Gone": ("AROAEXAMPLEID12345678",)},
        "will refuse the next write",
    ),
    ("declared anew", {"statements": (statement("Gone"),)}, {}, None),
    ("removed", {"state": "absent", "sids": ("Gone",)}, {}, None),
]


@pytest.mark.parametrize("declared, dead, warning", [c[1:] for c in DEAD_CASES], ids=[c[0] for c in DEAD_CASES])
def test_deleted_principals_are_reported(declared, dead, warning):
    plan = decide(document(DEAD, FOREIGN), Declaration("logs", **declared))
    assert plan.deleted_principals == dead
    if warning is None:
        assert plan.warnings == ()
    else:
        assert len(plan.warnings) == 1
        for part in ("Gone", "AROAEXAMPLEID12345678", warning):
            assert part in plan.warnings[0]


OWN_FOLDER = statement("OwnFolder", Resource="arn:aws:s3:::logs/${aws:username}/*")


@pytest.mark.parametrize(
    "version, new",
    [
        ("2012-10-17", {"WriteApp"}),
        # Variables were plain text there, as in a document without a version, so that one means something else now.
        ("2008-10-17", {"OwnFolder", "WriteApp"}),
        (None, {"OwnFolder", "WriteApp"}),
    ],
)
def test_which_statements_mean_what_none_did_before(version, new):
    live = {**({"Version": version} if version else {}), "Statement": [OWN_FOLDER, {**READ, "Sid": "Former"}]}
    plan = decide(live, Declaration("logs", policy=document(OWN_FOLDER, READ, WRITE)))
    assert plan.new == new
    assert decide(live, Declaration("logs", state="absent")).new == frozenset()


NOT_DEAD = [
    "arn:aws:iam::111122223333:role/AROAEXAMPLEID12345678",
    "111122223333",
    "*",
    "AROA",
    "aroaexampleid12345678",
    "AKIAEXAMPLEID1234567",
]


@pytest.mark.parametrize("principal", NOT_DEAD)
def test_what_is_no_deleted_principal(principal):
    live = document(statement("A", Principal={"AWS": principal}))
    assert decide(live, Declaration("logs", statements=(READ,))).deleted_principals == {}


def test_a_document_over_the_limit_because_of_foreign_statements_is_refused():
    foreign = [
        statement(f"Foreign{number}", Resource=f"arn:aws:s3:::logs/{'x' * 900}{number}/*") for number in range(19)
    ]
    live = document(*foreign)
    ours = statement("Ours", Resource=f"arn:aws:s3:::logs/{'y' * 900}/*")
    with pytest.raises(PolicyError) as caught:
        decide(live, Declaration("logs", statements=(ours,)))
    assert "policy of bucket logs" in str(caught.value)
    assert "20,480" in str(caught.value)
    assert decide(live, Declaration("logs", state="absent", sids=("Foreign0",))).action == PUT


def test_a_deleted_principal_that_a_statement_excepts_cannot_be_dropped_alone():
    everyone_but = statement("Except", NotPrincipal={"AWS": "AROAEXAMPLEID12345678"}, Effect="Deny")
    del everyone_but["Principal"]
    plan = decide(document(everyone_but), Declaration("logs", statements=(READ,), drop_deleted_principals=True))
    assert plan.after["Statement"][0] == everyone_but
    assert plan.deleted_principals == {"Except": ("AROAEXAMPLEID12345678",)}
