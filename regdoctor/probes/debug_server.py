"""Asks the registry's debug server, and whether its pages can be had from outside."""

from __future__ import annotations

from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe


@probe(reads="GET /debug/health, /debug/vars and /debug/pprof/ at the debug address; /debug/health at the public one")
def debug_server(endpoints: Endpoints, door: Http) -> DebugServer:
    """The answers. Raises NotApplicableError where no debug server is configured or named."""
    debug = endpoints.debug
    if debug is None:
        raise NotApplicableError(
            "the registry's debug server is not enabled here (http.debug.addr; registry['debug_addr'] in gitlab.rb), "
            "and none was named with --debug-url"
        )
    health = door.send("GET", f"{debug.url}/debug/health", deadline=5.0)
    # Nothing more is to be had from a server that does not answer the first request.
    silent = health.failure is not None
    public = endpoints.public
    return DebugServer(
        endpoint=debug,
        health=health,
        variables=health if silent else door.send("GET", f"{debug.url}/debug/vars", deadline=5.0),
        profiles=health if silent else door.send("GET", f"{debug.url}/debug/pprof/", deadline=5.0),
        health_at_public_address=(
            door.send("GET", f"{public.url}/debug/health", deadline=5.0, verify=False)
            if public and public.url != debug.url
            else None
        ),
    )
