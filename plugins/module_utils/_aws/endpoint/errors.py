# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What EC2 answers when it does not do what a plan asks for, and the way out.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from ..._plan.endpoint.plan import DELETE, Plan
from ..api.ec2 import MISSING_ENDPOINT
from ..api.errors import CallError, Reason

#: Looking at the endpoint again is of no use after these.
FINAL = frozenset(
    {
        Reason.NO_CREDENTIALS,
        Reason.BAD_CREDENTIALS,
        Reason.EXPIRED,
        Reason.DENIED,
        Reason.THROTTLED,
        Reason.UNREACHABLE,
    }
)
#: Codes that pass by themselves: the endpoint is too new to be known everywhere, or still on its way.
PASSING = frozenset({*MISSING_ENDPOINT, "IncorrectState"})

# Which of them AWS gives for an endpoint that another one depends on is not documented.
_DEPENDED_ON = ("DependencyViolation", "InvalidParameter", "InvalidState", "OperationNotPermitted")

_NO_VPC = "there is no VPC {vpc_id} any more ({text})"
_NO_TABLE = "a route table is not there any more ({text}). Run the task again"
_NO_SERVICE = "AWS does not know the service {service_name} here ({text}). Check service and region"
_EXPLAINED = {
    "VpcEndpointLimitExceeded": "the account has all the gateway endpoints that its quota allows in this region or VPC "
    "({text}). Remove one, or ask for more than the 20 a region that are usual (Service Quotas: L-1B52E74A)",
    "RouteLimitExceeded": "a route table has no room for the endpoint's routes ({text}). Those for s3 count as 1, "
    "those for s3express as 6. Remove routes, or ask for more a table (Service Quotas: L-93826ACB)",
    "TagLimitExceeded": "the endpoint would have too many tags ({text})",
    "InvalidServiceName": _NO_SERVICE,
    "InvalidVpcEndpointService.NotFound": _NO_SERVICE,
    "InvalidVpcID.NotFound": _NO_VPC,
    "InvalidVpcId.NotFound": _NO_VPC,
    "InvalidRouteTableID.NotFound": _NO_TABLE,
    "InvalidRouteTableId.NotFound": _NO_TABLE,
    **dict.fromkeys(MISSING_ENDPOINT, "AWS shows the endpoint but does not find it to change it ({text}). Try again"),
    "IdempotentParameterMismatch": "AWS takes it for the repetition of another request ({text}). Run the task again",
}


def explained(error: CallError, plan: Plan) -> CallError:
    """The error with what is known beyond AWS's words.

    :param plan: made after the error, so that it shows who holds what.
    """
    if error.reason is not Reason.OTHER:
        return error
    if _route_exists(error):
        return error.because(_holder(error, plan))
    if error.code in _EXPLAINED:
        shown = plan.after or plan.before
        why = _EXPLAINED[error.code].format(
            text=error.text.rstrip("."),
            vpc_id=shown.vpc_id if shown else "",
            service_name=shown.service_name if shown else "",
        )
        return error.because(why)
    if error.call == DELETE and error.code in _DEPENDED_ON:
        return error.because(
            f"{error.code}: {error.text.rstrip('.')}. An interface endpoint for S3 with private DNS only for inbound "
            "resolver endpoints, for instance, needs a gateway endpoint beside it and has to go first"
        )
    return error


def _route_exists(error: CallError) -> bool:
    """AWS has been seen to give this one the general code ``InvalidParameter``."""
    return error.code == "RouteAlreadyExists" or "already has a route" in error.text


def _holder(error: CallError, plan: Plan) -> str:
    tables = set(plan.after.route_tables if plan.after else ()) - set(plan.before.route_tables if plan.before else ())
    for sibling in plan.siblings:
        shared = ", ".join(sorted(tables & set(sibling.route_tables)))
        if shared and sibling.is_live:
            return (
                f"route table {shared} holds the route of endpoint {sibling.id} for the same service, and takes only "
                f"one. Take the table off {sibling.id}, or remove that endpoint, or manage that one instead "
                f"(endpoint_id: {sibling.id})"
            )
        if shared:
            return (
                f"route table {shared} still holds the route of endpoint {sibling.id}, which is being deleted. "
                "Run the task again when it is gone, or let it wait for that (wait)"
            )
    return (
        f"a route table has a route to the prefix list of this service already ({error.text.rstrip('.')}). No endpoint "
        "of this VPC holds it, so somebody made it: remove that route"
    )
