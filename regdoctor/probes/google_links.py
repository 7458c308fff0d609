"""Signs links to objects of Google Cloud Storage as the registry's GCS driver does, and follows them as a client."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from regdoctor.distribution.jws import sign
from regdoctor.evidence.exchange import Exchange
from regdoctor.http import Http
from regdoctor.redaction import Secret

_LIFE = 20 * 60
"""Seconds for which the driver's links are good (URLFor and RedirectURL in gcs.go)."""
_ALGORITHM = "GOOG4-RSA-SHA256"


def link_v2(key: RSAPrivateKey, email: str, method: str, url: str, now: float) -> str:
    """The URL with a signature of version 2 (Cloud Storage, V2 signing process): over method, expiry and path."""
    expires = int(now) + _LIFE
    signature = sign(key, f"{method}\n\n\n{expires}\n{urlsplit(url).path}".encode())
    wrapped = Secret(base64.b64encode(signature).decode(), "signature")
    return f"{url}?{urlencode({'Expires': expires, 'GoogleAccessId': email, 'Signature': wrapped.reveal()})}"


def link_v4(key: RSAPrivateKey, email: str, method: str, url: str, now: float, life: int = _LIFE) -> str:
    """The URL with a signature of version 4 (Cloud Storage, V4 signing process), over the host alone of the headers.

    life: seconds for which it is good.
    """
    parts = urlsplit(url)
    moment = datetime.fromtimestamp(int(now), UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/auto/storage/goog4_request"
    said = {
        "X-Goog-Algorithm": _ALGORITHM,
        "X-Goog-Credential": f"{email}/{scope}",
        "X-Goog-Date": moment,
        "X-Goog-Expires": str(life),
        "X-Goog-SignedHeaders": "host",
    }
    query = urlencode(said, quote_via=quote, safe="")
    request = "\n".join((method, parts.path, query, f"host:{parts.netloc}\n", "host", "UNSIGNED-PAYLOAD"))
    signed = "\n".join((_ALGORITHM, moment, scope, sha256(request.encode()).hexdigest()))
    signature = Secret(sign(key, signed.encode()).hex(), "signature")
    return f"{url}?{query}&X-Goog-Signature={signature.reveal()}"


def followed(
    door: Http, key: RSAPrivateKey, email: str, method: str, url: str, deadline: float, *, version: int
) -> Exchange:
    """HEAD, or GET of the first byte, of `url` by a link, without a token.

    url: of the XML API: host, bucket and object, which is encoded but for its slashes; version: 2 or 4.
    """
    link = (link_v2 if version == 2 else link_v4)(key, email, method, url, time.time())
    first = (("Range", "bytes=0-0"),) if method == "GET" else ()
    return door.send(method, link, headers=first, deadline=deadline, cap=1 << 16)
