"""A key file of Google Cloud as the registry reads it (golang.org/x/oauth2/google, JWTConfigFromJSON)."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.redaction import Secret

SERVICE_ACCOUNT = "service_account"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
"""Where tokens are asked for when the file names no token_uri (JWTTokenURL of golang.org/x/oauth2/google)."""
UNIVERSE = "googleapis.com"
"""Google's own cloud; other operators of its software have domains of their own (universe_domain)."""
_SECRETS = ("private_key", "refresh_token", "client_secret")


class KeyFault(enum.Enum):
    """Why nobody can ask for a token with it; the value goes on after the name of the file."""

    NOT_JSON = "is no JSON object"
    NO_TYPE = "names no type, where the key of a service account is wanted"
    OTHER_TYPE = "is of another type than the key of a service account"
    NO_PRIVATE_KEY = "holds no private_key"
    BROKEN_PRIVATE_KEY = "holds a private_key that is no RSA key in PEM"
    NO_EMAIL = "names no client_email"

    @property
    def at_start(self) -> bool:
        """Whether the registry refuses it when it starts; the others it finds out when it asks for its first token."""
        return self in (KeyFault.NOT_JSON, KeyFault.NO_TYPE, KeyFault.OTHER_TYPE)


@dataclass(frozen=True, slots=True)
class GoogleKey:
    """What a key file says."""

    kind: str = ""
    """Its type: `service_account`, `authorized_user`, …"""
    email: str = ""
    key_id: str = ""
    token_uri: str = TOKEN_URI
    private_key: Secret | None = None
    fault: KeyFault | None = None
    universe: str = UNIVERSE
    fields: Secret | None = None
    """All that the file says, as JSON; None where it is no JSON object."""

    @property
    def rsa(self) -> RSAPrivateKey | None:
        """The private key; None where there is none that can be used."""
        return _rsa(self.private_key.reveal()) if self.private_key is not None else None


def read_google_key(data: bytes) -> GoogleKey:
    """What the bytes of a key file say; never raises."""
    fields = parse_json(data)
    return google_key(fields) if isinstance(fields, dict) else GoogleKey(fault=KeyFault.NOT_JSON)


def google_key(fields: Mapping[str, object]) -> GoogleKey:
    """The key with these fields; a private key may be wrapped already."""
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    secrets = _secrets(fields)
    key = GoogleKey(
        kind=texts.get("type", ""),
        email=texts.get("client_email", ""),
        key_id=texts.get("private_key_id", ""),
        token_uri=texts.get("token_uri") or TOKEN_URI,
        private_key=secrets.get("private_key"),
        universe=texts.get("universe_domain") or UNIVERSE,
        fields=Secret(json.dumps(dict(fields), default=_revealed), "key"),
    )
    return dataclasses.replace(key, fault=_fault(key))


def _secrets(fields: Mapping[str, object]) -> dict[str, Secret]:
    """What must not be shown, by name; those of the credentials that a key rests on are wrapped with it."""
    source = fields.get("source_credentials")
    if isinstance(source, dict):
        _secrets(source)
    found = {name: fields[name] for name in _SECRETS if fields.get(name)}
    wrapped = {
        name: value if isinstance(value, Secret) else Secret(value, name.replace("_", " "))
        for name, value in found.items()
        if isinstance(value, str | Secret)
    }
    return {name: value for name, value in wrapped.items() if value}


def _revealed(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value)


def _fault(key: GoogleKey) -> KeyFault | None:
    if key.kind != SERVICE_ACCOUNT:
        return KeyFault.OTHER_TYPE if key.kind else KeyFault.NO_TYPE
    if key.private_key is None:
        return KeyFault.NO_PRIVATE_KEY
    if key.rsa is None:
        return KeyFault.BROKEN_PRIVATE_KEY
    return None if key.email else KeyFault.NO_EMAIL


_LINES = re.compile(r"-----BEGIN [A-Z ]+-----[ \t]*\r?\n.*\n-----END ", re.DOTALL)
"""The lines of PEM, without which Go finds none (encoding/pem); Python would take a key on one line, too."""


def _rsa(text: str) -> RSAPrivateKey | None:
    if _LINES.search(text) is None:
        return None
    try:
        key = load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) else None
