"""pyOpenSSL's exceptions become Failures in the same words as those of Python's own ssl module."""

from __future__ import annotations

import errno
import ssl

import pytest
from OpenSSL import SSL

from regdoctor.evidence.exchange import FailureKind
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.failures import failure_of
from regdoctor.transport.pyopenssl_errors import translated


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (SSL.SysCallError(-1, "Unexpected EOF"), FailureKind.RESET, "closed the connection in the middle of TLS"),
        (SSL.ZeroReturnError(), FailureKind.RESET, "closed the connection in the middle of TLS"),
        (
            SSL.SysCallError(errno.ECONNRESET, "ECONNRESET"),
            FailureKind.RESET,
            "closed the connection while setting up TLS: Connection reset by peer",
        ),
        (SSL.SysCallError(errno.EHOSTUNREACH, "x"), FailureKind.UNREACHABLE, "No route to host"),
        (
            SSL.Error([("SSL routines", "", "tlsv1 alert protocol version")]),
            FailureKind.TLS,
            "tlsv1 alert protocol version",
        ),
        (
            SSL.Error([("asn1 encoding routines", "", "wrong tag"), ("SSL routines", "", "ASN1 lib")]),
            FailureKind.TLS,
            "asn1 lib: wrong tag",
        ),
        (
            SSL.Error([("SSL routines", "", "wrong version number")]),
            FailureKind.TLS,
            "wrong version number: it does not speak TLS; most likely plain HTTP answered",
        ),
        (
            SSL.Error([("SSL routines", "", "excessive message size")]),
            FailureKind.TLS,
            "excessive message size: its certificates are more than 100 kilobytes",
        ),
        (SSL.Error([]), FailureKind.TLS, "no reason given"),
        (SSL.Error(), FailureKind.TLS, "no reason given"),
    ],
)
def test_each_exception_is_told_in_the_doors_words(error: SSL.Error, kind: FailureKind, message: str) -> None:
    attempt = Attempt(1.0)
    attempt.stage = Stage.HANDSHAKE
    failure = failure_of(translated(error), attempt)
    assert (failure.kind, failure.message) == (kind, message)
    assert failure.not_tls == message.startswith("wrong version number")


def test_the_reason_is_where_pythons_own_exception_has_it() -> None:
    told = translated(SSL.Error([("SSL routines", "", "Handshake Failure")]))
    assert isinstance(told, ssl.SSLError)
    assert told.reason == "handshake failure"
