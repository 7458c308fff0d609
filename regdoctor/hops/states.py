"""How each hop did: fine, at fault by what it shows, or unknown; and who wrote what it answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.distribution.page_authors import author_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.hops.answers import Opinion, is_gateways, of_identity, opinion
from regdoctor.hops.pushes import push_opinion


@dataclass(frozen=True, slots=True)
class State:
    """One hop, judged by itself."""

    hop: Hop
    right: bool | None
    """None where nothing was asked, or the answers do not tell."""
    symptom: str = ""
    """Where it is wrong, as a noun: `403`, `refused connection`."""
    words: str = ""
    author: str = ""
    """Who wrote the answer, as far as it tells: `nginx`, `the registry`."""
    gateway: bool = False
    """Whether the answer says that the one who wrote it got none from behind."""
    sent_on: bool = False
    """Whether the answer is that of another place, where the hop sends its clients on to."""
    by_push: bool = False
    """Whether only the trial push shows the fault."""
    refuses_login: bool = False
    """Whether credentials were sent, and 401 came back."""
    foreseen: bool = False
    """Whether no push was tried, and the proxy's configuration tells what one would meet."""

    @property
    def tried(self) -> bool:
        """Whether anything was asked there."""
        return not self.hop.not_tried


def state_of(hop: Hop) -> State:
    """What the hop's own answers say: the first that is wrong, else that they are right."""
    author, gateway = _author(_first_told(hop)), False
    if hop.not_tried:
        return State(hop, None, words=hop.not_tried)
    for asked, found in _opinions(hop):
        if found.right is False:
            exchange = asked.exchange if asked is not None else None
            if asked is not None and asked.purpose is Purpose.FOLLOWED:
                return State(hop, False, found.symptom, found.words, sent_on=True)
            gateway = exchange is not None and is_gateways(exchange)
            refuses = asked is not None and asked.logged_in and asked.exchange.status == 401
            return State(hop, False, found.symptom, found.words, _author(exchange), gateway, refuses_login=refuses)
    for push in hop.pushes:
        if (found := push_opinion(push)).right is False:
            gateway = push.last is not None and is_gateways(push.last)
            return State(hop, False, found.symptom, found.words, _author(push.last), gateway, by_push=True)
    if hop.foreseen and not hop.pushes:
        return State(hop, False, "failed push", hop.foreseen, author, by_push=True, foreseen=True)
    told = [found for _, found in _opinions(hop)]
    right = True if any(found.right for found in told) else None
    return State(hop, right, words=next((found.words for found in told if found.words), ""), author=author)


def _opinions(hop: Hop) -> Iterator[tuple[Asked | None, Opinion]]:
    for asked in hop.asked:
        yield asked, opinion(asked)
    if hop.s3 is not None:
        yield None, of_identity(hop.s3)


def _first_told(hop: Hop) -> Exchange | None:
    return hop.asked[0].exchange if hop.asked else None


def _author(exchange: Exchange | None) -> str:
    if exchange is None or exchange.status is None:
        return ""
    author = author_of(exchange.status, exchange.headers, exchange.body)
    # A Server header alone is nginx's also where the page is of who stands behind it.
    return author.name if author is not None and (author.sure or is_gateways(exchange)) else ""


NAMES = {
    HopKind.PUBLIC: "public URL",
    HopKind.TOKEN: "token service",
    HopKind.UPSTREAM: "proxy's upstream",
    HopKind.REGISTRY: "registry",
    HopKind.DEBUG: "debug server",
    HopKind.STORAGE: "storage",
}
"""What hops are called where there is little room."""


def name_of(hop: Hop) -> str:
    """What the hop is called where there is little room."""
    if hop.kind is HopKind.STORAGE and (hop.s3 is not None or hop.asked):
        return "bucket"
    return NAMES[HopKind.REGISTRY] if HopKind.REGISTRY in hop.kinds else NAMES[hop.kind]
