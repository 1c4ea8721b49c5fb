# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the values of condition keys look like, and of which key a value is that has strayed.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html;
ids of organizations, roots and units https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html,
API_Root, API_OrganizationalUnit; user ids
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable; values of keys of S3
https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..language.arns import PARTITIONS
from ..language.patterns import Pattern, arn_fields, can_meet, pattern

_ACCOUNT = r"[0-9]{12}"
_PARTITION = rf"(?:{'|'.join(PARTITIONS)})"
_UNIT = r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value; ``called`` is what one is in a sentence, ``key`` the condition key where it belongs.

    ``shapes`` are patterns that all values of the kind fit, to compare wildcards with; and ``many`` is what several are
    in a sentence. Both are empty where no key holds such values.
    """

    called: str
    many: str
    form: re.Pattern[str]
    shapes: tuple[str, ...]
    key: str

    @property
    def remedy(self) -> str:
        return f"Use {self.key}."


def _kind(called: str, many: str, form: str, shapes: str, key: str) -> Kind:
    return Kind(called, many, re.compile(form), tuple(shapes.split()), key)


ENDPOINT_ID = _kind("the id of an endpoint", "ids of endpoints", r"vpce-[0-9a-f]{8,17}", "vpce-*", "aws:SourceVpce")
VPC_ID = _kind("the id of a VPC", "ids of VPCs", r"vpc-[0-9a-f]{8,17}", "vpc-*", "aws:SourceVpc")
ACCOUNT_ID = _kind(
    "the id of an account", "ids of accounts, of twelve digits", _ACCOUNT, "????????????", "aws:{family}Account"
)
ORGANIZATION_ID = _kind(
    "the id of an organization",
    "ids of organizations, which begin with 'o-'",
    r"o-[a-z0-9]{10,32}",
    "o-*",
    "aws:{family}OrgID",
)
_ROOT_ID = _kind(
    "the id of a root of an organization",
    "",
    r"r-[0-9a-z]{4,32}",
    "",
    "aws:{family}OrgPaths with a path such as 'o-a1b2c3d4e5/r-ab12/*'",
)
_UNIT_ID = _kind(
    "the id of an organizational unit",
    "",
    _UNIT,
    "",
    "aws:{family}OrgPaths with a path such as 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'",
)
PATH = _kind(
    "a path in an organization",
    "paths from an organization to a unit, which begin with 'o-' and end in '/'",
    rf"o-[a-z0-9]{{10,32}}/(r-[0-9a-z]{{4,32}}/({_UNIT}/)*)?",
    "o-*/",
    "aws:{family}OrgPaths",
)
_VPC_ARN = _kind(
    "the ARN of a VPC",
    "ARNs of VPCs",
    rf"arn:{_PARTITION}:ec2:[a-z0-9-]+:{_ACCOUNT}:vpc/vpc-[0-9a-f]{{8,17}}",
    "arn:*:ec2:*:*:vpc/vpc-*",
    "aws:SourceVpcArn",
)
_SESSION_ARN = _kind(
    "the ARN of a session",
    "",
    rf"arn:{_PARTITION}:sts::{_ACCOUNT}:assumed-role/.+",
    "",
    "aws:PrincipalArn with the ARN of the role, such as 'arn:aws:iam::111122223333:role/app'",
)
PRINCIPAL_ARN = _kind(
    "the ARN of a principal",
    "ARNs of root users, users, roles (those of sessions too) and federated users",
    rf"arn:{_PARTITION}:(iam::{_ACCOUNT}:(root|user/.+|role/.+)|sts::{_ACCOUNT}:federated-user/.+)",
    "arn:*:iam::*:root arn:*:iam::*:user/* arn:*:iam::*:role/* arn:*:sts::*:federated-user/*",
    "aws:PrincipalArn",
)
_ACCESS_POINT_ARN = _kind(
    "the ARN of an access point",
    "ARNs of access points",
    rf"arn:{_PARTITION}:s3:[a-z0-9-]*:{_ACCOUNT}:accesspoint/.+",
    "arn:*:s3:*:*:accesspoint/*",
    "s3:DataAccessPointArn",
)
_ARN = _kind("an ARN", "ARNs", r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", "arn:*:*:*:*:*", "aws:SourceArn")
_USER_ID = _kind(
    "a unique id",
    "unique ids ('AIDA...' of a user, 'AROA...:session' of a session) or, of root users, ids of accounts",
    rf"AIDA[A-Z0-9]{{12,124}}|AROA[A-Z0-9]{{12,124}}:.+|{_ACCOUNT}(:.+)?|anonymous",
    "AIDA* AROA*:* ????????????* anonymous",
    "aws:userid",
)
_SERVICE = _kind(
    "the name of a service",
    "names of services such as 'logging.s3.amazonaws.com'",
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazonaws\.eu|internal|aws)",
    "*.*",
    "aws:PrincipalServiceName",
)
_REGION = _kind(
    "a Region", "Regions such as 'eu-central-1'", "|".join(PARTITIONS.values()), "*-*-?", "aws:RequestedRegion"
)
_ADDRESS = _kind(
    "an address or a network",
    "",
    r"[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(/[0-9]{1,3})?",
    "",
    "IpAddress with aws:SourceIp, or with aws:VpcSourceIp for addresses in a VPC",
)
#: In the order in which a value is recognized: the narrower ones first.
_RECOGNIZED = (
    ENDPOINT_ID,
    VPC_ID,
    ORGANIZATION_ID,
    _ROOT_ID,
    _UNIT_ID,
    PATH,
    ACCOUNT_ID,
    _VPC_ARN,
    _SESSION_ARN,
    PRINCIPAL_ARN,
    _ACCESS_POINT_ARN,
    _ARN,
    _USER_ID,
    _ADDRESS,
    _REGION,
    _SERVICE,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What the values of a key look like: those of a ``kind``, or ``also`` one of these."""

    kind: Kind | None = None
    also: frozenset[str] = field(default_factory=frozenset)

    def fits(self, value: str, folds: bool) -> bool:
        """Whether a request can have that value; ``folds``: one that differs from it by case alone."""
        flags = re.IGNORECASE if folds else re.NOFLAG
        forms = [*map(re.escape, self.also), *([self.kind.form.pattern] if self.kind else [])]
        return any(re.fullmatch(form, value, flags) for form in forms)

    def can_meet(self, text: str, folds: bool) -> bool:
        """Whether a request can have a value that a text with wildcards fits."""
        shapes = (*self.also, *(self.kind.shapes if self.kind else ()))
        wanted = text.lower() if folds else text
        return any(_can_meet(pattern(wanted), pattern(one.lower() if folds else one)) for one in shapes)

    @property
    def holds(self) -> str:
        return self.kind.many if self.kind else self._listed

    @property
    def remedy(self) -> str:
        return "Write one of these." if self.kind else f"Write {self._listed}."

    @property
    def _listed(self) -> str:
        *others, last = sorted(self.also)
        return f"{', '.join(map(repr, others))} or {last!r}"


def _can_meet(wanted: Pattern, shape: Pattern) -> bool:
    """Of ARNs, whose first five fields have no colon, field by field."""
    ours, theirs = arn_fields(wanted), arn_fields(shape)
    if ours is None or theirs is None:
        return can_meet(wanted, shape)
    return all(map(can_meet, ours, theirs))


def _one_of(*values: str) -> Form:
    return Form(also=frozenset(values))


def _text(many: str, form: str) -> Form:
    """Text that may hold all but some signs; a wildcard may stand for any of it."""
    return Form(Kind("", many, re.compile(form), ("*",), ""))


_TAG_VALUE = _text("texts of letters, digits, spaces and '_.:/=+-@'", r"[\w\s.:/=+\-@]*")
_NAME = _text("names of letters, digits and '_+=,.@-'", r"[\w+=,.@-]+")
#: A key that ends in "/" stands for tags.
_FORMS: dict[str, Form] = {
    "aws:sourcevpce": Form(ENDPOINT_ID),
    "aws:sourcevpc": Form(VPC_ID),
    "aws:sourcevpcarn": Form(_VPC_ARN),
    "aws:principalaccount": Form(ACCOUNT_ID, frozenset(["anonymous"])),
    **dict.fromkeys(
        (
            "aws:resourceaccount",
            "aws:sourceaccount",
            "aws:sourceowner",
            "aws:vpceaccount",
            "s3:resourceaccount",
            "s3:dataaccesspointaccount",
        ),
        Form(ACCOUNT_ID),
    ),
    **dict.fromkeys(
        ("aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid"), Form(ORGANIZATION_ID)
    ),
    **dict.fromkeys(
        ("aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"), Form(PATH)
    ),
    "aws:principalarn": Form(PRINCIPAL_ARN),
    "aws:sourcearn": Form(_ARN),
    "s3:dataaccesspointarn": Form(_ACCESS_POINT_ARN),
    "aws:userid": Form(_USER_ID),
    "aws:username": _NAME,
    "aws:sourceidentity": _NAME,
    "aws:requestedregion": Form(_REGION),
    "aws:principalservicename": Form(_SERVICE),
    "aws:principaltag/": _TAG_VALUE,
    "aws:resourcetag/": _TAG_VALUE,
    "s3:existingobjecttag/": _TAG_VALUE,
    "s3:buckettag/": _TAG_VALUE,
    "aws:principaltype": _one_of("Account", "User", "FederatedUser", "AssumedRole", "Anonymous"),
    "s3:authtype": _one_of("REST-HEADER", "REST-QUERY-STRING", "POST"),
    "s3:signatureversion": _one_of("AWS", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    "s3:accesspointnetworkorigin": _one_of("Internet", "VPC"),
    "s3:object-lock-mode": _one_of("COMPLIANCE", "GOVERNANCE"),
    "s3:object-lock-legal-hold": _one_of("OFF", "ON"),
    "s3:x-amz-server-side-encryption": _one_of("AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"),
}
#: Beginning of a key -> whose account or organization it is about, where a value of another kind can go.
_FAMILIES = (
    ("aws:resource", "Resource"),
    ("s3:resource", "Resource"),
    ("aws:vpce", "Vpce"),
)
#: Keys that say which endpoint or VPC a request came through.
NETWORK_KEYS = ("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn")
_OF_SERVICES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")


def form_of(key: str) -> Form | None:
    """What the values of a condition key look like; ``None`` where they may be any text, or nobody says."""
    name, slash, _tag = key.lower().partition("/")
    return _FORMS.get(name + slash)


def another_kind(value: str, key: str) -> Kind | None:
    """The kind that a value is of, with the key that holds such values; ``None``: nothing that is known here."""
    for kind in _RECOGNIZED:
        if kind.form.fullmatch(value):
            fitting = kind.key.format(family=_family(key.lower()))
            return Kind(kind.called, kind.many, kind.form, kind.shapes, fitting)
    return None


def _family(key: str) -> str:
    if key in NETWORK_KEYS:
        return "Vpce"
    if key in _OF_SERVICES:
        return "Source"
    return next((family for start, family in _FAMILIES if key.startswith(start)), "Principal")
