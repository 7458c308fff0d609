"""A token judged by the rules of each product: whether it is taken, and what that registry's log says if not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from regdoctor.distribution.distribution3_judgement import judge_as_distribution3
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.libtrust_judgement import judge_as_distribution2, judge_as_gitlab
from regdoctor.distribution.scopes import Access, missing
from regdoctor.distribution.token_claims import Doubt, Refusal, Step, TokenTrust
from regdoctor.distribution.token_keys import TrustedKey, key_id_kind
from regdoctor.distribution.token_text import UndecidedTokenError
from regdoctor.distribution.tokens import read_token

__all__ = ["TokenTrust", "TrustedKey", "Verdict", "judge", "key_id_kind"]

_LONGEST = 1 << 20
"""Bytes of all headers of a request that Go's server reads (net/http DefaultMaxHeaderBytes)."""
_REQUIRED = "error authorizing context: authorization token required"
_INSUFFICIENT = "error authorizing context: insufficient scope"


@dataclass(frozen=True)
class Verdict:
    """What one product makes of a token."""

    product: Generation
    accepted: bool | None
    """None where it cannot be told."""
    line: str
    """The message that its log has for a refused token; empty where it has none, or the token is not refused.

    Of distribution it is the text of `msg`, with times in UTC: a registry writes them in its host's zone, and
    the current one with fractions. Of GitLab's it is `msg` and the fields of the case.
    """
    mode: str
    """The failure mode, AUTH-xx; empty where there is none."""
    why: str
    """For people: what is wrong, or what is missing to tell."""


def judge(text: str, trust: TokenTrust, now: float, wanted: Access | None = None) -> tuple[Verdict, ...]:
    """What distribution 2.8, distribution 3 and GitLab's registry make of a token, in this order. Never raises.

    text: the token as it follows `Bearer `. now: seconds since the epoch, by the registry's clock. wanted: what
    is asked of the registry with it; None for GET /v2/, which every good token may ask for. What is refused for
    certain is told even where an earlier test could not be made; `why` then says which.
    """
    text = text.strip()
    steps = {
        Generation.DISTRIBUTION_2: judge_as_distribution2,
        Generation.DISTRIBUTION_3: judge_as_distribution3,
        Generation.GITLAB: judge_as_gitlab,
    }
    unread = _unread(text)
    if unread:
        return tuple(_verdict(product, iter([unread])) for product in steps)
    return tuple(
        _verdict(product, chain(judged(text, trust, now), _scope(text, wanted))) for product, judged in steps.items()
    )


def _verdict(product: Generation, steps: Iterator[Step]) -> Verdict:
    doubts: list[str] = []
    try:
        for step in steps:
            if isinstance(step, Doubt):
                doubts.append(step.why)
            elif step is not None:
                line = step.gitlab_line if product is Generation.GITLAB else step.line
                unless = f"; another line may come first, as {' and '.join(doubts)}" if doubts else ""
                return Verdict(product, False, line, step.mode, step.why + unless)
    except UndecidedTokenError as error:
        doubts.append(str(error))
    if doubts:
        return Verdict(product, None, "", "", "; ".join(doubts))
    return Verdict(product, True, "", "", "it passes every test of this product")


def _scope(text: str, wanted: Access | None) -> Iterator[Step]:
    """The last test of all products alike (accesscontroller.go, Authorized)."""
    if wanted is None:
        return
    try:
        granted = read_token(text).access
    except ValueError:
        yield Doubt("what it grants cannot be read here")
        return
    if lacking := missing(wanted, granted):
        why = f'it grants no {" and no ".join(lacking)} on {wanted.name}; the challenge says error="insufficient_scope"'
        yield Refusal(_INSUFFICIENT, _INSUFFICIENT, "AUTH-17", why)


def _unread(text: str) -> Refusal | None:
    """What no product gets as far as to take apart."""
    if not text:
        return Refusal(_REQUIRED, _REQUIRED, "", "it is empty, which is like no token at all")
    if len(text) > _LONGEST:
        return Refusal("", "", "", "it is larger than the 1 MB that registries read of headers: they answer 431")
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        return Refusal("", "", "", "it has a control character, which no HTTP header may have")
    return None
