"""Who reaches a registry is told by published ports and by what a proxy asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.registry_reach import own_services, published_ports, routes_that_ask
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.injection import Absent
from regdoctor.probes.compose_file import compose_file
from regdoctor.probes.nginx_config import nginx_config

NONE = Absent("there is none", applicable=False)
COMPOSE = """services:
  one:
    image: registry:2.8.3
    ports: ['127.0.0.1:5000:5000', '6000:5000', '5001:5001']
  two:
    image: registry:2.8.3
    environment: {REGISTRY_HTTP_ADDR: ':8000'}
    ports: ['8000']
"""


@pytest.fixture
def project(tmp_path: Path) -> ComposeFile:
    """Two registries, each with ports of its own."""
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    found = compose_file.gather(Installation(tmp_path, Dialect.COMPOSE, live=False))
    assert isinstance(found, ComposeFile)
    return found


def test_the_ports_that_lead_to_the_registry_are_those_of_its_own_address(project: ComposeFile) -> None:
    reached = []
    for registry in project.registries:
        assert registry.config is not None
        services = own_services(registry.config, project)
        assert [service.name for service in services] == [registry.service.name]
        reached.append([(port.host_ip, port.published) for port in published_ports(registry.config, services)])
        assert own_services(registry.config, NONE) == ()

    assert reached == [[("127.0.0.1", "5000"), ("", "6000")], [("", "")]]


@pytest.mark.parametrize(
    ("server", "location", "asks"),
    [
        ("", "auth_basic Registry;", True),
        ("auth_basic Registry;", "", True),
        ("auth_basic Registry;", "auth_basic off;", False),
        ("", "auth_basic $realm;", False),
        ("", "", False),
    ],
)
def test_a_route_asks_where_basic_authentication_is_on(
    tmp_path: Path, project: ComposeFile, server: str, location: str, asks: bool
) -> None:
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"events {{}}\nhttp {{ server {{ listen 80; {server}\n"
        f"location /v2/ {{ {location} proxy_pass http://one:5000; }} }} }}\n"
    )
    named = {FileKind.NGINX: (file,)}
    nginx = nginx_config.gather(Installation(tmp_path, Dialect.COMPOSE, live=False, named=named))
    config = project.registries[0].config
    assert config is not None

    routes, all_ask = routes_that_ask(nginx, config, NONE)
    assert (len(routes), all_ask) == (1, asks)
    assert routes_that_ask(NONE, config, NONE) == ((), False)
