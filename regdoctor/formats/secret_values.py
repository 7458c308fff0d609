"""Which values of a configuration are secret: by the key that they stand under, and by their own shape."""

from __future__ import annotations

import re
from urllib.parse import unquote

from regdoctor.formats.located import Scalar
from regdoctor.redaction import Secret, remember

_SECRET_ENDINGS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secretkey",
    "secretkeyid",
    "accesskey",
    "accesskeyid",
    "accountkey",
    "authkey",
    "encryptionkey",
    "apikey",
    "licensekey",
    "privatekey",
    "tempurlkey",
    "token",
    "dsn",
    "connectionstring",
)
"""Ends of keys in lower case without `_` and `-`, so that misspelt ones (`access_key`, `Secret-Key`) are
secret too.
"""
_PLAIN_CREDENTIALS = frozenset(
    ("type", "projectid", "clientid", "clientemail", "tenantid", "authuri", "tokenuri", "universedomain")
)
"""What is no secret in `storage.gcs.credentials` and in `storage.azure.credentials`."""
_AWS_KEY_ID = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}")
_USERINFO = re.compile(r"(?<=://)([^\s:/@\[]*):(?!\d{1,5}(?:[/?#\s]|$))((?:(?!://)\S)+)@")
"""User and password of a URL inside any text. A password may hold `/` and `@` unescaped, as people do write
them; a port number is no password."""


def seal_registry(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    """A value of the registry's configuration as it may be kept: wrapped as Secret where its path is a
    secret's.

    path: the keys that lead to it, indexes of lists included. text: the value as written. Whatever the key's
    case, whatever the driver. Null, an empty text and true or false hide nothing and stay, so that checks
    can tell.
    """
    kind = _secret_kind(path)
    if kind is not None and text and value is not None and not isinstance(value, bool):
        # The key of the cloudfront middleware (storage.options.privatekey) is a file's path.
        if not (_bare(kind) == "privatekey" and text.startswith("/")):
            return Secret(text, kind)
    return seal_shape(text, value)


def seal_shape(text: str, value: Scalar) -> Scalar:
    """A value as it may be kept, told by its shape alone.

    A private key and an AWS key ID become a Secret. In text with `scheme://user:password@host` the password
    is wiped, and remembered for redaction as it was written and as it is meant.
    """
    if not isinstance(value, str):
        return value
    if "PRIVATE KEY-----" in text:
        return Secret(text, "private key")
    if _AWS_KEY_ID.fullmatch(text):
        return Secret(text, "accesskey")
    return _USERINFO.sub(_wipe, value) if "@" in text else value


def _wipe(match: re.Match[str]) -> str:
    user, password = match.groups()
    for form in {password, unquote(password, errors="replace")}:
        remember(form, "password")
    return f"{user}:[redacted password]@"


def _secret_kind(path: tuple[str, ...]) -> str | None:
    """The key that makes the value at `path` secret, for the placeholder's words; None where none does."""
    keys = [key for key in path if not key.isdigit()]
    for index, key in enumerate(keys):
        bare, below = _bare(key), keys[index + 1 :]
        if bare.endswith("credentials"):
            if not below or _bare(below[-1]) not in _PLAIN_CREDENTIALS:
                return keys[-1]
        elif bare == "headers" and below:
            if keys[:index] != ["http"]:  # http.headers are the registry's own answers, which everyone sees
                return below[0]
        elif bare.endswith(_SECRET_ENDINGS):
            if bare != "htpasswd" and not (below and _is_auth_token(keys[: index + 1])):
                return key
        elif index and (_bare(keys[index - 1]) + bare).endswith(_SPLIT):
            return key  # REGISTRY_STORAGE_S3_ACCESS_KEY makes storage.s3.access.key
    return None


_SPLIT = ("accesskey", "secretkey", "accountkey", "encryptionkey", "licensekey", "apikey", "privatekey")


def _is_auth_token(keys: list[str]) -> bool:
    return [key.lower() for key in keys] == ["auth", "token"]


def _bare(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")
