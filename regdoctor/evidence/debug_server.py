"""What the registry's debug server says and shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class DebugServer:
    """The debug server's answers, each to a GET without credentials."""

    endpoint: Endpoint
    health: Exchange
    """/debug/health: 200 `{}` or 503 with one entry for each failing check (health/health.go of distribution)."""
    variables: Exchange
    """/debug/vars: expvar, with the process's command line."""
    profiles: Exchange
    """/debug/pprof/: profiling, heap contents among it."""
    health_at_public_address: Exchange | None
    """/debug/health at the registry's public address, where only a proxy that forwards it would answer."""

    @property
    def problems(self) -> Mapping[str, str] | None:
        """The failing checks with their reasons; empty when healthy; None where the answer is no health report."""
        return problems_in(self.health)


def problems_in(exchange: Exchange) -> Mapping[str, str] | None:
    """A health report's failing checks with their reasons; None where the exchange carries no such report."""
    report = exchange.json()
    if exchange.status not in (200, 503) or not isinstance(report, dict) or "errors" in report:
        return None
    return {str(name): str(reason) for name, reason in report.items()}
