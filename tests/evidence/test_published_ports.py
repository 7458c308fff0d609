"""The ports by which clients come to an nginx in a container."""

from __future__ import annotations

import pytest

from regdoctor.evidence.published_ports import published_tls_ports
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from regdoctor.formats.located import Place
from regdoctor.formats.nginx_config import NginxConfig, nginx_config
from regdoctor.formats.nginx_directives import Directive
from regdoctor.injection import Absent

NONE = Absent("none")


def nginx(*listens: tuple[str, ...]) -> NginxConfig:
    """A server in /srv/proxy/conf.d/registry.conf that listens so."""
    place = Place("/srv/proxy/conf.d/registry.conf", 1)
    inner = tuple(Directive("listen", args, place, None) for args in listens)
    return nginx_config([(place.source, (Directive("server", (), place, inner),))])


def project(*services: str) -> ComposeFile:
    """A project in /srv with these services."""
    text = "services:\n" + "".join(f"  {one}\n" for one in services)
    return parse_compose_file([(text.encode(), "/srv/c.yml")])


FRONT = "nginx: {{image: nginx, ports: [{ports}], volumes: ['{source}:/etc/nginx/conf.d']}}"


def published(compose: ComposeFile, *listens: tuple[str, ...]) -> list[str]:
    """The ports of the host."""
    (server,) = nginx(*(listens or (("443", "ssl"),))).servers
    return [port.published for port in published_tls_ports(server, compose, NONE)]


@pytest.mark.parametrize("source", ["./proxy/conf.d", "./proxy", "proxy/../proxy/conf.d", "/srv/proxy/"])
def test_the_service_is_the_one_that_mounts_the_file_or_a_folder_above_it(source: str) -> None:
    found = published(project(FRONT.format(ports="'5000:443', '80:80'", source=source)))
    assert found == (["5000"] if source.startswith((".", "/")) else [])


def test_a_folder_whose_name_only_begins_alike_is_another() -> None:
    assert published(project(FRONT.format(ports="'5000:443'", source="./prox"))) == []


def test_only_ports_that_take_tls_count() -> None:
    compose = project(FRONT.format(ports="'5000:443', '8080:80'", source="./proxy"))
    assert published(compose, ("80",), ("443", "ssl")) == ["5000"]
    assert published(compose, ("80",)) == []


def test_two_services_with_the_file_tell_nothing() -> None:
    two = FRONT.format(ports="'5000:443'", source="./proxy")
    assert published(project(two, two.replace("nginx:", "other:", 1))) == []


def test_without_a_project_nothing_is_published() -> None:
    (server,) = nginx(("443", "ssl")).servers
    assert published_tls_ports(server, NONE, NONE) == ()
