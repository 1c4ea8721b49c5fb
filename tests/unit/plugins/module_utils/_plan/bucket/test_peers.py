# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two declarations for two VPCs meet in one statement, and neither undoes the other."""

from __future__ import annotations

import pytest

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.input import declare
from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.plan import decide
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.bucket import bucket_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.building.perimeter import read_perimeter
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

ONE, TWO, STRANGER = "vpce-11111111111111111", "vpce-22222222222222222", "vpce-0bad0bad0bad0bad0"
MANAGER_ONE, MANAGER_TWO = "arn:aws:iam::111122223333:role/one", "arn:aws:iam::111122223333:role/two"
FOREIGN = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::shared/logs/*",
}


def statements(*endpoints, manager=MANAGER_ONE, tls=True):
    managers = [manager] if manager else []
    built = bucket_perimeter("shared", endpoints=list(endpoints), manager_principals=managers, tls_only=tls)
    return built["Statement"]


def document(*found):
    return {"Version": "2012-10-17", "Statement": [FOREIGN, *found]}


def after(live, wanted, peers, state="present"):
    options = {"bucket": "shared", "state": state, "statements": wanted, "peers": peers}
    plan = decide(live, declare(options, "aws"))
    return plan, read_perimeter((plan.after or {}).get("Statement", []))


PRESENT = [
    ("the first one", document(), [ONE, TWO], (ONE,), 1),
    ("the second one keeps the first", document(*statements(TWO, manager=MANAGER_TWO)), [ONE, TWO], (ONE, TWO), 2),
    ("a stranger goes", document(*statements(ONE, STRANGER)), [ONE, TWO], (ONE,), 1),
    ("a stranger goes, a peer stays", document(*statements(ONE, TWO, STRANGER)), [TWO], (ONE, TWO), 1),
    ("exceptions nobody can own go", document(*statements(STRANGER, manager=MANAGER_TWO)), [ONE, TWO], (ONE,), 1),
    ("peers that are not there are not added", document(*statements(ONE)), [TWO], (ONE,), 1),
    ("exactly as declared", document(*statements(ONE, TWO)), [], (ONE,), 1),
]


@pytest.mark.parametrize(
    "live, peers, endpoints, managers", [row[1:] for row in PRESENT], ids=[row[0] for row in PRESENT]
)
def test_present(live, peers, endpoints, managers):
    plan, perimeter = after(live, statements(ONE), peers)
    assert perimeter.endpoints == endpoints
    assert len([value for value in perimeter.managers if "/*/" not in value]) == managers
    assert plan.after["Statement"][0] == FOREIGN
    assert not after(plan.after, statements(ONE), peers)[0].changed


ABSENT = [
    ("the last one", document(*statements(ONE)), [TWO], ()),
    ("the other stays", document(*statements(ONE, TWO)), [TWO], (TWO,)),
    ("a stranger does not count as another", document(*statements(ONE, STRANGER)), [TWO], ()),
    ("nothing is there", document(), [TWO], ()),
]


@pytest.mark.parametrize("live, peers, endpoints", [row[1:] for row in ABSENT], ids=[row[0] for row in ABSENT])
def test_absent(live, peers, endpoints):
    plan, perimeter = after(live, statements(ONE), peers, state="absent")
    assert (perimeter.endpoints if perimeter else ()) == endpoints
    assert plan.after["Statement"][0] == FOREIGN
    assert (len(plan.after["Statement"]) == 1) == (not endpoints)
    assert not after(plan.after, statements(ONE), peers, state="absent")[0].changed


# Under AWS's usual name, and stricter than what we write.
THEIR_TLS = {
    "Sid": "DenyInsecureTransport",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}, "NumericLessThan": {"s3:TlsVersion": "1.3"}},
}
SWITCHED_OFF = [
    ("TLS", document(*statements(ONE)), {"tls": False}, ["PerimeterS3Tls"]),
    ("managers", document(*statements(ONE)), {"manager": None}, ["PerimeterS3Management"]),
    ("a peer's TLS stays", document(*statements(TWO)), {"tls": False}, []),
    (
        "TLS of a perimeter that was taken apart",
        document(*statements(ONE)[2:]),
        {"tls": False},
        ["PerimeterS3Tls"],
    ),
    (
        "the usual name of such a statement is another's",
        document(*statements(ONE, tls=False), THEIR_TLS),
        {"tls": False},
        [],
    ),
]


@pytest.mark.parametrize(
    "live, wanted, removed", [row[1:] for row in SWITCHED_OFF], ids=[row[0] for row in SWITCHED_OFF]
)
def test_what_is_switched_off_goes(live, wanted, removed):
    plan, _perimeter = after(live, statements(ONE, **wanted), [TWO])
    assert list(plan.statements.removed) == removed
    assert not after(plan.after, statements(ONE, **wanted), [TWO])[0].changed


def test_two_declarations_in_turn_come_to_rest():
    live = document()
    for _round in range(2):
        live = after(live, statements(ONE), [ONE, TWO])[0].after
        live = after(live, statements(TWO, manager=MANAGER_TWO), [ONE, TWO])[0].after
    assert not after(live, statements(ONE), [ONE, TWO])[0].changed
    assert not after(live, statements(TWO, manager=MANAGER_TWO), [ONE, TWO])[0].changed


def test_peers_share_nothing_but_a_perimeter():
    with pytest.raises(PolicyError, match="PerimeterS3Network"):
        declare({"bucket": "shared", "statements": [FOREIGN], "peers": [ONE]}, "aws")
