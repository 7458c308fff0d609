"""What nginx presents where clients come to the registry: certbot's files, by their paths in nginx's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.tls_files import TlsPair
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probes.nginx_config import read_nginx
from regdoctor.probes.nginx_pairs import pairs_of_nginx

NONE = Absent("not part of this test")
CONFIG = parse_registry_config(b"http: {addr: '127.0.0.1:5000'}", "config.yml")
LIVE = "/etc/letsencrypt/live/registry.example.com"
PAIR = f"ssl_certificate {LIVE}/fullchain.pem; ssl_certificate_key {LIVE}/privkey.pem;"
TO_REGISTRY = "location /v2/ { proxy_pass http://127.0.0.1:5000; }"


def server(*lines: str, listen: str = "443 ssl") -> str:
    return "\n".join(["server {", f"listen {listen};", *lines, "}"])


def pairs(
    root: Path, *servers: str, live: bool = True, dialect: Dialect = Dialect.PLAIN, gitlab: str = ""
) -> tuple[TlsPair, ...]:
    """What is read of these blocks of http."""
    conf = root / "etc/nginx/nginx.conf"
    conf.parent.mkdir(parents=True, exist_ok=True)
    conf.write_text("events {}\nhttp {\n" + "\n".join(servers) + "\n}\n")
    installation = Installation(root, dialect, live=live)
    known = parse_gitlab_yml(gitlab.encode(), "gitlab.yml") if gitlab else NONE
    return pairs_of_nginx(installation, read_nginx([conf], installation), NONE if gitlab else CONFIG, known)


def paths(found: tuple[TlsPair, ...]) -> list[tuple[str, str]]:
    return [(one.certificate.path, one.key.path) for one in found if one.certificate and one.key]


def test_certbots_pair_is_read_through_its_links(tmp_path: Path) -> None:
    archive, folder = tmp_path / "etc/letsencrypt/archive/r", tmp_path / LIVE.lstrip("/")
    for here in (archive, folder):
        here.mkdir(parents=True)
    for name in ("fullchain", "privkey"):
        (archive / f"{name}2.pem").write_text("text")
        (folder / f"{name}.pem").symlink_to(f"../../archive/r/{name}2.pem")
    (pair,) = pairs(tmp_path, server(PAIR, TO_REGISTRY))
    assert paths((pair,)) == [(f"{LIVE}/fullchain.pem", f"{LIVE}/privkey.pem")]
    assert pair.certificate is not None
    assert pair.certificate.state is FileState.READABLE
    assert "ssl_certificate " in pair.certificate.named_by.quote
    assert pair.server == "nginx"


def test_each_of_two_certificates_has_the_key_of_its_turn(tmp_path: Path) -> None:
    lines = [f"ssl_certificate /{kind}.crt; ssl_certificate_key /{kind}.key;" for kind in ("rsa", "ecdsa")]
    assert paths(pairs(tmp_path, server(*lines, TO_REGISTRY))) == [
        ("/rsa.crt", "/rsa.key"),
        ("/ecdsa.crt", "/ecdsa.key"),
    ]


def test_what_stands_in_http_holds_for_its_servers(tmp_path: Path) -> None:
    assert len(pairs(tmp_path, PAIR, server(TO_REGISTRY), server(TO_REGISTRY, listen="8443 ssl"))) == 1


def test_the_server_of_the_public_name_counts(tmp_path: Path) -> None:
    gitlab = "production: {registry: {enabled: true, host: registry.example.com, port: 443}}"
    named = server(PAIR, "server_name registry.example.com;", "return 404;")
    other = server("ssl_certificate /a.crt; ssl_certificate_key /a.key;", "server_name www.example.com;")
    assert paths(pairs(tmp_path, named, other, gitlab=gitlab)) == [(f"{LIVE}/fullchain.pem", f"{LIVE}/privkey.pem")]


@pytest.mark.parametrize(
    "block",
    [
        server("ssl_certificate /a.crt; ssl_certificate_key /a.key;", "location / { root /srv; }"),
        server(PAIR, TO_REGISTRY, listen="80"),
        server("ssl_certificate /live/$ssl_server_name.crt; ssl_certificate_key /live/a.key;", TO_REGISTRY),
        server("ssl_certificate data:$pem; ssl_certificate_key data:$key;", TO_REGISTRY),
        server("ssl_certificate certs/a.crt; ssl_certificate_key certs/a.key;", TO_REGISTRY),
        server("ssl_certificate /a.crt;", TO_REGISTRY),
    ],
    ids=["another site", "no TLS", "variable", "data", "relative", "half"],
)
def test_what_is_not_the_registrys_or_no_path_is_left_out(tmp_path: Path, block: str) -> None:
    assert pairs(tmp_path, block) == ()


def test_a_copy_without_the_files_tells_nothing_and_the_host_itself_does(tmp_path: Path) -> None:
    assert pairs(tmp_path, server(PAIR, TO_REGISTRY), live=False) == ()
    (pair,) = pairs(tmp_path, server(PAIR, TO_REGISTRY))
    assert pair.key is not None
    assert pair.key.state is FileState.MISSING


@pytest.mark.parametrize("dialect", [Dialect.COMPOSE, Dialect.HELM])
def test_paths_of_a_container_are_not_followed_on_the_host(tmp_path: Path, dialect: Dialect) -> None:
    assert pairs(tmp_path, server(PAIR, TO_REGISTRY), dialect=dialect) == ()
