"""The hops beside the way: the token service, asked as docker asks it, and the debug server."""

from __future__ import annotations

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import realm_answer

_SOME_SCOPE = Access("repository", "regdoctor/probe", ("pull",))
"""GitLab gives an anonymous token only to one who asks for a scope; that it is not granted does not matter."""


def look_at_token_service(
    door: Http,
    source: TokenSource | Absent,
    realm: Endpoint | None,
    config: RegistryConfig | Absent,
    trials: TokenTrials | Absent,
    scope: Access | None,
    deadline: float,
) -> Hop:
    """The hop. realm: the token service by the configuration, for a registry that gives no challenge.

    trials: what the registry said to tokens of this service. scope: what the token is asked for. deadline: seconds.
    """
    kinds = (HopKind.TOKEN,)
    if isinstance(source, TokenSource) and (not source.needed or source.scheme != "bearer"):
        why = "the registry takes a password itself" if source.needed else "the registry serves without credentials"
        return Hop(kinds, not_tried=why, applicable=False)
    if isinstance(source, Absent):
        if realm is None:
            return Hop(kinds, not_tried=source.reason)
        source = TokenSource(needed=True, registry="", realm=realm.url, service=_service(config))
    try:
        exchange = realm_answer(door, source, (scope or _SOME_SCOPE,), deadline=deadline)
    except CouldNotGatherError as reason:
        return Hop(kinds, source.realm, not_tried=str(reason))
    logged_in = source.login is not None
    tried = trials.trials if isinstance(trials, TokenTrials) else ()
    # A token for nobody in particular is refused without a fault of anyone, unless the registry calls it no good.
    used = [
        Asked(Purpose.TOKEN_USED, one.ping, not one.anonymous or one.called_invalid)
        for one in tried
        if one.issued_by_gitlab and one.ping is not None
    ]
    asked = (Asked(Purpose.TOKEN, exchange, logged_in), *used)
    return Hop(kinds, source.realm, realm.said_by if realm else None, asked)


def look_at_debug_server(server: DebugServer | Absent) -> Hop:
    """The hop, of what was asked of the debug server already."""
    kinds = (HopKind.DEBUG,)
    if isinstance(server, Absent):
        return Hop(kinds, not_tried=server.reason, applicable=server.applicable)
    return Hop(kinds, server.endpoint.url, server.endpoint.said_by, (Asked(Purpose.HEALTH, server.health),))


def _service(config: RegistryConfig | Absent) -> str:
    setting = config.at("auth", "token", "service") if isinstance(config, RegistryConfig) else None
    return (setting.text() if setting else None) or ""
