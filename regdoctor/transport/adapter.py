"""The requests adapter whose connections are watched by an attempt and verified by our own TLS context."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.responses import FinalResponse
from regdoctor.transport.sockets import open_socket


class _Early(HTTPConnection):
    """Looks for an answer where the server closes while the body is still being sent: most likely it says why.

    RFC 9112 section 9.3: a server may answer before it has the whole request, and close.
    """

    attempt: Attempt

    def send(self, data: Any) -> None:
        was_open = self.sock is not None
        try:
            super().send(data)
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            if self.attempt.expired or not was_open:
                raise
            # The one exception that urllib3 passes over everywhere to read what has come.
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error


class _Connection(_Early):
    """A plain connection under an attempt."""

    def __init__(self, *arguments: Any, attempt: Attempt, answer: type[FinalResponse], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.attempt = attempt
        self.response_class = answer

    def _new_conn(self) -> socket.socket:
        return open_socket(self._dns_host, self.port, self.attempt)

    def connect(self) -> None:
        super().connect()
        self.attempt.sending()


class _TLSConnection(_Early, HTTPSConnection):
    """A TLS connection under an attempt."""

    def __init__(self, *arguments: Any, attempt: Attempt, answer: type[FinalResponse], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.attempt = attempt
        self.response_class = answer

    def _new_conn(self) -> socket.socket:
        connection = open_socket(self._dns_host, self.port, self.attempt)
        self.attempt.stage = Stage.HANDSHAKE
        self.attempt.verified = False
        return connection

    def connect(self) -> None:
        super().connect()
        self.attempt.verified = self.is_verified
        self.attempt.sending()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection

    def _validate_conn(self, conn: Any) -> None:
        # As in urllib3, without its warning: unverified requests are asked for, and carry no secrets.
        if conn.is_closed:
            conn.connect()


class Adapter(HTTPAdapter):
    """Sends one request; TLS is judged by our context alone, never by certifi or REQUESTS_CA_BUNDLE."""

    def __init__(
        self,
        attempt: Attempt,
        context: ssl.SSLContext,
        proxy_context: Callable[[], ssl.SSLContext],
        answer: type[FinalResponse] = FinalResponse,
    ) -> None:
        """Make an adapter for one attempt: with a connection of its own, so that no stale one is met.

        context judges the server; the one that proxy_context gives, where it is needed, judges an https:// proxy,
        which may get a password.

        answer: what counts as the answer: the final one, or the first.
        """
        self._answer = answer
        self._attempt = attempt
        self._context = context
        self._proxy_context = proxy_context
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make the pools of connections that go to the server itself."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs, ssl_context=self._context)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **proxy_kwargs: Any) -> Any:
        """Make the pools of connections that go through a proxy."""
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._proxy_context()}
        manager = super().proxy_manager_for(proxy, **proxy_kwargs, **contexts)
        self._watch(manager)
        return manager

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[Any, Any]:
        """Where the request goes; what TLS trusts stays with the context."""
        place, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return place, {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the connection as it is: requests would load certifi's authorities into the context here."""

    def _watch(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            "http": partial(_Pool, attempt=self._attempt, answer=self._answer),
            "https": partial(_TLSPool, attempt=self._attempt, answer=self._answer),
        }
