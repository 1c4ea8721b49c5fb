# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies as formulas of strings, for cvc5: a second reading of AWS's documents that shares no code with the engine.

What it reads is small: principals of accounts and anonymous callers, the internet and endpoints, and the keys of
:data:`KEYS`. Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

import cvc5
from cvc5 import Kind

Term = Any
#: Names of the actions that a question may be about, and whether each is about objects.
ACTIONS = {
    "s3:GetObject": True,
    "s3:PutObject": True,
    "s3:DeleteObject": True,
    "s3:ListBucket": False,
    "s3:PutBucketPolicy": False,
}
#: Keys that documents may compare.
KEYS = (
    "aws:SourceVpce",
    "aws:SourceIp",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:username",
    "aws:SecureTransport",
    "s3:prefix",
    "aws:PrincipalTag/team",
    "aws:MultiFactorAuthAge",
)
#: Those of them whose values are numbers here.
NUMBERS = ("aws:SourceIp", "aws:MultiFactorAuthAge")
ANONYMOUS, USER, ROLE, ROOT = range(4)


class Encoder:
    """One solver with one symbolic request for objects and the bucket of an account."""

    def __init__(self, bucket: str, owner: str) -> None:
        self.terms = terms = cvc5.TermManager()
        self.solver = cvc5.Solver(terms)
        self.solver.setLogic("ALL")
        self.solver.setOption("strings-exp", "true")
        self.solver.setOption("produce-models", "true")
        self.solver.setOption("incremental", "true")
        self.solver.setOption("tlimit-per", "5000")
        text, number = terms.getStringSort(), terms.getIntegerSort()
        self.owner = owner
        self.kind = terms.mkConst(number, "kind")
        self.action = terms.mkConst(text, "action")
        self.resource = terms.mkConst(text, "resource")
        self.account = terms.mkConst(text, "account")
        self.name = terms.mkConst(text, "name")
        self.values = {
            key: terms.mkConst(text, key) for key in KEYS if key not in ("aws:SourceIp", "aws:MultiFactorAuthAge")
        }
        self.values.update({key: terms.mkConst(number, key) for key in ("aws:SourceIp", "aws:MultiFactorAuthAge")})
        self.present = {key: terms.mkConst(terms.getBooleanSort(), f"has {key}") for key in KEYS}
        for axiom in self._world(bucket):
            self.solver.assertFormula(axiom)

    # --- shorthands

    def op(self, kind: Kind, *parts: Term) -> Term:
        return self.terms.mkTerm(kind, *parts)

    def text(self, value: str) -> Term:
        return self.terms.mkString(value)

    def all(self, parts: Iterable[Term]) -> Term:
        given = list(parts)
        return self.terms.mkTrue() if not given else given[0] if len(given) == 1 else self.op(Kind.AND, *given)

    def any(self, parts: Iterable[Term]) -> Term:
        given = list(parts)
        return self.terms.mkFalse() if not given else given[0] if len(given) == 1 else self.op(Kind.OR, *given)

    def no(self, part: Term) -> Term:
        return self.op(Kind.NOT, part)

    def same(self, one: Term, other: Term) -> Term:
        return self.op(Kind.EQUAL, one, other)

    def is_kind(self, *kinds: int) -> Term:
        return self.any(self.same(self.kind, self.terms.mkInteger(kind)) for kind in kinds)

    def chain(self, parts: list[Term]) -> Term:
        if not parts:
            return self.op(Kind.STRING_TO_REGEXP, self.text(""))
        return parts[0] if len(parts) == 1 else self.op(Kind.REGEXP_CONCAT, *parts)

    def wild(self, pattern: str, letter: Term | None = None) -> Term:
        """The expression of a pattern, whose wildcards stand for letters like this one."""
        letter = letter or self.op(Kind.REGEXP_ALLCHAR)
        parts = []
        for sign in pattern:
            if sign == "*":
                parts.append(self.op(Kind.REGEXP_STAR, letter))
            elif sign == "?":
                parts.append(letter)
            else:
                parts.append(self.op(Kind.STRING_TO_REGEXP, self.text(sign)))
        return self.chain(parts)

    def letters(self, *ranges: str) -> Term:
        parts = [self.op(Kind.REGEXP_RANGE, self.text(one[0]), self.text(one[1])) for one in ranges]
        return parts[0] if len(parts) == 1 else self.op(Kind.REGEXP_UNION, *parts)

    def fits(self, value: Term, expression: Term) -> Term:
        return self.op(Kind.STRING_IN_REGEXP, value, expression)

    def some(self, letter: Term) -> Term:
        return self.op(Kind.REGEXP_PLUS, letter)

    def literal(self, text: str) -> Term:
        return self.op(Kind.STRING_TO_REGEXP, self.text(text))

    # --- what requests there are

    def _world(self, bucket: str) -> Iterable[Term]:

        def number(value: int) -> Term:
            return self.terms.mkInteger(str(value))

        yield self.op(Kind.GEQ, self.kind, number(0))
        yield self.op(Kind.LEQ, self.kind, number(3))
        key = self.some(self.op(Kind.REGEXP_ALLCHAR))
        about_object = self.fits(self.resource, self.chain([self.literal(f"arn:aws:s3:::{bucket}/"), key]))
        about_bucket = self.same(self.resource, self.text(f"arn:aws:s3:::{bucket}"))
        yield self.any(
            self.all((self.same(self.action, self.text(name)), about_object if objects else about_bucket))
            for name, objects in ACTIONS.items()
        )
        signs = self.no(self.is_kind(ANONYMOUS))
        yield self.fits(self.account, self.op(self.terms.mkOp(Kind.REGEXP_REPEAT, 12), self.letters("09")))
        yield self.fits(self.name, self.some(self.letters("az", "AZ", "09")))
        arn, has = self.values["aws:PrincipalArn"], self.present
        start = [self.text("arn:aws:iam::"), self.account]
        rests = {
            USER: [self.text(":user/"), self.name],
            ROLE: [self.text(":role/"), self.name],
            ROOT: [self.text(":root")],
        }
        for kind, rest in rests.items():
            made = self.op(Kind.STRING_CONCAT, *start, *rest)
            yield self.op(Kind.IMPLIES, self.is_kind(kind), self.same(arn, made))
        yield self.same(has["aws:PrincipalArn"], signs)
        yield has["aws:PrincipalAccount"]
        account = self.op(Kind.ITE, signs, self.account, self.text("anonymous"))
        yield self.same(self.values["aws:PrincipalAccount"], account)
        yield self.same(has["aws:username"], self.is_kind(USER))
        yield self.op(Kind.IMPLIES, self.is_kind(USER), self.same(self.values["aws:username"], self.name))
        yield self.same(has["aws:SourceVpce"], self.no(has["aws:SourceIp"]))
        digits = self.some(self.letters("09", "af"))
        yield self.fits(self.values["aws:SourceVpce"], self.chain([self.literal("vpce-"), digits]))
        yield self.op(Kind.GEQ, self.values["aws:SourceIp"], number(0))
        yield self.op(Kind.LT, self.values["aws:SourceIp"], number(2**32))
        yield has["aws:SecureTransport"]
        yield self.any(self.same(self.values["aws:SecureTransport"], self.text(one)) for one in ("true", "false"))
        yield self.op(Kind.IMPLIES, has["s3:prefix"], self.same(self.action, self.text("s3:ListBucket")))
        yield self.op(Kind.IMPLIES, has["aws:PrincipalTag/team"], self.is_kind(USER, ROLE))

    # --- what policies say

    def action_fits(self, pattern: str) -> Term:
        names = [name for name in ACTIONS if _matches(pattern.lower(), name.lower())]
        return self.any(self.same(self.action, self.text(name)) for name in names)

    def principal_fits(self, principal: Any, account_counts: bool = True) -> Term:
        if principal == "*" or "*" in _listed(principal.get("AWS", [])):
            return self.terms.mkTrue()
        found = []
        for name in _listed(principal.get("AWS", [])):
            account = name if name.isdigit() else name.split(":")[4] if name.endswith(":root") else None
            if account is not None:
                kinds = (USER, ROLE, ROOT) if account_counts else (ROOT,)
                found.append(self.all((self.is_kind(*kinds), self.same(self.account, self.text(account)))))
            else:
                is_arn = self.same(self.values["aws:PrincipalArn"], self.text(name))
                found.append(self.all((self.is_kind(USER, ROLE), is_arn)))
        return self.any(found)

    def condition(self, operator: str, key: str, values: list[str]) -> Term:
        has, value = self.present[key], self.values[key]
        if operator == "Null":
            return self.any(self.no(has) if one == "true" else has for one in values)
        base = operator.removesuffix("IfExists")
        negated = "Not" in base
        one_fits = self.any(self.compared(base, value, one) for one in values)
        answer = self.no(one_fits) if negated else one_fits
        if operator.endswith("IfExists") or negated:
            return self.op(Kind.IMPLIES, has, answer)
        return self.all((has, answer))

    def compared(self, operator: str, value: Term, given: str) -> Term:
        kind = operator.replace("Not", "")
        if kind == "StringEquals":
            return self.same(value, self.text(given))
        if kind == "Bool":
            return self.same(value, self.text(given.lower()))
        if kind == "StringLike":
            return self.fits(value, self.wild(given))
        if kind in ("ArnLike", "ArnEquals"):
            no_colon = self.op(Kind.REGEXP_DIFF, self.op(Kind.REGEXP_ALLCHAR), self.literal(":"))
            parts: list[Term] = []
            fields = given.split(":", 5)
            for field in fields[:-1]:
                parts += [self.wild(field, no_colon), self.literal(":")]
            parts.append(self.wild(fields[-1]))
            return self.fits(value, self.chain(parts))
        if kind == "IpAddress":
            network = ipaddress.ip_network(given)
            low, high = (self.terms.mkInteger(str(int(network[place]))) for place in (0, -1))
            return self.all((self.op(Kind.GEQ, value, low), self.op(Kind.LEQ, value, high)))
        orders = {"NumericEquals": Kind.EQUAL, "NumericLessThan": Kind.LT, "NumericGreaterThanEquals": Kind.GEQ}
        return self.op(orders[kind], value, self.terms.mkInteger(str(int(given))))

    def applies(self, statement: dict[str, Any], principals: bool = True) -> Term:
        names = _listed(statement.get("Action", statement.get("NotAction")))
        texts = _listed(statement.get("Resource", statement.get("NotResource")))
        actions = self.any(self.action_fits(one) for one in names)
        resources = self.any(self.fits(self.resource, self.wild(one)) for one in texts)
        parts = [
            self.no(actions) if "NotAction" in statement else actions,
            self.no(resources) if "NotResource" in statement else resources,
        ]
        if principals:
            parts.append(self.principal_fits(statement["Principal"]))
        for operator, keys in statement.get("Condition", {}).items():
            parts += [self.condition(operator, key, _listed(values)) for key, values in keys.items()]
        return self.all(parts)

    def bucket_allows(self, document: dict[str, Any]) -> Term:
        """Whether a bucket policy lets a request pass, if identity policies allow everything."""
        allows = self.any(self.applies(one) for one in document["Statement"] if one["Effect"] == "Allow")
        denies = self.any(self.applies(one) for one in document["Statement"] if one["Effect"] == "Deny")
        own = self.all((self.no(self.is_kind(ANONYMOUS)), self.same(self.account, self.text(self.owner))))
        policy = self.same(self.action, self.text("s3:PutBucketPolicy"))
        repairs = self.all((self.is_kind(ROOT), own, policy))
        granted = self.any((own, self.all((allows, self.no(policy)))))
        return self.all((self.any((repairs, self.no(denies))), granted))

    def declares(self, document: dict[str, Any]) -> Term:
        """Whether statements are about a request: an Allow, and no Deny."""
        allows = self.any(self.applies(one) for one in document["Statement"] if one["Effect"] == "Allow")
        denies = self.any(self.applies(one) for one in document["Statement"] if one["Effect"] == "Deny")
        return self.all((allows, self.no(denies)))

    def satisfiable(self, formula: Term) -> bool | None:
        """Whether there is such a request; ``None`` if the solver gives up."""
        self.solver.push()
        self.solver.assertFormula(formula)
        result = self.solver.checkSat()
        self.solver.pop()
        return None if result.isUnknown() else bool(result.isSat())


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _matches(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[place:]) for place in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _matches(pattern[1:], text[1:])
