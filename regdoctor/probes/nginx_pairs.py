"""Reads the certificates and keys that nginx presents where clients come to the registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.proxy_rules import public_address, registry_routes, serves
from regdoctor.evidence.tls_files import TlsPair
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig, Server
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_file import host_file

_MOST_PAIRS = 20


def pairs_of_nginx(
    installation: Installation, nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> tuple[TlsPair, ...]:
    """The pairs of each server of nginx that leads to the registry or has its public name, at most 20.

    Left out is what is no absolute path of this host: a path of a container, one relative to nginx's prefix, one with
    variables, and `data:` or `engine:` (ngx_http_ssl_module, ssl_certificate). So is a pair of which a tree that is a
    copy lacks a file: keys are seldom copied along, and nginx itself would not start.
    """
    root = installation.root
    if root is None or installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        return ()
    accounts = Accounts(root)
    found: dict[str, TlsPair] = {}
    for certificate, key in _named(_servers(nginx, config, gitlab)):
        halves = []
        for one in (certificate, key):
            path = installation.locate(one.args[0])
            if path is not None:
                halves.append(host_file(root, path, installation.name(path), one.quote(), accounts))
        was_copied = installation.live or all(half.state is not FileState.MISSING for half in halves)
        if len(halves) == 2 and was_copied and len(found) < _MOST_PAIRS:
            found.setdefault(halves[0].path, TlsPair("nginx", *halves))
    return tuple(found.values())


def _servers(nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent) -> Iterator[Server]:
    try:
        leading = [id(route.server) for route in registry_routes(nginx, config, gitlab)]
        public = public_address(gitlab)
    except UndecidedError:  # then the checks of routes say so
        return
    for server in nginx.servers:
        is_named = public is not None and serves(server, public)
        if server.ends_tls and (is_named or id(server) in leading):
            yield server


def _named(servers: Iterable[Server]) -> Iterator[tuple[Directive, Directive]]:
    """Certificate and key of each pair: the directives may be repeated, the first of one for the first of the other."""
    for server in servers:
        try:
            certificates = server.scope.effective("ssl_certificate")
            keys = server.scope.effective("ssl_certificate_key")
        except UndecidedError:  # set in a file that was not read
            continue
        for certificate, key in zip(certificates, keys, strict=False):
            if all(len(one.args) == 1 and _is_path(one.args[0]) for one in (certificate, key)):
                yield certificate, key


def _is_path(text: str) -> bool:
    return text.startswith("/") and "$" not in text and "\0" not in text
