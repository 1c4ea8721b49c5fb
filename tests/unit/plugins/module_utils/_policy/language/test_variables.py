# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where variables stand in a text, and what is left without them."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.patterns import text_matcher
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.values import State
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.variables import (
    is_early,
    render,
    template,
    variables,
)

NEW, OLD = "2012-10-17", "2008-10-17"

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html: after the fifth colon only
EARLY = [
    ("arn:aws:s3:::bucket/${aws:username}", False),
    ("arn:aws:s3:::${aws:username}", False),
    ("arn:aws:s3:::bucket/a:${aws:username}", False),
    ("arn:aws:s3::${aws:username}:bucket", True),
    ("arn:${aws:username}:s3:::bucket", True),
    ("${aws:username}", True),
    ("arn:aws:s3:::bucket/*", False),
    ("*", False),
    ("", False),
    ("arn:aws:s3::${*}:bucket", False),
    # A wildcard is no colon.
    ("arn:aws:s3:*:${aws:username}:bucket", True),
]


@pytest.mark.parametrize("text, early", EARLY)
def test_variables_before_the_fifth_colon(text, early):
    assert is_early(template(text, NEW)) is early
    # They are text in documents of the older version.
    assert is_early(template(text, OLD)) is False


# Text, keys in lower case and as AWS spells them, defaults
VARIABLES = [
    ("a${aws:UserName}b", [("aws:username", "aws:username", None)]),
    ("${ aws:sourcevpce }", [("aws:sourcevpce", "aws:SourceVpce", None)]),
    ("${aws:username, 'nobody'}", [("aws:username", "aws:username", "nobody")]),
    ("${my:Key}${aws:userid}", [("my:key", "my:Key", None), ("aws:userid", "aws:userid", None)]),
    ("${*}${?}${$}", []),
    ("$aws:username", []),
]


@pytest.mark.parametrize("text, found", VARIABLES)
def test_variables(text, found):
    assert [tuple(getattr(one, name) for name in one.__slots__) for one in variables(template(text, NEW))] == found
    assert variables(template(text, OLD)) == ()


U, T = "${aws:username}", "${aws:PrincipalTag/t}"
#: Template, what is known of the request, text -> whether it fits.
RENDERED = [
    (f"a/{U}/b", {"aws:username": ("ann",)}, "a/ann/b", True),
    (f"a/{U}/b", {"aws:username": ("ann",)}, "a/bob/b", False),
    (f"a/{U}/b", {"aws:username": State.ABSENT}, "a//b", False),
    (f"a/{U}/b", {}, "a/bob/b", None),
    (f"a/{U}/b", {}, "a/bob/c", False),
    # AWS does not say whether a wildcard in the value of a variable is one.
    (f"a/{T}", {"aws:principaltag/t": ("x*",)}, "a/x*", True),
    (f"a/{T}", {"aws:principaltag/t": ("x*",)}, "a/xy", None),
    (f"a/{T}", {"aws:principaltag/t": ("x*",)}, "a/y", False),
    (f"a/{U}/{T}", {"aws:principaltag/t": ("x*",)}, "a/ann/xy", None),
    (f"a/{U}/{T}", {"aws:principaltag/t": ("x*",)}, "a/ann/y", False),
]


@pytest.mark.parametrize("text, known, value, fits", RENDERED)
def test_what_fits_where_variables_stand(text, known, value, fits):
    rendering = render(template(text, NEW), lambda key: known.get(key, State.UNKNOWN))
    assert rendering.fits(value, text_matcher) is fits
