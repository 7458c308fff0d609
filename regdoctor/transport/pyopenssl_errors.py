"""pyOpenSSL's exceptions as those of Python's own ssl module, which the rest of the door understands."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from OpenSSL import SSL

_MEANINGS = {"excessive message size": "excessive message size: its certificates are more than 100 kilobytes"}
"""Reasons that need a word more. The bound is OpenSSL's (SSL_CTX_set_max_cert_list)."""


def translated(error: SSL.Error) -> OSError:
    """What `error`, raised by a blocking connection, is called in the standard library."""
    from regdoctor.transport.pyopenssl import SSL

    if isinstance(error, SSL.ZeroReturnError):
        return ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "TLS was closed")
    if isinstance(error, SSL.SysCallError):
        number = error.args[0] if error.args else -1
        if not isinstance(number, int) or number <= 0:
            return ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "unexpected end")
        return OSError(number, os.strerror(number))
    told = ssl.SSLError(ssl.SSL_ERROR_SSL, _reason(error))
    # One that C made has it; it is what is shown.
    told.reason = told.strerror or ""
    return told


def _reason(error: SSL.Error) -> str:
    """The reason of OpenSSL's queue of errors: the outermost, and what was underneath."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reasons = [str(entry[-1]).lower() for entry in queue if entry and entry[-1]]
    if not reasons:
        return "no reason given"
    words = reasons[0] if reasons[0] == reasons[-1] else f"{reasons[-1]}: {reasons[0]}"
    return _MEANINGS.get(words, words)
