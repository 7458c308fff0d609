"""google-auth, Google's own library for credentials, over regdoctor's HTTP door and to Google's own addresses alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from regdoctor.distribution.gcs_operations import SCOPE
from regdoctor.evidence.exchange import Exchange
from regdoctor.foreign_text import short
from regdoctor.formats.google_key import UNIVERSE, GoogleKey
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.redaction import Secret

NO_LIBRARY = "Google was not asked for a token: `pip install regdoctor[gcs]` first"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CAP = 1 << 16
"""Bytes of an answer that are read."""


def require_google(key: GoogleKey) -> None:
    """Raise CouldNotGatherError for the key of another cloud that runs on Google's software."""
    # The file would vouch for itself: an assertion or a token that is shown there is good at Google, too.
    if key.universe != UNIVERSE:
        raise CouldNotGatherError(f"the key is one of {short(key.universe)}; regdoctor asks {UNIVERSE} only")


def _is_googles(url: str, *, near: bool) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if near and host in LOOPBACK:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and (host == UNIVERSE or host.endswith(f".{UNIVERSE}"))


class NoTokenError(Exception):
    """An answer that gives no token: told at once, since google-auth would ask again and wait in between."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What google-auth wants of an answer (google.auth.transport.Response)."""

    status: int | None
    headers: Mapping[str, str]
    data: bytes


class Way:
    """google-auth's way to the network (google.auth.transport.Request): to Google's own addresses, by the door."""

    def __init__(self, door: Http, deadline: float, *, near: bool) -> None:
        """near: whether Google is on this machine, too."""
        self._door, self._deadline, self._near = door, deadline, near
        self.last: Exchange | None = None

    def __call__(
        self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **_: Any
    ) -> _Answer:
        """Send it. Raises CouldNotGatherError for an address that is not Google's, NoTokenError for a refusal."""
        if not _is_googles(url, near=self._near):
            raise CouldNotGatherError(
                f"the key names {short(url)} for its tokens, which was not followed: not Google's"
            )
        said = dict(headers or {})
        bearer = None
        for name in [one for one in said if one.lower() == "authorization"]:
            bearer = Secret(said.pop(name).removeprefix("Bearer "), "access token", received=True)
        data = body.encode() if isinstance(body, str) else body or b""
        self.last = self._door.send(
            method, url, headers=said.items(), body=data, bearer=bearer, deadline=self._deadline, cap=CAP
        )
        if not self.last.ok:
            raise NoTokenError
        return _Answer(self.last.status, dict(self.last.headers), self.last.body)


def google_error() -> type[Exception]:
    """What google-auth raises of its own. It must be there: `credentials_of` raises where it is not."""
    from google.auth.exceptions import GoogleAuthError

    return GoogleAuthError


def credentials_of(key: GoogleKey) -> Any:
    """google-auth's credentials for the key.

    Raises CouldNotGatherError where it is not installed, and for a key that it does not take.

    A user's own take the scopes that were granted at the login; asking for others is refused. The configuration of an
    external account may name files, programs and addresses to fetch its first token from: those are not followed.
    """
    fields = json.loads(key.fields.reveal()) if key.fields is not None else {}
    made: Any
    try:
        if key.kind == "service_account":
            from google.oauth2 import service_account

            made = service_account.Credentials
            return made.from_service_account_info({**fields, "token_uri": key.token_uri}, scopes=[SCOPE])
        if key.kind == "authorized_user":
            from google.oauth2 import credentials

            made = credentials.Credentials
            # It passes over the token_uri of the file.
            return made.from_authorized_user_info(fields).with_token_uri(key.token_uri)
        if key.kind == "impersonated_service_account":
            from google.auth import impersonated_credentials

            made = impersonated_credentials.Credentials
            return made.from_impersonated_service_account_info(fields, scopes=[SCOPE])
    except ImportError as error:
        raise CouldNotGatherError(NO_LIBRARY) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CouldNotGatherError(f"the key of the type {short(key.kind)} lacks what it takes") from error
    raise CouldNotGatherError(f"regdoctor asks for no tokens by a key of the type {short(key.kind)!r}")
