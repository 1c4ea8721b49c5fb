# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each language has the texts that AWS sends, and few others; its shortest ones are those of examples."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts import languages
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts.automaton import cells
from ansible_collections.perimeter.s3.plugins.module_utils._policy.texts.languages import Some

BUDGET = 50_000
#: Language -> texts that it has, and that it has not.
LANGUAGES = [
    ("ACCOUNT", ["111122223333"], ["", "1111", "1111222233334", "11112222333a"]),
    ("BUCKET_OR_OBJECT", ["abc", "my.bucket-1", "Old_Bucket", "abc/k", "abc/k/l é"], ["ab", "abc/", "a b c"]),
    ("USER_ARN", ["111122223333:user/a", "111122223333:user/p/q/a"], ["111122223333:user/", "111122223333:user/p/"]),
    ("ROLE_ARN", ["111122223333:role/team:x/app"], ["111122223333:role/team:x", "1:role/a"]),
    ("ROOT_ARN", ["111122223333:root"], ["111122223333:user/root"]),
    ("FEDERATED_ARN", ["111122223333:federated-user/joe"], ["111122223333:federated-user/a/b"]),
    ("LOCATED_RESOURCE", ["eu-central-1:111122223333:accesspoint/x", ":111122223333:accesspoint/m.mrap"], ["::x"]),
    ("ENDPOINT_ID", ["vpce-0a", "vpce-1a2b3c4d"], ["vpce-", "vpc-0a"]),
    ("ORGANIZATION_PATH", ["o-a1/r-b/", "o-a1/r-b/ou-c-d/ou-e/"], ["o-a1", "o-a1/", "r-b/"]),
    ("SERVICE_NAME", ["s3.amazonaws.com", "logging.s3.amazonaws.com"], ["s3", "S3.amazonaws.com"]),
    ("ARN_REST", ["s3:::bucket", "cloudtrail:eu-central-1:111122223333:trail/t"], ["s3:::", "s3::123:x"]),
    ("ACTION", ["getobject"], ["", "GetObject"]),
    ("SESSION_USER_ID", ["AROAABC:session"], ["AROAABC", "AROA:s", "AIDAABC"]),
    ("ANY_TEXT", ["", "é *"], []),
    ("SOME_TEXT", ["a"], [""]),
]


@pytest.mark.parametrize("name, has, has_not", LANGUAGES, ids=[row[0] for row in LANGUAGES])
def test_languages(name, has, has_not):
    language = getattr(languages, name)
    assert [text for text in has if language.kind_of(text) is None] == []
    assert [text for text in has_not if language.kind_of(text) is not None] == []
    assert all(language.kind_of(one.text) == one.kind for one in cells((), language, BUDGET))


#: Language -> its shortest text of each kind, of the letters that are the nicest.
SHORTEST = {
    "ACCESS_POINT_ARN": ":999999999999:accesspoint/x",
    "ACCOUNT": "999999999999",
    "ACTION": "x",
    "ANY_TEXT": "",
    "ARN_REST": "x:::x",
    "BUCKET_OR_OBJECT": "xxx bucket, xxx/x object",
    "ENDPOINT_ID": "vpce-f",
    "FEDERATED_ARN": "999999999999:federated-user/x",
    "LOCATED_RESOURCE": ":999999999999:x located",
    "ODD_BUCKET_OR_OBJECT": "x bucket, x/x object",
    "ORGANIZATION_ID": "o-x",
    "ORGANIZATION_PATH": "o-x/r-x/",
    "PATH_IN_ORGANIZATION": "/r-x/",
    "REGION": "x",
    "ROLE_ARN": "999999999999:role/x",
    "ROOT_ARN": "999999999999:root",
    "SERVICE_NAME": "x.x",
    "SESSION_USER_ID": "AROAX:x",
    "SOME_TEXT": "x",
    "USER_ARN": "999999999999:user/x",
    "USER_ID": "AIDAX",
    "VPC_ARN": "x:999999999999:vpc/vpc-f",
    "VPC_ID": "vpc-f",
}


@pytest.mark.parametrize("name", SHORTEST)
def test_the_shortest_texts(name):
    found = cells((), getattr(languages, name), BUDGET)
    kinds = [f"{one.text} {one.kind}".removesuffix(" text") for one in found]
    assert ", ".join(kinds) == SHORTEST[name]


#: Language -> texts of all its letters, and of letters that it does not have.
LETTERS = [
    (
        "ACCESS_POINT_ARN",
        ["eu-1:111122223333:accesspoint/a-b.c0"],
        ["eu:1:accesspoint/a", ":111122223333:accesspoint/A"],
    ),
    ("ACTION", ["abc0"], ["a-b", "a:b"]),
    ("ANY_TEXT", ["a/b:c \n\u20ac", ""], []),
    ("ARN_REST", ["s3-x:eu-1::a:b/c", "s3:eu:111122223333:x"], ["S3:::x", "s3::1:x", "s3:::"]),
    ("BUCKET_OR_OBJECT", ["a.b-c_D", "abc//", "abc/ \n"], ["ab/c", "abc/", "a$c"]),
    ("ENDPOINT_ID", ["vpce-0aZ"], ["vpce-", "vpce-0-"]),
    (
        "FEDERATED_ARN",
        ["111122223333:federated-user/A-_.+=,@0"],
        ["111122223333:federated-user/a b", "1:federated-user/a"],
    ),
    ("LOCATED_RESOURCE", ["eu-1:111122223333:x/y:z"], ["EU:111122223333:x", "eu-1::x"]),
    ("ODD_BUCKET_OR_OBJECT", ["a", "a/b"], ["", "/", "a/"]),
    ("ORGANIZATION_ID", ["o-a1"], ["o-", "o-A", "a1"]),
    ("ORGANIZATION_PATH", ["o-a/r-b1/ou-c/d/"], ["o-a/r-/", "o-a/r-b", "o-a/x-b/"]),
    ("PATH_IN_ORGANIZATION", ["/r-b1/ou-c/"], ["/r-", "r-b/", "/r-b"]),
    ("REGION", ["eu-central-1"], ["", "EU"]),
    (
        "ROLE_ARN",
        ["111122223333:role/A-_.+=,@0", "111122223333:role/!/a:b/c"],
        ["111122223333:role/a!", "111122223333:role/a/"],
    ),
    ("ROOT_ARN", ["111122223333:root"], ["111122223333:", "111122223333:roo"]),
    ("SERVICE_NAME", ["a-1.b.c-d"], ["a", "a.", ".a", "A.b"]),
    ("SESSION_USER_ID", ["AROAA1:a@b"], ["AROA:a", "AROAa:a", "AROAA:a b"]),
    ("USER_ARN", ["111122223333:user/a//b"], ["111122223333:user/a b", "111122223333:usera"]),
    ("USER_ID", ["AIDAA1"], ["AIDA", "AIDAa", "AROAA"]),
    ("VPC_ARN", ["eu-1:111122223333:vpc/vpc-0a"], [":111122223333:vpc/vpc-0a", "eu-1:111122223333:vpc/vpc-"]),
    ("VPC_ID", ["vpc-0a"], ["vpce-0a", "vpc-"]),
]


@pytest.mark.parametrize("name, has, has_not", LETTERS, ids=[row[0] for row in LETTERS])
def test_letters_of_languages(name, has, has_not):
    language = getattr(languages, name)
    assert [text for text in has if language.kind_of(text) is None] == []
    assert [text for text in has_not if language.kind_of(text) is not None] == []


def test_what_a_text_can_go_on_as():
    assert languages.BUCKET_OR_OBJECT.state_after("") == 0
    assert languages.BUCKET_OR_OBJECT.state_after("ab") is not None
    assert languages.BUCKET_OR_OBJECT.state_after("a/") is None
    assert languages.BUCKET_OR_OBJECT.kind_of("ab") is None
    assert (languages.BUCKET_OR_OBJECT.kind_of("abc"), languages.BUCKET_OR_OBJECT.kind_of("abc/k")) == (
        "bucket",
        "object",
    )


#: Parts -> texts of a language of them, and others.
PARTS = [
    (["ab"], ["ab"], ["", "a", "abc"]),
    ([Some("x")], ["x", "xx"], ["", "y"]),
    ([Some("x", 0)], ["", "xx"], ["y"]),
    ([Some("x", 2)], ["xx", "xxx"], ["", "x"]),
    ([Some("x", 2, 3)], ["xx", "xxx"], ["x", "xxxx"]),
    ([Some("x", 2, 2, True), "y"], ["y", "xxy"], ["", "xy", "xx"]),
    ([Some("x", 0), "y", Some("x")], ["yx", "xyxx"], ["y", "x"]),
    ([Some("x", every=True)], ["x", "any"], [""]),
]


@pytest.mark.parametrize("parts, has, has_not", PARTS)
def test_languages_of_parts(parts, has, has_not):
    made = languages.language(*parts, kind="odd")
    assert {made.kind_of(text) for text in has} == {"odd"}
    assert {made.kind_of(text) for text in has_not} == {None}
