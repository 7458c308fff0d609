"""Asks the hops, each request with the credentials that belong there and none where they do not."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.token_source import Credentials, ask_realm, credentials_for, password_may_go_to, token_in

_DEADLINE = 10.0
"""Seconds for each request."""
_LEAST = 0.5
"""Seconds that a request gets however late it is, so that what listens nearby can still answer."""
_LARGEST = 4 << 20
"""Bytes of an answer that are kept: registries refuse larger manifests (maxManifestBodySize)."""


@dataclass(slots=True)
class Asker:
    """Asks one registry at its several addresses."""

    door: Http
    source: TokenSource | Absent
    end: float
    """By time.monotonic(): nothing is begun with more time than is left until then."""
    words: str = "without credentials"
    """As whom the last request with a scope was sent."""
    _kept: dict[Access, tuple[Credentials, bool]] = field(default_factory=dict)

    @property
    def deadline(self) -> float:
        """Seconds that the next request may take."""
        return max(min(_DEADLINE, self.end - time.monotonic()), _LEAST)

    def ask(
        self,
        purpose: Purpose,
        method: str,
        url: str,
        scope: Access | None = None,
        headers: Sequence[tuple[str, str]] = (),
        *,
        is_public: bool = False,
    ) -> tuple[Asked, ...]:
        """One request, as many looks as it takes: where TLS does not verify, a second one without credentials.

        scope: what a token is asked for; None: as somebody who wants nothing in particular.
        is_public: whether a client asks there too: then TLS must verify. At an inner hop the certificate is made for
        another name, and the look without trust is the only one.
        """
        credentials, logged_in = self._credentials(scope, url, is_public=is_public)
        first = self._send(purpose, method, url, headers, credentials, logged_in, verify=True)
        failure = first.exchange.failure
        if failure is None or failure.kind is not FailureKind.TLS:
            return (first,)
        again = self._send(purpose, method, url, headers, {}, False, verify=False)
        if again.exchange.failure is not None:
            return (first,)
        return (first, again) if is_public else (again,)

    def _send(
        self,
        purpose: Purpose,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        credentials: Credentials,
        logged_in: bool,
        *,
        verify: bool,
    ) -> Asked:
        exchange = self.door.send(
            method, url, headers=headers, deadline=self.deadline, cap=_LARGEST, verify=verify, **credentials
        )
        return Asked(purpose, exchange, logged_in)

    def _credentials(self, scope: Access | None, url: str, *, is_public: bool) -> tuple[Credentials, bool]:
        """What goes along, and whether it stands for somebody."""
        if isinstance(self.source, Absent) or not self.source.needed:
            return {}, False
        key = scope or _NOTHING
        if key not in self._kept:
            self._kept[key] = self._got(self.source, () if scope is None else (scope,))
        credentials, logged_in = self._kept[key]
        if "basic" in credentials and not password_may_go_to(url, is_public=is_public):
            return {}, False  # a password over the network in the clear, where no client sends one
        return credentials, logged_in

    def _got(self, source: TokenSource, scopes: Sequence[Access]) -> tuple[Credentials, bool]:
        try:
            credentials = credentials_for(self.door, source, scopes, deadline=self.deadline)
        except CouldNotGatherError as problem:
            if source.login or not scopes or source.scheme != "bearer" or not source.realm:
                self.words = f"without credentials ({problem})" if source.login else "without credentials"
                return {}, False
            # As docker does without a login: a token for nobody opens what is public.
            token = token_in(ask_realm(self.door, source, scopes, deadline=self.deadline))
            self.words = f"anonymously ({source.why_no_login})" if source.why_no_login else "anonymously"
            return ({"bearer": token} if token is not None else {}), False
        self.words = source.words
        return credentials, True


_NOTHING = Access("", "", ())
