# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests stand for all that a finding is about."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.examples import examples

ACCOUNT, OTHER = "111122223333", "444455556666"
ANYBODY, FOREIGN, SERVICE = "anonymous", f"arn:aws:iam::{OTHER}:role/app", "logging.s3.amazonaws.com"
ONE, TWO = f"arn:aws:iam::{ACCOUNT}:role/one", f"arn:aws:iam::{ACCOUNT}:role/two"
FOREIGN_ACCOUNT, OWN_ACCOUNT = "the root user of account 444455556666", "the root user of account 111122223333"
SHOWN = {SERVICE: f"the AWS service {SERVICE}", OTHER: FOREIGN_ACCOUNT, ACCOUNT: OWN_ACCOUNT}
WHAT = "s3:GetObject on arn:aws:s3:::b/x"


def of(principal, decision="allow", **more):
    raw = {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/x", "through": "the internet", **more}
    return {"principal": principal, **raw}, decision


def chosen(*requests):
    """Who can do something by the examples, in their order."""
    return [one.split(" can ")[0] for one in examples(requests, ACCOUNT)]


@pytest.mark.parametrize("foreign, own", [(FOREIGN, ONE), (OTHER, ACCOUNT)])
def test_those_that_are_most_foreign_come_first(foreign, own):
    # Four, of which three are shown; any three keep their order.
    order = [ANYBODY, foreign, SERVICE, own]
    for count in (2, 3, 4):
        for given in itertools.permutations(order, count):
            wanted = [SHOWN.get(one, one) for one in order if one in given][:3]
            assert chosen(*map(of, given)) == wanted


def test_one_of_each_account_comes_before_a_second():
    assert chosen(of(ONE), of(TWO), of(FOREIGN)) == [FOREIGN, ONE, TWO]
    assert chosen(of(FOREIGN), of(f"{FOREIGN}2"), of(ONE)) == [FOREIGN, ONE, f"{FOREIGN}2"]
    # None twice.
    assert chosen(of(ONE), of(ONE), of(ONE)) == [ONE]


@pytest.mark.parametrize(
    "decision, said",
    [("allow", f"{ONE} can {WHAT}"), ("unknown", f"{ONE} perhaps can {WHAT}"), ("deny", f"{ONE} cannot {WHAT}")],
)
def test_what_is_decided_is_said(decision, said):
    (found,) = examples([of(ONE, decision)], ACCOUNT)
    assert found.startswith(f"{said} ")


def test_what_is_certain_comes_before_what_is_possible():
    first, second = examples([of(ONE, "unknown"), of(TWO, "allow")], ACCOUNT)
    assert first.startswith(f"{TWO} can ") and second.startswith(f"{ONE} perhaps can ")
    # But who it is matters more.
    first, second = examples([of(ONE, "allow"), of(FOREIGN, "unknown")], ACCOUNT)
    assert first.startswith(f"{FOREIGN} perhaps can ") and second.startswith(f"{ONE} can ")


VPCE = "vpce-1a2b3c4d"


@pytest.mark.parametrize(
    "plainer, other",
    [
        ({"through": "internet"}, {"through": VPCE}),
        ({"through": "internet"}, {"through": "internet", "context": {"aws:SecureTransport": False}}),
        ({"through": "internet", "context": {"aws:SecureTransport": False}},
         {"through": VPCE, "context": {"aws:SecureTransport": False}}),
    ],
)  # fmt: skip
def test_the_plainest_comes_first(plainer, other):
    for given in itertools.permutations([of(ONE, **other), of(TWO, **plainer)]):
        assert chosen(*given) == [TWO, ONE]
    # Whether it is certain matters more.
    found = examples([of(TWO, "unknown", **plainer), of(ONE, **other)], ACCOUNT)
    assert [one.split()[0] for one in found] == [ONE, TWO]


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"through": "internet"}, " from the internet"),
        ({"through": VPCE}, f" through {VPCE}"),
        ({"through": None}, ""),
        (
            {"through": "internet", "context": {"aws:SecureTransport": False, "aws:PrincipalTag/team": None}},
            " from the internet, without TLS, without aws:PrincipalTag/team",
        ),
        ({"through": None, "context": {"aws:SecureTransport": False}}, ", without TLS"),
        ({"through": VPCE, "called_via": ["athena.amazonaws.com"]}, " forwarded by athena.amazonaws.com"),
    ],
)
def test_the_path_and_what_is_carried_are_said(parts, said):
    assert examples([of(ONE, **parts)], ACCOUNT) == (f"{ONE} can {WHAT}{said}",)


def test_the_same_said_twice_counts_once():
    # The second of the stranger is new, whatever has been said of the first before.
    assert chosen(of(FOREIGN), of(FOREIGN), of(f"{FOREIGN}2"), of(ONE)) == [FOREIGN, ONE, f"{FOREIGN}2"]
    assert chosen() == []
