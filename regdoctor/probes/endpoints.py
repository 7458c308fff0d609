"""Tells the addresses of the registry, its debug server and its token service from what was given and what was read."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.target import Target


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
    debug = _option("--debug-url", target.debug_url) or (here and _listening(here.debug_address(), "http"))
    realm = _realm(target, effective)
    found = Endpoints(public, internal, debug or None, realm if live or target.registry_url else None)
    if found == Endpoints(None, None, None, None):
        raise NotApplicableError(
            "no address to ask: the files are a copy, and no URL was given (--registry URL)"
            if isinstance(installation, Installation)
            else "no address to ask was given (--registry URL)"
        )
    return found


def _option(name: str, url: str | None) -> Endpoint | None:
    return Endpoint(url.rstrip("/"), Quote("command line", f"{name} {url}")) if url else None


def _public(gitlab: GitLabConfig | Absent, config: RegistryConfig | None) -> Endpoint | None:
    """GitLab's own word for what users type, else the registry's `http.host`."""
    if isinstance(gitlab, GitLabConfig):
        host, port = gitlab.registry("host"), gitlab.registry("port")
        if host and (name := host.text()):
            # gitlab.yml has no scheme: docker speaks TLS to whatever is not named insecure.
            number = port.text() if port else None
            return Endpoint(f"https://{name}:{number}" if number else f"https://{name}", host.quote())
    fixed = config.at("http", "host") if config else None
    if fixed and (url := fixed.text()):
        return Endpoint(url.rstrip("/"), fixed.quote())
    return None


def _internal(config: RegistryConfig) -> Endpoint | None:
    network = config.at("http", "net")
    if network and network.text() == "unix":
        return None
    tls = config.at("http", "tls", "certificate") or config.at("http", "tls", "letsencrypt", "cachefile")
    return _listening(config.http_address(), "https" if tls and tls.text() else "http")


def _listening(address: Located | None, scheme: str) -> Endpoint | None:
    """The URL at which this machine reaches a listening address such as `:5000` or `127.0.0.1:5001`."""
    text = address.text() if address else None
    if address is None or not text:
        return None
    host, _, port = text.rpartition(":")
    if not port.isdigit():
        return None
    if host in ("", "0.0.0.0", "[::]"):  # noqa: S104 - read here, not bound
        host = "127.0.0.1"
    return Endpoint(f"{scheme}://{host}:{port}", address.quote())


def _realm(target: Target, config: RegistryConfig | None) -> Endpoint | None:
    if target.gitlab_url:
        return Endpoint(
            f"{target.gitlab_url.rstrip('/')}/jwt/auth",
            Quote("command line", f"--gitlab {target.gitlab_url}"),
        )
    realm = config.at("auth", "token", "realm") if config else None
    if realm and (url := realm.text()):
        return Endpoint(url, realm.quote())
    return None
