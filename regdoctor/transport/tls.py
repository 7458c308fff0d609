"""TLS contexts: the system's trust store plus extra authorities, or no trust at all for a second look."""

from __future__ import annotations

import os
import ssl
import threading
from functools import lru_cache

from regdoctor.evidence.trust import TrustedCAs, certificates_in

_loading = threading.Lock()


def verifying_context(trust: TrustedCAs) -> ssl.SSLContext:
    """A context that verifies chain and host name as Docker does (Go); one is kept for each trust.

    SSL_CERT_FILE and SSL_CERT_DIR name the system's store, as for OpenSSL and for Go.
    """
    # Loading a store takes tenths of a second: the first of several threads does it, the others wait for it.
    with _loading:
        return _verifying(trust, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=16)
def _verifying(trust: TrustedCAs, _file: str | None, _directory: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for _, pem in trust.extra:
        context.load_verify_locations(cadata="\n".join(certificates_in(pem)))
    # Go takes any certificate of its store as an anchor, an intermediate too, and does not ask for the
    # extensions that Python 3.13 insists on. The verdict must be that of the registry's clients.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # Go looks at subjectAltName alone (TLS-03: "certificate relies on legacy Common Name field").
    context.hostname_checks_common_name = False
    return context


def trusting_context() -> ssl.SSLContext:
    """A context that verifies nothing: for looking at what was refused. Send no credentials over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def require_readable(source: str, pem: str) -> None:
    """Raise ValueError, one line that names the file, where it holds no certificate that OpenSSL can read."""
    blocks = certificates_in(pem)
    if not blocks:
        raise ValueError(f"{source}: holds no certificate in PEM format")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata="\n".join(blocks))
    except (ssl.SSLError, ValueError) as error:
        reason = (getattr(error, "reason", None) or "not PEM").lower().replace("_", " ")
        raise ValueError(f"{source}: a certificate in it cannot be read: {reason}") from None
