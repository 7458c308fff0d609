"""What nginx's configuration says of a push is part of a walk that pushes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.hops import Hop, HopKind
from regdoctor.evidence.installation import Installation
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.hops.foreseen import with_foreseen
from regdoctor.hops.verdict import verdict
from regdoctor.injection import Absent
from regdoctor.probes.nginx_config import read_nginx
from tests.hops.conftest import walk

CONFIG = b"version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: 127.0.0.1:5000}\n"


def nginx(folder: Path, *lines: str) -> NginxConfig:
    """An nginx with TLS before the registry of CONFIG, with these lines in its location."""
    file = folder / "nginx.conf"
    location = "\n".join(("location /v2/ {", *lines, "proxy_pass http://127.0.0.1:5000; }"))
    pair = "ssl_certificate a.crt; ssl_certificate_key a.key;"
    file.write_text(f"events {{}} http {{ server {{ listen 443 ssl; server_name r.example; {pair} {location} }} }}")
    return read_nginx([file], Installation(None, Dialect.PLAIN, live=False))


@pytest.fixture
def config() -> RegistryConfig:
    return parse_registry_config(CONFIG, "config.yml")


HOST, PROTO, SIZE = (
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Forwarded-Proto https;",
    "client_max_body_size 0;",
)


@pytest.mark.parametrize(
    ("lines", "words"),
    [((HOST, SIZE), "sends no X-Forwarded-Proto"), ((HOST, PROTO), "client_max_body_size, its default, 1m")],
)
def test_a_push_that_would_break_is_told_at_the_proxy(
    lines: tuple[str, ...], words: str, healthy: dict[HopKind, Hop], config: RegistryConfig, tmp_path: Path
) -> None:
    walked = with_foreseen(walk(*healthy.values()), {NginxConfig: nginx(tmp_path, *lines), RegistryConfig: config})

    said = verdict(walked)

    assert said.starts_at is HopKind.PUBLIC
    assert said.sentence.startswith("A push would break at the proxy: nginx (r.example location /v2/) ")
    assert words in said.sentence


@pytest.mark.parametrize("known", [True, False])
def test_a_healthy_or_unknown_nginx_changes_nothing(
    known: bool, healthy: dict[HopKind, Hop], config: RegistryConfig, tmp_path: Path
) -> None:
    walked = walk(*healthy.values())
    given = nginx(tmp_path, HOST, PROTO, SIZE) if known else Absent("no nginx")

    assert with_foreseen(walked, {NginxConfig: given, RegistryConfig: config}) == walked
