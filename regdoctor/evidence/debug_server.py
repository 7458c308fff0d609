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

    @property
    def is_public(self) -> bool:
        """Whether the registry's public address shows the health report, and not some gateway's own words."""
        public = self.health_at_public_address
        problems = problems_in(public) if public is not None else None
        return problems is not None and all(name.startswith("storagedriver_") for name in problems)

    @property
    def shows_variables(self) -> bool:
        """Whether /debug/vars is expvar's page (the Go package expvar always has `cmdline` and `memstats`)."""
        variables = self.variables.json() if self.variables.ok else None
        truncated = self.variables.ok and self.variables.truncated and b'"cmdline"' in self.variables.body
        return truncated or (isinstance(variables, dict) and "cmdline" in variables)

    @property
    def shows_profiles(self) -> bool:
        """Whether /debug/pprof/ is the index of net/http/pprof."""
        return self.profiles.ok and b"/debug/pprof/" in self.profiles.body


def problems_in(exchange: Exchange) -> Mapping[str, str] | None:
    """A health report's failing checks with their reasons; None where the exchange carries no such report."""
    report = exchange.json()
    if exchange.failure is not None or not isinstance(report, dict):
        return None
    if exchange.status == 200:
        # Healthy is the empty object. Anything else with a 200 is another program's answer.
        return {} if not report else None
    reasons = {str(name): reason for name, reason in report.items() if isinstance(reason, str)}
    return reasons if exchange.status == 503 and reasons and len(reasons) == len(report) else None
