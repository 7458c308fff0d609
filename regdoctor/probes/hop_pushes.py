"""Pushes a real image through each hop that can be reached, in both manners."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.hops import Hop, HopKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.token_source import password_may_go_to
from regdoctor.probes.trial_push import push_trial
from regdoctor.probes.trial_removal import clean_up_trials

_WAY = (HopKind.PUBLIC, HopKind.UPSTREAM, HopKind.REGISTRY)
_LEAST = 5.0
"""Seconds that a push gets at least: it is nine requests and their removal."""

_CLEANING = 10.0
"""Seconds for what an earlier run, killed, left at a hop."""


def push_through(
    hops: Sequence[Hop],
    repository: str,
    size: int,
    *,
    door: Http,
    source: TokenSource,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
    end: float,
) -> tuple[Hop, ...]:
    """The hops, those that were pushed through with what came of it.

    size: bytes of the layer. end: by time.monotonic(), shared out among the pushes.

    Raises CouldNotGatherError where the list of what is to be removed cannot be kept.
    """
    open_ones = [hop for hop in hops if _is_open(hop, source)]
    shares = len(open_ones) * len(Manner)
    pushed: dict[HopKind, Hop] = {}
    try:
        ledger = Ledger()
        for hop in open_ones:
            clean_up_trials(
                hop.url,
                door=door,
                source=source,
                ledger=ledger,
                installation=installation,
                config=config,
                deadline=_CLEANING,
                is_public=_is_public(hop),
            )
            pushes = []
            for manner in Manner:
                share = max((end - time.monotonic()) / shares, _LEAST)
                shares -= 1
                push = push_trial(
                    Endpoint(hop.url, hop.said_by or hop.asked[0].exchange.quote()),
                    repository,
                    manner=manner,
                    size=size,
                    door=door,
                    source=source,
                    ledger=ledger,
                    installation=installation,
                    config=config,
                    deadline=share,
                    public=_is_public(hop),
                )
                pushes.append(push)
            pushed[hop.kind] = dataclasses.replace(hop, pushes=tuple(pushes))
    except OSError as error:
        raise CouldNotGatherError(
            f"nothing was pushed: the list of what is to be removed again cannot be kept: {error}"
        ) from error
    return tuple(pushed.get(hop.kind, hop) for hop in hops)


def _is_public(hop: Hop) -> bool:
    return HopKind.PUBLIC in hop.kinds


def _is_open(hop: Hop, source: TokenSource) -> bool:
    """Whether the hop is on the way of a push, and answers by a connection that may carry credentials."""
    if not set(hop.kinds) & set(_WAY) or hop.request is None:
        return False
    if source.needed and source.scheme == "basic" and not password_may_go_to(hop.url, is_public=_is_public(hop)):
        return False
    exchange = hop.request.exchange
    trusted = exchange.failure is None or exchange.failure.kind is not FailureKind.TLS
    return trusted and exchange.status is not None and exchange.verified is not False
