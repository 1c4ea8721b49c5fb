# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the texts look like that AWS sends: names, ids, ARNs, written as small automata.

Each language holds at least all texts that there are; what it holds besides makes an example odd, never a proof wrong.
Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (paths, unique ids)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .automaton import Choice, Language

LOWER = "xabcdefghijklmnopqrstuvwyz"
DIGITS = "9876543210"
UPPER = LOWER.upper()
HEX = "fedcba9876543210"
NAME = LOWER + UPPER + DIGITS + "-_.+=,@"
#: Letters that stand for all that there are.
ANY = LOWER + UPPER + DIGITS + "-_ !#%&()~éüß"

TEXT, BUCKET, OBJECT, LOCATED = "text", "bucket", "object", "located"


@dataclass(frozen=True, slots=True)
class Some:
    """A run of letters: from ``low`` to ``high`` of them (``None``: without end), or also none if ``optional``.

    ``every``: all letters that there are, of which ``letters`` are samples.
    """

    letters: str
    low: int = 1
    high: int | None = None
    optional: bool = False
    every: bool = False


Part: TypeAlias = "str | Some"


def language(*parts: Part, kind: str = TEXT) -> Language:
    """The texts that are made of these parts, one after the other.

    A part never begins with a letter that the part before it may go on with.
    """
    states: list[list[Choice]] = [[]]
    open_states = [0]
    for part in parts:
        if isinstance(part, str):
            for sign in part:
                open_states = _step(states, open_states, Choice(sign, len(states)))
            continue
        before = open_states if part.low == 0 or part.optional else []
        last = open_states
        ends: list[int] = []
        for count in range(1, (part.high or max(part.low, 1)) + 1):
            last = _step(states, last, Choice(part.letters, len(states), part.every))
            if count >= part.low:
                ends += last
        if part.high is None:
            states[last[0]].append(Choice(part.letters, last[0], part.every))
        open_states = [*before, *ends]
    return Language(tuple(map(tuple, states)), dict.fromkeys(open_states, kind))


def _step(states: list[list[Choice]], sources: list[int], choice: Choice) -> list[int]:
    for source in sources:
        states[source].append(choice)
    states.append([])
    return [choice.target]


def _bucket_or_object(shortest: int = 3) -> Language:
    """What stands behind ``arn:aws:s3:::``: the name of a bucket, perhaps with the key of an object.

    :param shortest: the letters that a name has at the least.
    """
    name = LOWER + DIGITS + "-." + UPPER + "_"
    start = tuple((Choice(name, number + 1),) for number in range(shortest))
    named = (Choice(name, shortest), Choice("/", shortest + 1))
    key = Choice(ANY, shortest + 2, every=True)
    return Language((*start, named, (key,), (key,)), {shortest: BUCKET, shortest + 2: OBJECT})


def _named_with_path(*start: Part) -> Language:
    """The ARN of a user or a role behind its start: a path, which may be missing, and a name."""
    head = language(*start)
    states = [list(choices) for choices in head.states]
    first = next(iter(head.accepting))
    clean, dirty = len(states), len(states) + 1
    odd = "!\"#$%&'():;<>[\\]^`{|}~"
    # In a path almost everything is a letter, in a name it is not; which one it is, the next "/" tells.
    states[first] += [Choice(NAME, clean), Choice(odd, dirty), Choice("/", first)]
    states += [
        [Choice(NAME, clean), Choice(odd, dirty), Choice("/", first)],
        [Choice(NAME + odd, dirty), Choice("/", first)],
    ]
    return Language(tuple(map(tuple, states)), {clean: TEXT})


_ACCOUNT = Some(DIGITS, 12, 12)
_REGION = Some(LOWER + DIGITS + "-")
#: Multi-Region access points have none.
_REGION_OR_NONE = Some(LOWER + DIGITS + "-", 0)
# Ids are hexadecimal today; requests may have them with any letters.
_ID = Some("".join(dict.fromkeys(HEX + LOWER + UPPER + DIGITS)))

ACCOUNT = language(_ACCOUNT)
BUCKET_OR_OBJECT = _bucket_or_object()
#: The same where somebody names a bucket as S3 would not: what is asked about it has to be answered.
ODD_BUCKET_OR_OBJECT = _bucket_or_object(1)
#: Behind ``arn:aws:s3:``: what lies in a Region, such as access points.
LOCATED_RESOURCE = language(_REGION_OR_NONE, ":", _ACCOUNT, ":", Some(ANY, every=True), kind=LOCATED)
#: Behind ``s3:``: the name of an action in lower case.
ACTION = language(Some(LOWER + DIGITS))
#: Behind ``arn:aws:iam::`` and ``arn:aws:sts::``.
USER_ARN = _named_with_path(_ACCOUNT, ":user/")
ROLE_ARN = _named_with_path(_ACCOUNT, ":role/")
ROOT_ARN = language(_ACCOUNT, ":root")
FEDERATED_ARN = language(_ACCOUNT, ":federated-user/", Some(NAME))

ENDPOINT_ID = language("vpce-", _ID)
VPC_ID = language("vpc-", _ID)
ORGANIZATION_ID = language("o-", Some(LOWER + DIGITS))
ORGANIZATION_PATH = language(
    "o-", Some(LOWER + DIGITS), "/r-", Some(LOWER + DIGITS), "/", Some(LOWER + DIGITS + "-/", 0)
)
#: The same behind the id of one organization.
PATH_IN_ORGANIZATION = language("/r-", Some(LOWER + DIGITS), "/", Some(LOWER + DIGITS + "-/", 0))
SERVICE_NAME = language(Some(LOWER + DIGITS + "-"), ".", Some(LOWER + DIGITS + "-."), kind=TEXT)
REGION = language(Some(LOWER + DIGITS + "-"))
#: Any ARN but for its partition, which stands before it.
ARN_REST = language(
    Some(LOWER + DIGITS + "-"),
    ":",
    Some(LOWER + DIGITS + "-", 0),
    ":",
    Some(DIGITS, 12, 12, True),
    ":",
    Some(ANY + "/", every=True),
)
VPC_ARN = language(_REGION, ":", _ACCOUNT, ":vpc/vpc-", _ID)
ACCESS_POINT_ARN = language(_REGION_OR_NONE, ":", _ACCOUNT, ":accesspoint/", Some(LOWER + DIGITS + "-."))
USER_ID = language("AIDA", Some(UPPER + DIGITS))
SESSION_USER_ID = language("AROA", Some(UPPER + DIGITS), ":", Some(NAME))
ANY_TEXT = language(Some(ANY, 0, every=True))
SOME_TEXT = language(Some(ANY, 1, every=True))
