"""Where a fault that shows at the public URL starts, as far as the hops behind it tell.

Each function gives the place in words, its kind, and whether that is certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.distribution.page_authors import REGISTRY
from regdoctor.evidence.hops import HopKind
from regdoctor.hops.pushes import first_location, leads_away_to
from regdoctor.hops.states import State


def location_of(fault: State) -> str:
    """Where a Location led to, if it is what broke the push; empty otherwise."""
    return next(filter(None, map(leads_away_to, fault.hop.pushes)), "") if fault.by_push else ""


def by_location(fault: State, inner: Sequence[State], leads_to: str) -> tuple[str, HopKind, bool]:
    """Who makes the registry write it: its own http.host, or what the proxy says of the request.

    Asked at its own port, a registry without http.host writes the address that it was asked at.
    """
    pushes = [push for state in inner for push in state.hop.pushes]
    if any(first_location(push) == leads_to != push.endpoint.url for push in pushes):
        return "at the registry, by its http.host", HopKind.REGISTRY, True
    if any(push.succeeded for push in pushes):
        return f"at {proxy_of(fault) or 'the proxy'}", HopKind.PUBLIC, True
    return "at the proxy (its Host or X-Forwarded-Proto) or by the registry's http.host", HopKind.PUBLIC, False


def before_the_registry(fault: State, inner: Sequence[State]) -> tuple[str, HopKind, bool]:
    """The registry is fine by itself, and its public URL is not."""
    knows_upstream = any(HopKind.UPSTREAM in state.hop.kinds for state in inner)
    proxy = proxy_of(fault)
    if fault.gateway and not knows_upstream:
        return f"between {proxy or 'the proxy'} and the registry's own port", HopKind.UPSTREAM, False
    if fault.hop.asked and fault.hop.asked[0].exchange.failure is not None and not fault.by_push:
        return "at the public URL", HopKind.PUBLIC, True
    if proxy or knows_upstream or fault.by_push:
        return f"at {proxy or 'the proxy'}", HopKind.PUBLIC, True
    return "between the public URL and the registry's own port", HopKind.PUBLIC, False


def from_outside(fault: State) -> tuple[str, HopKind, bool]:
    """Nothing behind the public URL could be asked."""
    if fault.author == REGISTRY and fault.refuses_login:
        return "at the registry, which refuses the login, or at a proxy that loses it on the way", HopKind.PUBLIC, False
    if fault.author == REGISTRY:
        return "at the registry or behind it, for its own words come through the public URL", HopKind.REGISTRY, False
    proxy = proxy_of(fault)
    if fault.gateway:
        return f"behind {proxy or 'the public URL'}, which gets no answer from there", HopKind.UPSTREAM, False
    if proxy:
        return f"at {proxy}", HopKind.PUBLIC, True
    if fault.hop.asked and fault.hop.asked[0].exchange.failure is not None:
        return "at the public URL", HopKind.PUBLIC, True
    return "at the public URL or behind it", HopKind.PUBLIC, False


def proxy_of(state: State) -> str:
    """Who in front of the registry wrote the answer; empty where nothing tells."""
    return "" if state.author == REGISTRY or HopKind.PUBLIC not in state.hop.kinds else state.author
