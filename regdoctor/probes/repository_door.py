"""Requests to one repository under one deadline, with credentials that are renewed when the registry wants it."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import Credentials, base_of, credentials_for
from regdoctor.probes.token_source import password_may_go_to

_REQUEST = 10.0
"""Seconds for a request that is not said to be long."""
_ACTIONS = ("pull", "push", "delete")
"""Which of them a removal wants differs by version; asking for all costs nothing."""


class RepositoryDoor:
    """Sends requests about one repository. The caller sees to it that they go to the registry and nowhere else."""

    def __init__(self, door: Http, source: TokenSource, repository: str, end: float, *, is_public: bool) -> None:
        """end: the moment by `time.monotonic` after which nothing more is sent.

        is_public: whether the requests go to the address that clients use.
        """
        self.exchanges: list[Exchange] = []
        """All that was sent to the registry, in order; not the questions to the token service."""
        self._door = door
        self._source = source
        self._scopes = (Access("repository", repository, _ACTIONS),)
        self._end = end
        self._is_public = is_public
        self._credentials: Credentials | None = None

    def send(self, method: str, url: str, *, seconds: float = _REQUEST, **options: Any) -> Exchange:
        """One request, sent a second time with a new token where the first is refused by 401.

        seconds: for the request; less where the deadline comes before. options: as `Http.send` takes them.

        Raises CouldNotGatherError where no token is to be had, no time is left, or the password may not go there.
        """
        known = self._credentials is not None
        exchange = self._send(method, url, seconds, options)
        # Without a token that is some requests old, a second one would be no better than the first.
        if exchange.status == 401 and known and self._source.needed and self._source.scheme != "basic":
            self._credentials = None
            exchange = self._send(method, url, seconds, options)
        return exchange

    def _send(self, method: str, url: str, seconds: float, options: dict[str, Any]) -> Exchange:
        by_password = self._source.needed and self._source.scheme == "basic" and self._source.login is not None
        if by_password and not password_may_go_to(url, is_public=self._is_public):
            raise CouldNotGatherError(
                f"the password was not sent to {urlsplit(url).netloc}: no TLS, and no client asks there"
            )
        if self._credentials is None:
            limit = min(_REQUEST, self._remaining())
            self._credentials = credentials_for(
                self._door, self._source, self._scopes, deadline=limit, registry=base_of(url)
            )
        limit = min(seconds, self._remaining())
        exchange = self._door.send(method, url, deadline=limit, **self._credentials, **options)
        self.exchanges.append(exchange)
        return exchange

    def _remaining(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise CouldNotGatherError("the time for it was up")
        return left
