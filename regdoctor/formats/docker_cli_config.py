"""Docker's config.json of a user: the logins, and the programs that keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
