"""Asks for an access token as the registry's Google library does: by its key, or of the metadata server.

Of Google's own libraries only google-auth is used, over regdoctor's HTTP door: google-cloud-storage opens connections
of its own, which have no total deadlines and no caps, and leave no exchanges that a finding could quote.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from urllib.parse import quote, urlencode, urlsplit

from regdoctor.distribution.gcs_operations import SCOPE
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey
from regdoctor.foreign_text import short
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.google_auth import CAP, LOOPBACK, NoTokenError, Way, credentials_of, google_error, require_google
from regdoctor.redaction import Secret

_METADATA = "169.254.169.254"
_METADATA_NAME = "metadata.google.internal"
_ACCOUNT = "computeMetadata/v1/instance/service-accounts/default"


def token_by_key(key: GcsKey, door: Http, deadline: float) -> tuple[Exchange, Secret | None]:
    """The last answer on the way to a token by the key, without the token, and the token; None where none was given.

    deadline: seconds for each request; one for the key of a service account, up to three for other types.

    Raises CouldNotGatherError for a key that names another address than Google's for its tokens (on this machine:
    where STORAGE_EMULATOR_HOST says that Google is), for a type that google-auth is not asked about, and without it.
    """
    require_google(key.key)
    way = Way(door, deadline, near=bool(key.emulator))
    credentials = credentials_of(key.key)
    try:
        credentials.refresh(way)
        token = _token(credentials.token)
    except NoTokenError:
        token = None
    except google_error() as error:
        if way.last is None:
            raise CouldNotGatherError(f"{key.what} is of no use to google-auth: {short(str(error))}") from error
        token = None
    except (TypeError, KeyError, ValueError, OverflowError):
        # An answer that is none, which google-auth takes for granted.
        token = None
    if way.last is None:
        raise CouldNotGatherError(f"google-auth asked nobody for a token by {key.what}")
    return dataclasses.replace(way.last, body=b"") if token is not None else way.last, token


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
    host = key.metadata_host or _METADATA
    headers = (("Metadata-Flavor", "Google"),)
    address = _metadata_address(host)
    url = f"http://{host}/{_ACCOUNT}/{what}"
    return door.send("GET", url, headers=headers, deadline=deadline, cap=CAP, address=address)


def _metadata_address(host: str) -> str:
    """The address to connect to directly: what the metadata server says in clear must not pass a proxy.

    Raises CouldNotGatherError for a name, other than its own and this machine's: it would be looked up by a proxy.
    """
    try:
        name = urlsplit(f"http://{host}").hostname or ""
        known = {_METADATA_NAME: _METADATA, "localhost": "127.0.0.1"}.get(name, name)
        return str(ipaddress.ip_address(known))
    except ValueError as error:
        raise CouldNotGatherError(f"GCE_METADATA_HOST is {host!r}, which is no address of a metadata server") from error


def token_in(answer: Exchange) -> Secret | None:
    """The access token of an answer; None where it gives none."""
    said = answer.json() if answer.ok else None
    return _token(said.get("access_token") if isinstance(said, dict) else None)


def _token(value: object) -> Secret | None:
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        return None
    return Secret(value, "access token", received=True)


def may_carry(url: str) -> bool:
    """Whether credentials may go to an address: by TLS, or within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def in_path(name: str) -> str:
    """A bucket's or an object's name as one part of a path."""
    return quote(name, safe="")
