# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What AWS can send, as data: how values look, which keys follow from others, and which requests lack a key.

A rule only ever takes away requests that cannot be. Each has a name in :data:`RULES`, so that a test can take it out
and see that some example becomes one that cannot be. What is not ruled out here may be anything.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..language.principals import Kind
from ..texts import languages
from ..texts.automaton import Gap, Language, Letter, Tokens, field_tokens, text_tokens

#: Name -> what it says. Taken out, requests that cannot be are looked at as well.
RULES: dict[str, str] = {
    "shapes": "Ids, ARNs and names look as AWS makes them.",
    "source account": "aws:SourceAccount is the account of aws:SourceArn, where both are there.",
    "vpc of arn": "aws:SourceVpc is the VPC of aws:SourceVpcArn.",
    "organization of path": "A path in an organization begins with the organization's id, and both keys come together.",
    "organization of account": "What is of our account is of our organization.",
    "endpoint": "What is known of an endpoint: its VPC, account, Region, organization.",
    "one instant": "aws:CurrentTime and aws:EpochTime are one instant.",
    "tls": "s3:TlsVersion is there if aws:SecureTransport is true, and not if it is false.",
    "resource account": "Every resource of S3 has an account, and both keys for it have one value.",
    "account of resource": "The account in the ARN of a resource owns it; buckets that are known have their owner.",
    "keys of action": "Headers and parameters come with the actions that know them.",
    "keys of caller": "Root users and federated users have no tags of a principal.",
    "principal of service": "AWS services send no principal, account or user id that a policy names.",
    "region": "aws:RequestedRegion is the Region of the buckets, where that is known.",
    "user id": "aws:userid looks as the kind of the caller makes it.",
}
ALL_RULES = frozenset(RULES)


class Shape(NamedTuple):
    """How the values of a key look: a language behind a start, and texts that say what they are."""

    language: Language
    nicer: tuple[str, ...] = ()
    start: str = ""


_OTHER_ACCOUNT = ("999999999999", "888888888888")
_ORGANIZATION = Shape(languages.ORGANIZATION_ID, ("o-anyotherone",))
_PATHS = Shape(languages.ORGANIZATION_PATH, ("o-anyotherone/r-root/ou-any/",))
_SERVICE = Shape(languages.SERVICE_NAME, ("any-other-service.amazonaws.com",))
_ACCOUNT = Shape(languages.ACCOUNT, _OTHER_ACCOUNT)
SHAPES: dict[str, Shape] = {
    "aws:sourcevpce": Shape(languages.ENDPOINT_ID, ("vpce-0ffffffffffffffff", "vpce-0fffffffffffffffe")),
    "aws:sourcevpc": Shape(languages.VPC_ID, ("vpc-0ffffffffffffffff", "vpc-0fffffffffffffffe")),
    "aws:ec2instancesourcevpc": Shape(languages.VPC_ID, ("vpc-0ffffffffffffffff",)),
    **dict.fromkeys(
        (
            "aws:vpceaccount",
            "aws:sourceaccount",
            "aws:resourceaccount",
            "s3:resourceaccount",
            "aws:principalaccount",
            "s3:dataaccesspointaccount",
            "aws:sourceowner",
        ),
        _ACCOUNT,
    ),
    **dict.fromkeys(("aws:vpceorgid", "aws:sourceorgid", "aws:resourceorgid", "aws:principalorgid"), _ORGANIZATION),
    **dict.fromkeys(
        ("aws:vpceorgpaths", "aws:sourceorgpaths", "aws:resourceorgpaths", "aws:principalorgpaths"), _PATHS
    ),
    "aws:requestedregion": Shape(languages.REGION, ("eu-central-1", "us-east-1")),
    "aws:principalservicename": _SERVICE,
    "aws:principalservicenameslist": _SERVICE,
    "aws:calledvia": _SERVICE,
    "aws:calledviafirst": _SERVICE,
    "aws:calledvialast": _SERVICE,
    "aws:sourcearn": Shape(languages.ARN_REST, ("any-service:eu-central-1:999999999999:any/resource",), "arn:aws:"),
    "aws:sourcevpcarn": Shape(
        languages.VPC_ARN, ("eu-central-1:999999999999:vpc/vpc-0ffffffffffffffff",), "arn:aws:ec2:"
    ),
    "aws:principalarn": Shape(languages.ARN_REST, ("iam::999999999999:role/any-other-principal",), "arn:aws:"),
    "s3:dataaccesspointarn": Shape(
        languages.ACCESS_POINT_ARN, ("eu-central-1:999999999999:accesspoint/any-other",), "arn:aws:s3:"
    ),
}
USER_ID_OF = {Kind.USER: Shape(languages.USER_ID, ("AIDAANYOTHERUSER",))}
SESSION_USER_ID = Shape(languages.SESSION_USER_ID, ("AROAANYOTHERROLE:any-session",))
SOME_TEXT = Shape(languages.SOME_TEXT, ("any-other",))
ANY_TEXT = Shape(languages.ANY_TEXT, ("any-other",))

#: Finitely many values.
BOOLEANS = ("true", "false")
TLS_VERSIONS = ("1.3", "1.2", "1.1", "1.0")
SECURE, TLS_VERSION = "aws:securetransport", "s3:tlsversion"

NEVER_ABSENT = frozenset(("aws:resourceaccount", "s3:resourceaccount"))
#: Keys that only some actions carry; of all other keys the tables of AWS say too little to take one for absent.
_OF_ACTIONS = (
    "s3:x-amz-",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:versionid",
    "s3:requestobjecttag",
    "s3:existingobjecttag/",
    "s3:object-lock-",
    "s3:locationconstraint",
)
#: Keys of a principal that a service principal does not have, or has with a value that nobody names.
OF_PRINCIPALS = frozenset(("aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid"))
TAGS = "aws:principaltag/"
WITHOUT_TAGS = frozenset((Kind.ROOT,))


def belongs_to_actions(key: str) -> bool:
    """Whether a request for an action that does not know the key lacks it."""
    return key.startswith(_OF_ACTIONS)


@dataclass(frozen=True, slots=True)
class Derived:
    """A key whose value follows from that of another.

    ``lift`` makes patterns for the other key of one for this key, of which one fits exactly if that one fits what
    ``compute`` makes of the other's value (``None``: it says nothing). ``optional``: it may be absent nevertheless.
    """

    key: str
    rule: str
    lift: Callable[[Tokens], Iterable[Tokens]]
    compute: Callable[[str], str | None]
    optional: bool = False


_RUN = (Gap(True),)


def _without(excluded: str, tokens: Tokens) -> Tokens:
    return tuple(Gap(one.run, one.excluded + excluded) if isinstance(one, Gap) else one for one in tokens)


def account_field(tokens: Tokens) -> Iterable[Tokens]:
    """Patterns of ARNs whose account fits."""
    yield field_tokens((_RUN, _RUN, _RUN, _RUN, tokens, _RUN))


def _account_of(arn: str) -> str | None:
    return arn.split(":", 5)[4] or None


def _vpc_field(tokens: Tokens) -> Iterable[Tokens]:
    yield field_tokens((_RUN, _RUN, _RUN, _RUN, _RUN, (*text_tokens(("vpc/",)), *tokens)))


def _first_part(tokens: Tokens) -> Iterable[Tokens]:
    yield (*_without("/", tokens), Letter("/"), *_RUN)


def _same(tokens: Tokens) -> Iterable[Tokens]:
    yield tokens


def last_part(tokens: Tokens, start: str) -> Iterable[Tokens]:
    """Patterns of ARNs whose last field is a start, a path or none, and a name that fits."""
    name = _without("/", tokens)
    for path in ((), (Letter("/"), *_RUN)):
        # A path begins and ends with a slash, and the start ends with the first one.
        inner = (*text_tokens((start.rstrip("/"),)), *path, Letter("/"), *name)
        yield field_tokens((_RUN, _RUN, _RUN, _RUN, _RUN, inner))


def _organization(family: str) -> tuple[str, tuple[Derived, ...]]:
    key = f"aws:{family}orgid"
    return f"aws:{family}orgpaths", (
        Derived(key, "organization of path", _first_part, lambda path: path.partition("/")[0]),
    )


FAMILIES = ("principal", "source", "vpce", "resource")
#: Key -> what follows from it.
DERIVES: dict[str, tuple[Derived, ...]] = {
    "aws:sourcearn": (Derived("aws:sourceaccount", "source account", account_field, _account_of, optional=True),),
    "aws:sourcevpcarn": (Derived("aws:sourcevpc", "vpc of arn", _vpc_field, lambda arn: arn.rpartition("/")[2]),),
    "aws:resourceaccount": (Derived("s3:resourceaccount", "resource account", _same, lambda account: account),),
    **dict(map(_organization, FAMILIES)),
}
#: Key -> the key that is asked for first, because this one follows from it (entirely or in part).
FIRST: dict[str, tuple[str, str]] = {
    **{one.key: (key, one.rule) for key, several in DERIVES.items() for one in several},
    **{f"aws:{family}orgpaths": (f"aws:{family}account", "organization of account") for family in FAMILIES},
    "aws:epochtime": ("aws:currenttime", "one instant"),
}
