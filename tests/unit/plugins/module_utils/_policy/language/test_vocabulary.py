# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions and condition keys, and how AWS spells them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language import vocabulary

ACTIONS = [
    ("s3:GetObject", "s3:GetObject"),
    ("S3:GETOBJECT", "s3:GetObject"),
    ("s3:putbucketcors", "s3:PutBucketCORS"),
    ("s3:NoSuchAction", None),
    ("s3:Get*", None),
    ("GetObject", None),
    ("ec2:GetObject", None),
]
KEYS = [
    ("aws:sourcevpce", "aws:SourceVpce"),
    ("AWS:SOURCEVPC", "aws:SourceVpc"),
    ("aws:Referer", "aws:referer"),
    ("s3:VersionId", "s3:versionid"),
    ("s3:tlsversion", "s3:TlsVersion"),
    ("aws:principaltag/Team", "aws:PrincipalTag/Team"),
    ("aws:PRINCIPALTAG/team/a", "aws:PrincipalTag/team/a"),
    ("s3:existingobjecttag/Kind", "s3:ExistingObjectTag/Kind"),
    ("s3:buckettag/Kind", "s3:BucketTag/Kind"),
    ("Foo:Bar/Baz", "foo:bar/Baz"),
    ("aws:NoSuchKey", "aws:nosuchkey"),
]
EXPANSIONS = [
    ("s3:GetObject", {"s3:GetObject"}),
    ("s3:getobjecttagg?ng", {"s3:GetObjectTagging"}),
    ("s3:*BucketPolicy", {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}),
    ("s3:Nothing*", set()),
    ("ec2:*", set()),
]
RESOURCE_TYPES = [
    ("s3:GetObject", {"object", "accesspointobject"}),
    ("s3:ListBucket", {"bucket", "accesspoint"}),
    ("s3:PutBucketPolicy", {"bucket"}),
    ("s3:ListAllMyBuckets", set()),
    ("s3:PutAccessPointPolicy", {"accesspoint"}),
]


@pytest.mark.parametrize("name, spelled", ACTIONS)
def test_spell_action(name, spelled):
    assert vocabulary.spell_action(name) == spelled


@pytest.mark.parametrize("key, spelled", KEYS)
def test_spell_key(key, spelled):
    assert vocabulary.spell_key(key) == spelled
    assert vocabulary.spell_key(spelled) == spelled


@pytest.mark.parametrize(
    "key", ["aws:NoSuchKey", "aws:PrincipalTag", "aws:PrincipalTag/", "aws:SourceVpce/x", "s3:foo"]
)
def test_unknown_key(key):
    assert vocabulary.find_key(key) is None


@pytest.mark.parametrize("pattern, names", EXPANSIONS)
def test_expand_action(pattern, names):
    assert {action.name for action in vocabulary.expand_action(pattern)} == names


@pytest.mark.parametrize("pattern", ["*", "s3:*", "S3:*", "s3:?*"])
def test_expand_everything(pattern):
    assert len(vocabulary.expand_action(pattern)) >= 180


@pytest.mark.parametrize("name, types", RESOURCE_TYPES)
def test_resource_types(name, types):
    assert vocabulary.find_action(name).resource_types == types


#: pattern, some of the resource types and keys of its actions, and some that none of them has
OF_PATTERNS = [
    ("s3:ListBucket*", {"bucket", "accesspoint"}, {"object"}, {"s3:prefix", "s3:max-keys"}, {"s3:x-amz-acl"}),
    ("s3:*Object", {"object"}, {"bucket"}, {"s3:x-amz-acl", "s3:x-amz-storage-class"}, {"s3:prefix"}),
    ("s3:ListAllMyBuckets", set(), {"bucket"}, set(), {"s3:prefix"}),
    ("ec2:*", set(), {"bucket"}, set(), {"s3:prefix"}),
]


@pytest.mark.parametrize("pattern, types, other_types, keys, other_keys", OF_PATTERNS)
def test_resource_types_and_keys_of_a_pattern(pattern, types, other_types, keys, other_keys):
    assert types <= vocabulary.resource_types_of(pattern)
    assert not other_types & vocabulary.resource_types_of(pattern)
    assert keys <= vocabulary.keys_of(pattern)
    assert not other_keys & vocabulary.keys_of(pattern)
    assert "-" not in vocabulary.resource_types_of(pattern)


#: Key, the one that it is hardly different from
MISSPELT = [
    ("aws:SourceVpcee", "aws:SourceVpce"),
    ("AWS:sourcevpcee", "aws:SourceVpce"),
    ("aws:PrincipleOrgID", "aws:PrincipalOrgID"),
    ("aws:PrincipalTags/Team", "aws:PrincipalTag/Team"),
    ("s3:x-amz-server-side-encrypton", "s3:x-amz-server-side-encryption"),
    ("aws:SourceVpce", None),
    ("aws:principaltag/Team", None),
    ("aws:Frobnicate", None),
    ("s3:pre", None),
]


@pytest.mark.parametrize("key, meant", MISSPELT)
def test_misspelt_key(key, meant):
    assert vocabulary.misspelt_key(key) == meant


LEVELS = [
    ("s3:ListBucket", "List"),
    ("s3:GetObject", "Read"),
    ("s3:PutObject", "Write"),
    ("s3:PutObjectTagging", "Tagging"),
    ("s3:PutBucketPolicy", "Permissions management"),
]


@pytest.mark.parametrize("action, level", LEVELS)
def test_levels_of_actions(action, level):
    assert vocabulary.find_action(action).level == level


def test_properties_of_an_action():
    action = vocabulary.find_action("s3:ListBucket")
    assert action.level == "List"
    assert {"s3:prefix", "s3:delimiter", "s3:max-keys"} <= action.keys
    assert vocabulary.find_action("s3:PutBucketPolicy").level == "Permissions management"
    assert "s3:TlsVersion" in vocabulary.common_keys()
    assert "s3:prefix" not in vocabulary.common_keys()


def test_properties_of_a_key():
    assert vocabulary.find_key("aws:SourceVpcArn").type == "ARN"
    assert vocabulary.find_key("aws:CalledVia").multi
    assert not vocabulary.find_key("aws:SourceVpce").multi
    assert vocabulary.find_key("s3:RequestObjectTagKeys") == vocabulary.Key("s3:RequestObjectTagKeys", "String", True)


def test_every_key_of_an_action_is_known():
    unknown = {
        key
        for action in vocabulary.expand_action("*")
        for key in action.keys
        if vocabulary.find_key(key + "tag" if key.endswith("/") else key) is None
    }
    assert unknown == set()
