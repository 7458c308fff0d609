"""Reads the certificates and keys that the registry, and the nginx before it, are given."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_file import host_file
from regdoctor.probes.host_tree import list_below
from regdoctor.probes.nginx_pairs import pairs_of_nginx

_OMNIBUS = "etc/gitlab/ssl"
_MOST_FILES = 200


@probe(
    reads="the files of http.tls.certificate and http.tls.key, /etc/gitlab/ssl, and what nginx presents for the "
    "registry, with their permissions"
)
def tls_files(
    installation: Installation,
    config: RegistryConfig | Absent,
    nginx: NginxConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> TlsFiles:
    """The pairs. Raises NotApplicableError where nothing names any, or no root is there to follow the paths,
    UnreadableError where Omnibus's folder may not be listed.
    """
    if installation.root is None:
        raise NotApplicableError("only single files were given, so the paths in them cannot be followed (--root DIR)")
    accounts = Accounts(installation.root)
    pairs = list(_of_registry(installation, accounts, config)) if isinstance(config, RegistryConfig) else []
    ssl = _folder(installation, accounts)
    for name, certificate in ssl.items():
        key = ssl.get(f"{name.removesuffix('.crt')}.key")
        if name.endswith(".crt") and key is not None:
            pairs.append(TlsPair("nginx", certificate, key))
    known = {pair.certificate.path for pair in pairs if pair.certificate}
    if isinstance(nginx, NginxConfig):
        named = pairs_of_nginx(installation, nginx, config, gitlab)
        pairs += [pair for pair in named if pair.certificate and pair.certificate.path not in known]
    if not pairs and not ssl:
        raise NotApplicableError("no configuration of this host names a certificate for TLS")
    keys = [pair.key for pair in pairs if pair.key] + [file for name, file in ssl.items() if name.endswith(".key")]
    return TlsFiles(tuple(pairs), tuple({file.path: file for file in keys}.values()))


def _of_registry(installation: Installation, accounts: Accounts, config: RegistryConfig) -> Iterator[TlsPair]:
    """The registry's own pair. Paths of a container's file mean nothing on the host."""
    if installation.root is None or installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        return
    cache = config.at("http", "tls", "letsencrypt", "cachefile")
    if cache is not None and cache.text():
        return  # then the files are not looked at
    settings = [config.at("http", "tls", name) for name in ("certificate", "key")]
    halves: list[HostFile | None] = []
    for setting in settings:
        named = setting.text() if setting is not None else None
        path = installation.locate(named) if named and "\0" not in named else None
        if setting is None or not named:
            halves.append(None)
        elif path is None:
            return  # relative to the folder that the registry is started in, which nothing tells
        else:
            halves.append(host_file(installation.root, path, installation.name(path), setting.quote(), accounts))
    if any(halves):
        yield TlsPair("registry", *halves)


def _folder(installation: Installation, accounts: Accounts) -> dict[str, HostFile]:
    """The certificates and keys of Omnibus's folder, by name."""
    if installation.root is None or installation.dialect is not Dialect.OMNIBUS:
        return {}
    root = installation.root
    return {
        path.name: host_file(root, path, installation.name(path), Quote(str(path), path.name), accounts)
        for path in list_below(root, root / _OMNIBUS)[:_MOST_FILES]
        if path.name.endswith((".crt", ".key"))
    }
