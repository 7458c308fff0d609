"""Asks for an access token as the registry's Google library does: by a signed assertion, or of the metadata server."""

from __future__ import annotations

import json
import time
from urllib.parse import quote, urlencode, urlsplit

from regdoctor.distribution.gcs_operations import SCOPE
from regdoctor.distribution.jws import base64url, sign
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey
from regdoctor.formats.google_key import GoogleKey
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.redaction import Secret

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 section 2.1."""
_LIFE = 3600
_LEEWAY = 10
"""Seconds; golang.org/x/oauth2/jws takes the same off its own clock."""
_METADATA = "169.254.169.254"
_ACCOUNT = "computeMetadata/v1/instance/service-accounts/default"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def token_by_key(key: GoogleKey, door: Http, deadline: float) -> Exchange:
    """The answer of the key's token endpoint to an assertion that is signed with it (RFC 7523).

    Raises CouldNotGatherError for a key that cannot sign, and for an endpoint that would be asked in clear elsewhere
    than on this machine.
    """
    rsa = key.rsa
    if rsa is None:
        raise CouldNotGatherError("there is no private key to sign with")
    if not may_carry(key.token_uri):
        raise CouldNotGatherError(f"the key names {key.token_uri} as token_uri, which is not asked without TLS")
    body = urlencode({"grant_type": _GRANT, "assertion": _assertion(key, int(time.time()))}).encode()
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return door.send("POST", key.token_uri, headers=headers, body=body, deadline=deadline, cap=1 << 16)


def token_of_machine(key: GcsKey, door: Http, deadline: float) -> Exchange:
    """The answer of the metadata server, which gives a machine of Google's a token of its service account."""
    query = urlencode({"scopes": SCOPE})
    return _of_metadata(key, f"token?{query}", door, deadline)


def email_of_machine(key: GcsKey, door: Http, deadline: float) -> str:
    """The name of the machine's service account; empty where the metadata server does not tell it."""
    answer = _of_metadata(key, "email", door, deadline)
    text = answer.text().strip()
    return text if answer.ok and "@" in text and len(text) < 200 and text.isprintable() and " " not in text else ""


def _of_metadata(key: GcsKey, what: str, door: Http, deadline: float) -> Exchange:
    url = f"http://{key.metadata_host or _METADATA}/{_ACCOUNT}/{what}"
    return door.send("GET", url, headers=(("Metadata-Flavor", "Google"),), deadline=deadline, cap=1 << 16)


def token_in(answer: Exchange) -> Secret | None:
    """The access token of an answer; None where it gives none."""
    said = answer.json() if answer.ok else None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        return None
    return Secret(token, "access token", received=True)


def may_carry(url: str) -> bool:
    """Whether credentials may go to an address: by TLS, or within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _assertion(key: GoogleKey, now: int) -> str:
    rsa = key.rsa
    assert rsa is not None  # noqa: S101 - the caller saw to it
    header = {"alg": "RS256", "typ": "JWT", **({"kid": key.key_id} if key.key_id else {})}
    issued = now - _LEEWAY
    claims = {"iss": key.email, "scope": SCOPE, "aud": key.token_uri, "iat": issued, "exp": issued + _LIFE}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return Secret(f"{signed}.{base64url(sign(rsa, signed.encode()))}", "assertion").reveal()


def in_path(name: str) -> str:
    """A bucket's or an object's name as one part of a path."""
    return quote(name, safe="")
