"""Exceptions of the network stack, put into the words of a Failure."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.attempt import Attempt, Stage

_OPENSSL = re.compile(r"\]\s*(?P<reason>.+?)\s*\(_ssl\.c")
_NOT_TLS = ("wrong version number", "http request", "record layer failure")
"""How OpenSSL's versions name bytes that are not TLS."""
_LONGEST = 300
"""Characters of a message: what a server wrote may be part of it."""


def failure_of(error: Exception, attempt: Attempt) -> Failure:
    """What `error`, raised while `attempt` was under way, means."""
    if attempt.expired:
        return timeout_of(attempt)
    cause = _root(error)
    kind, message = _verdict(cause, attempt)
    line = _one_line(f"{attempt.contacted}: {message}" if attempt.contacted else message)
    return Failure(kind, line, not_tls=isinstance(cause, ssl.SSLError) and _is_not_tls(cause))


def timeout_of(attempt: Attempt) -> Failure:
    """The failure of an attempt whose time ran out."""
    subject = f"{attempt.contacted}: " if attempt.contacted else ""
    return Failure(FailureKind.TIMEOUT, _one_line(f"{subject}{_timeout_in_words(attempt)}"))


def _timeout_in_words(attempt: Attempt) -> str:
    return f"still {attempt.stage.value} after {attempt.seconds:g} s"


def _verdict(cause: BaseException, attempt: Attempt) -> tuple[FailureKind, str]:
    match cause:
        case ssl.SSLError():
            return _tls_verdict(cause)
        case socket.gaierror():
            return FailureKind.NAME, f"the name does not resolve: {cause.strerror}"
        case ConnectionRefusedError():
            return FailureKind.REFUSED, "connection refused"
        case TimeoutError():
            return FailureKind.TIMEOUT, cause.strerror or _timeout_in_words(attempt)
        case http.client.RemoteDisconnected() | ConnectionError() | http.client.IncompleteRead():
            return FailureKind.RESET, _closing(cause, attempt.stage)
        case http.client.BadStatusLine():
            return FailureKind.PROTOCOL, _not_http(cause)
        case http.client.HTTPException() | urllib3.exceptions.HTTPError():
            return FailureKind.PROTOCOL, f"the answer is not valid HTTP: {str(cause) or type(cause).__name__}"
        case requests.exceptions.InvalidHeader():
            return FailureKind.PROTOCOL, f"not valid HTTP: {cause}"
        case ValueError():
            return FailureKind.SCHEME, f"cannot be sent: {cause}"
        case OSError():
            return FailureKind.UNREACHABLE, cause.strerror or str(cause)
        case _:
            return FailureKind.PROTOCOL, str(cause)


def _tls_verdict(error: ssl.SSLError) -> tuple[FailureKind, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return FailureKind.TLS, f"certificate not accepted: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return FailureKind.RESET, "closed the connection in the middle of TLS"
    reason = _reason(error)
    if _is_not_tls(error):
        return FailureKind.TLS, f"{reason}: it does not speak TLS; most likely plain HTTP answered"
    return FailureKind.TLS, reason


def _is_not_tls(error: ssl.SSLError) -> bool:
    told = not isinstance(error, ssl.SSLCertVerificationError | ssl.SSLEOFError | ssl.SSLZeroReturnError)
    return told and any(words in _reason(error).lower() for words in _NOT_TLS)


def _reason(error: ssl.SSLError) -> str:
    match = _OPENSSL.search(str(error))
    return match["reason"] if match else (error.reason or str(error)).lower().replace("_", " ")


def _closing(cause: BaseException, stage: Stage) -> str:
    if isinstance(cause, http.client.IncompleteRead):
        return "closed the connection before the body was complete"
    if isinstance(cause, http.client.RemoteDisconnected):
        return "closed the connection without an answer"
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return f"closed the connection while {stage.value}: {reason}"


def _not_http(error: http.client.BadStatusLine) -> str:
    line = str(error.args[0]) if error.args else ""
    if line.lstrip("'\"").startswith(("\\x15\\x03", "\\x16\\x03", "\x15\x03", "\x16\x03")):
        return "answered with a TLS record: it expects HTTPS on this port"
    return f"the answer does not begin as HTTP does, but with {line[:60]!r}"


def _root(error: BaseException) -> BaseException:
    """The innermost exception of the kinds that say what happened; libraries wrap it several times over."""
    telling = (OSError, http.client.HTTPException)
    found = [inner for inner in _chain(error) if isinstance(inner, telling)]
    return found[-1] if found else error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it came from, outermost first. urllib3 keeps some only as an argument of its own."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop(0)
        if id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        inner = (here.__cause__, here.__context__, *here.args)
        waiting += [item for item in inner if isinstance(item, BaseException)]


def _one_line(text: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
