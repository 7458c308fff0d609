"""Docker's config.json of a user: the logins, and the programs that keep them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regdoctor.formats import yaml_tree
from regdoctor.formats.located import Located, Place, Scalar, UnreadableError
from regdoctor.formats.secret_values import seal_registry
from regdoctor.redaction import Secret

_SECRETS = ("auth", "password", "identitytoken", "registrytoken")


@dataclass(frozen=True, slots=True)
class DockerCliConfig:
    """One config.json. Credentials in it are wrapped."""

    tree: Located
    source: str

    def logins(self) -> Mapping[str, Located]:
        """What `auths` holds, by the registry's address as it is written there."""
        found = self.tree.at("auths")
        return found.entries() if found is not None else {}

    def store(self) -> Located | None:
        """`credsStore`: the end of the name of the program that keeps every login; None where none is set."""
        found = self.tree.at("credsStore")
        return found if found is not None and found.text() else None

    def helpers(self) -> Mapping[str, Located]:
        """`credHelpers`: the same for single registries, by their addresses, which count letter by letter."""
        found = self.tree.at("credHelpers")
        return {key: value for key, value in found.entries().items() if value.text()} if found is not None else {}


def parse_docker_cli_config(data: bytes, source: str) -> DockerCliConfig:
    """The settings in `data`, which was read from `source`.

    Raises UnreadableError, one line that names the file, where docker would not read it either: it warns then, and
    goes on without any login. Source of the format: docker/cli, cli/config/configfile/file.go.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if not text.strip():
        return DockerCliConfig(Located({}, Place(source), ""), source)
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{source}:{error.lineno}: not JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
    except RecursionError:
        raise UnreadableError(f"{source}: nested too deeply") from None
    if not isinstance(value, dict):
        raise UnreadableError(f"{source}: not a JSON object")
    known = text.replace("\t", " ").encode("utf-8", "surrogatepass")
    return DockerCliConfig(yaml_tree.parse(known, source, seal=_seal), source)


def _seal(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    if path[:1] == ("auths",) and text and path[-1].lower() in _SECRETS:
        return Secret(text, "credentials")
    if path[:1] in (("HttpHeaders",), ("plugins",)) and text:
        return Secret(text, "header" if path[0] == "HttpHeaders" else "option")
    return seal_registry(path, text, value)


def lookup_name(key: str) -> str:
    """The name that docker compares with the registry's, made of a key of `auths`: `https://host/v1/` → `host`.

    Source: docker/cli, cli/config/credentials/file_store.go, Get and ConvertToHostname: the scheme and all from the
    first slash on are left out of keys of old versions.
    """
    for scheme in ("http://", "https://"):
        key = key.removeprefix(scheme)
    return key.partition("/")[0]


_IDENTITY = "<token>"
"""The name with which helpers say that the secret is an identity token (docker/cli, credentials/native_store.go)."""


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A login as it is kept: the identity token of an OAuth2 login, or name and password."""

    username: str
    """Empty beside an identity token."""
    password: Secret
    is_identity_token: bool = False
    """Whether the secret is a refresh token for the token service, and no password."""


def login_of_helper(username: str, secret: Secret) -> StoredLogin:
    """What a credential helper answered."""
    return StoredLogin("", secret, True) if username == _IDENTITY else StoredLogin(username, secret)


def entry_of_docker(config: DockerCliConfig, names: Sequence[str]) -> StoredLogin | None:
    """The login of config.json for a registry of these names: by the whole key, else by the host in it.

    Raises UnreadableError as `stored_login`. Source: docker/cli, cli/config/credentials/file_store.go, Get.
    """
    entries = config.logins()
    for name in names:
        keys = (*((name,) if name in entries else ()), *(key for key in entries if lookup_name(key) == name))
        if keys:
            return stored_login(entries[keys[0]])
    return None


def entry_of_auth_json(config: DockerCliConfig, names: Sequence[str]) -> StoredLogin | None:
    """The login of podman's auth.json: a key with a path is for that namespace alone, unless it has docker's scheme.

    Raises UnreadableError as `stored_login`.
    Source: containers/image, pkg/docker/config/config.go, normalizeAuthFileKey.
    """
    entries = config.logins()
    for name in names:
        for key, entry in entries.items():
            if key == name or ("://" in key and lookup_name(key) == name):
                return stored_login(entry)
    return None


def stored_login(entry: Located) -> StoredLogin | None:
    """What an entry of `auths` holds; None where it holds nothing, as beside a credential helper.

    Raises UnreadableError, one line, where it is no login: docker would not read the whole file then.
    Source: docker/cli, cli/config/configfile/file.go, decodeAuth.
    """
    identity, auth = entry.at("identitytoken"), entry.at("auth")
    if identity is not None and isinstance(identity.value, Secret):
        return StoredLogin("", identity.value, True)
    if auth is None or not isinstance(auth.value, Secret):
        return None
    try:
        username, colon, password = base64.b64decode(auth.value.reveal(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        username, colon, password = "", "", ""
    password = password.strip("\0")
    if not username or not colon or not password:
        line = f":{auth.place.line}" if auth.place.line else ""
        raise UnreadableError(f"{auth.place.source}{line}: `auth` is not the Base64 of a name, a colon and a password")
    return StoredLogin(username, Secret(password, "password"))
