"""What a probe is: the code that gathers one kind of evidence. Only probes do I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from regdoctor.injection import Input, inputs_of, provided_by


class NotApplicableError(Exception):
    """Raised by a probe: this target has no such thing. Checks that need it are skipped, with the message."""


class CouldNotGatherError(Exception):
    """Raised by a probe: looking failed. Checks that need it are unknown, with the message."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A declared probe, as the catalogue holds it."""

    name: str
    provides: type
    reads: str
    writes: str
    limit: float
    network: bool
    """Whether it asks anything over the network, loopback included."""
    gather: Callable[..., Any] = field(repr=False)
    inputs: Mapping[str, Input] = field(repr=False)


def probe(
    *, reads: str, writes: str = "", limit: float = 15.0, network: bool = False
) -> Callable[[Callable[..., Any]], Probe]:
    """Declare the decorated function as a probe.

    reads: what it looks at, in words, for `--plan`.
    writes: what it changes at the target, in words; empty for nothing. A probe that writes asks
        `target.allow_writes` itself and raises NotApplicableError without it.
    limit: seconds after which the runner stops waiting for it.
    network: whether it asks anything over the network. Such a probe is left out where only files are judged
        (`check config`), and what it would have given is absent there.

    The return annotation names the one type of evidence it gives; the parameters declare what it wants, as a
    check's do.
    """

    def declare(gather: Callable[..., Any]) -> Probe:
        return Probe(
            name=gather.__name__,
            provides=provided_by(gather),
            reads=reads,
            writes=writes,
            limit=limit,
            network=network,
            gather=gather,
            inputs=inputs_of(gather),
        )

    return declare
