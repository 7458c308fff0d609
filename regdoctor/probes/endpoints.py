"""Tells the addresses of the registry, its debug server and its token service from what was given and what was read."""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.target import Target

_HOST = re.compile(r"[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")
"""The host part of a listening address; Go takes an IPv6 address in brackets only (net.SplitHostPort)."""
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127\..*|::1")
_SCHEME_PORTS = {"http": 80, "https": 443}


@probe(reads="nothing: works the addresses out from the configuration and the options")
def endpoints(
    target: Target,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> Endpoints:
    """The addresses. What only this machine could mean (loopback, all interfaces) is left out for a copied tree.

    Raises NotApplicableError where neither an option nor a file names any.
    """
    live = isinstance(installation, Installation) and installation.live
    effective = config if isinstance(config, RegistryConfig) else None
    here = effective if live else None
    internal = _internal(here) if here else None
    public = _option("--registry", target.registry_url)
    if public is None and live:
        public = _public(gitlab, effective) or internal
    debug = _option("--debug-url", target.debug_url) or (_debug(here) if here else None)
    realm = _option("--gitlab", target.gitlab_url, "/jwt/auth")
    if realm is None and (live or target.registry_url):
        realm = _realm(effective, live=live)
    found = Endpoints(public, internal, debug, realm)
    if found == Endpoints(None, None, None, None):
        raise NotApplicableError(
            "no address to ask: the files are a copy, and no URL was given (--registry URL)"
            if isinstance(installation, Installation)
            else "no address to ask was given (--registry URL)"
        )
    return found


def _option(name: str, url: str | None, path: str = "") -> Endpoint | None:
    return Endpoint(f"{url.rstrip('/')}{path}", Quote("command line", f"{name} {url}")) if url else None


def _written(setting: Located | None) -> Endpoint | None:
    """The address that a setting spells out; None where it is no URL that could be asked."""
    url = setting.text() if setting else None
    if setting is None or not url:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SCHEME_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return Endpoint(url.rstrip("/"), setting.quote()) if usable else None


def _public(gitlab: GitLabConfig | Absent, config: RegistryConfig | None) -> Endpoint | None:
    """GitLab's own word for what users type, else the registry's `http.host`."""
    if isinstance(gitlab, GitLabConfig):
        host, port = gitlab.registry("host"), gitlab.registry("port")
        if host and (name := host.text()):
            # gitlab.yml has no scheme: docker speaks TLS to whatever is not named insecure.
            name = f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name
            number = (port.text() if port else None) or "443"
            url = f"https://{name}" if number == "443" else f"https://{name}:{number}"
            return _written(dataclasses.replace(host, value=url)) and Endpoint(url, host.quote())
    return _written(config.at("http", "host")) if config else None


def _internal(config: RegistryConfig) -> Endpoint | None:
    network = config.at("http", "net")
    if network and network.text() == "unix":
        return None
    tls = config.at("http", "tls", "certificate") or config.at("http", "tls", "letsencrypt", "cachefile")
    return _listening(config.http_address(), "https" if tls and tls.text() else "http")


def _debug(config: RegistryConfig) -> Endpoint | None:
    # Only GitLab's registry has TLS here (its docs/configuration.md, `debug.tls`).
    tls = config.at("http", "debug", "tls", "enabled")
    return _listening(config.debug_address(), "https" if tls and tls.text() == "true" else "http")


def _listening(address: Located | None, scheme: str) -> Endpoint | None:
    """The URL at which this machine reaches a listening address such as `:5000` or `127.0.0.1:5001`."""
    text = address.text() if address else None
    if address is None or not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536 or not _HOST.fullmatch(host):
        return None
    if host in ("", "0.0.0.0", "[::]"):  # noqa: S104 - read here, not bound
        host = "127.0.0.1"
    return Endpoint(f"{scheme}://{host}:{port}", address.quote())


def _realm(config: RegistryConfig | None, *, live: bool) -> Endpoint | None:
    setting = config.at("auth", "token", "realm") if config else None
    realm = _written(setting)
    if setting is None or realm is None or (not live and _LOOPBACK.fullmatch(realm.host)):
        return None
    return Endpoint(setting.text() or "", realm.said_by)  # a path is as it is written, its last slash too
