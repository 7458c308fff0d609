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
from regdoctor.probes.credentials import Credentials, base_of, credentials_for
from regdoctor.probes.login_gate import LoginNotTakenError
from regdoctor.probes.token_source import ask_realm, password_may_go_to, token_in

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
    _kept: dict[tuple[Access, str], tuple[Credentials, bool]] = field(default_factory=dict)

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

        Where the address refuses the password, or does not answer to it, that is its answer to whatever is asked.
        """
        try:
            credentials, logged_in = self._credentials(scope, url, is_public=is_public)
            first = self._send(purpose, method, url, headers, credentials, logged_in, verify=True)
        except LoginNotTakenError as refused:
            first = Asked(purpose, refused.answer, True)
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
        by_password = self.source.scheme == "basic"
        if by_password and self.source.login and not password_may_go_to(url, is_public=is_public):
            return {}, False  # a password over the network in the clear, where no client sends one
        key = (scope or _NOTHING, base_of(url) if by_password else "")
        if key not in self._kept:
            self._kept[key] = self._got(self.source, () if scope is None else (scope,), base_of(url))
        return self._kept[key]

    def _got(self, source: TokenSource, scopes: Sequence[Access], registry: str) -> tuple[Credentials, bool]:
        try:
            credentials = credentials_for(self.door, source, scopes, deadline=self.deadline, registry=registry)
        except LoginNotTakenError:
            self.words = source.words
            raise
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
