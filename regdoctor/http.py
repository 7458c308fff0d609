"""The one HTTP door: every request has a total deadline and a size cap, and every call gives an Exchange."""

from __future__ import annotations

import http.client
import math
from collections.abc import Iterable
from typing import Any

import requests
import urllib3.exceptions

from regdoctor.evidence.exchange import Exchange, Failure
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.redaction import Secret
from regdoctor.transport.adapter import Adapter
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.failures import failure_of, timeout_of
from regdoctor.transport.request import Request, StreamedBody, proxies_for, proxies_named, request_of
from regdoctor.transport.responses import FinalResponse, FirstResponse
from regdoctor.transport.tls import require_readable, trusting_context, verifying_context

__all__ = ["Http", "StreamedBody", "TrustedCAs"]

_PIECE = 16384
"""Bytes of body read at a time."""
_NETWORK = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
"""What the libraries below raise for things that a URL, a server or the network does."""


class Http:
    """Sends requests for every probe; safe to use from several threads at once.

    Nothing is followed, retried or remembered: no redirects, no cookies, no .netrc, a new connection each
    time. Proxies come from the environment, with NO_PROXY; loopback is never reached through one.
    """

    def __init__(self, trust: TrustedCAs, longest: float = math.inf) -> None:
        """Trust the system's authorities and those of `trust`.

        longest: seconds that no request may take, whatever deadline it is sent with.

        Raises ValueError, one line that names the file, where one of them holds no readable certificate.
        """
        for source, pem in trust.extra:
            require_readable(source, pem)
        self._trust = trust
        self._longest = longest

    @property
    def trust(self) -> TrustedCAs:
        """What it trusts besides the system's store."""
        return self._trust

    @property
    def longest(self) -> float:
        """Seconds that no request may take."""
        return self._longest

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | StreamedBody = b"",
        bearer: Secret | None = None,
        basic: tuple[str, Secret] | None = None,
        deadline: float = 10.0,
        cap: int = 1 << 20,
        verify: bool = True,
        address: str | None = None,
        proxy: str | None = None,
    ) -> Exchange:
        """Send one request and give what came of it; nothing that the network or the server does raises.

        deadline: seconds for lookup, connection, TLS, request and response together.
        cap: bytes of body to keep, counted after decompression; reading stops there.
        verify: False looks at a server whose certificate is not trusted, without credentials.
        address: connect to this one of the host's addresses, directly, and not to whichever comes first.
        proxy: the URL of the HTTP proxy to go through, in place of what the environment says.

        Raises ValueError for mistakes of the caller: credentials with verify=False, two of them at once, or
        a method that is none.
        """
        request = request_of(method, url, headers, body, bearer, basic)
        return self._sent(request, FinalResponse, deadline, cap, verify=verify, address=address, proxy=proxy)

    def announce(
        self,
        method: str,
        url: str,
        length: int,
        *,
        headers: Iterable[tuple[str, str]] = (),
        bearer: Secret | None = None,
        basic: tuple[str, Secret] | None = None,
        deadline: float = 10.0,
        cap: int = 1 << 20,
        verify: bool = True,
        address: str | None = None,
        proxy: str | None = None,
    ) -> Exchange:
        """Announce a body (Expect: 100-continue, RFC 9110 section 10.1.1), send none, and give the first answer.

        That is status 100 where the nearest hop would have the body, or a final answer; then the connection is closed.

        length: bytes of the body that is announced as Content-Length, more than 0.
        The rest is as for `send`.
        """
        announced = (("Content-Length", str(length)), ("Expect", "100-continue"))
        request = request_of(method, url, (*headers, *announced), b"", bearer, basic)
        return self._sent(request, FirstResponse, deadline, cap, verify=verify, address=address, proxy=proxy)

    def _sent(
        self,
        request: Request,
        answer: type[FinalResponse],
        deadline: float,
        cap: int,
        *,
        verify: bool,
        address: str | None,
        proxy: str | None,
    ) -> Exchange:
        if not verify and request.has_credentials:
            raise ValueError("credentials are never sent to a server that is not verified")
        refusal = request.refusal()
        if refusal is not None:
            return Exchange(request.method, request.url, request.shown_headers(), failure=refusal)
        # Loading the system's store costs more than a request on loopback: not where there is no TLS to judge.
        judged = verify and request.url.lower().startswith("https:")
        with Attempt(min(deadline, self._longest), address) as attempt:
            context = verifying_context(self._trust) if judged else trusting_context()
            adapter = Adapter(attempt, context, lambda: verifying_context(self._trust), answer)
            try:
                return _exchange(request, adapter, attempt, cap, proxy)
            finally:
                adapter.close()


def _exchange(request: Request, adapter: Adapter, attempt: Attempt, cap: int, proxy: str | None) -> Exchange:
    try:
        response = adapter.send(
            _prepared(request),
            stream=True,
            timeout=max(attempt.seconds, 0.001),
            proxies={} if attempt.address else proxies_named(proxy) if proxy else proxies_for(request.url),
        )
    except _NETWORK as error:
        return _told(request, attempt, attempt.elapsed(), failure_of(error, attempt))
    seconds = attempt.elapsed()
    with response:
        # Cut in the middle of the headers, http.client takes those that came for all of them.
        if attempt.expired:
            return _told(request, attempt, seconds, timeout_of(attempt))
        attempt.stage = Stage.BODY
        body = bytearray()
        failure = _read(response.raw, body, attempt, cap)
        return _told(
            request,
            attempt,
            seconds,
            failure,
            status=response.status_code,
            headers=tuple(response.raw.headers.items()),
            body=bytes(body[:cap]),
            truncated=len(body) > cap or failure is not None,
        )


def _prepared(request: Request) -> requests.PreparedRequest:
    body = request.body
    if isinstance(body, bytes):
        return requests.Request(request.method, request.url, headers=dict(request.headers), data=body).prepare()
    prepared = requests.Request(request.method, request.url, headers=dict(request.headers)).prepare()
    # requests would announce a body of unknown length whatever Content-Length says.
    if body.length is None:
        prepared.headers["Transfer-Encoding"] = "chunked"
        prepared.headers.pop("Content-Length", None)
    else:
        prepared.headers["Content-Length"] = str(body.length)
    prepared.body = body.pieces()  # type: ignore[assignment]
    return prepared


def _read(source: Any, body: bytearray, attempt: Attempt, cap: int) -> Failure | None:
    """Fill `body` from a urllib3 response up to its end or just beyond `cap` bytes; say why it broke off."""
    try:
        while len(body) <= cap:
            piece = source.read1(_PIECE, decode_content=True)
            if not piece:
                # The cut at the deadline looks like a proper end where no length was announced.
                return timeout_of(attempt) if attempt.expired else None
            body += piece
    except _NETWORK as error:
        return failure_of(error, attempt)
    return None


def _told(request: Request, attempt: Attempt, seconds: float, failure: Failure | None, **answer: Any) -> Exchange:
    return Exchange(
        request.method,
        request.url,
        request.shown_headers(),
        started=attempt.started,
        seconds=seconds,
        peer=attempt.peer,
        verified=attempt.verified,
        failure=failure,
        **answer,
    )
