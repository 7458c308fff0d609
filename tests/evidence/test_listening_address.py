"""A destination is where the registry listens, is elsewhere, or cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.evidence.listening_address import leads_there, listens_at
from regdoctor.formats.located import Place
from regdoctor.formats.nginx_config import Location, NginxConfig
from regdoctor.formats.nginx_destinations import Destination, destinations
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_scopes import Scope
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent

ABSENT = Absent("not looked at")


def _config(addr: str, *, by_image: bool = False) -> RegistryConfig:
    config = parse_registry_config(f"http: {{addr: '{addr}'}}".encode(), "config.yml")
    if not by_image:
        return config
    http = config.tree.entries()["http"]
    listens = replace(http.entries()["addr"], place=Place("registry:2, its own config.yml", layer="default"))
    return replace(config, tree=replace(config.tree, value={"http": replace(http, value={"addr": listens})}))


def _to(url: str) -> Destination:
    place = Place("nginx.conf", 1)
    one = Directive("location", ("/v2/",), place, (Directive("proxy_pass", (url,), place),))
    (found,) = destinations(Location("", "/v2/", one, Scope((), "nginx.conf", True)), NginxConfig((), ()))
    return found


@pytest.mark.parametrize(
    ("addr", "found"),
    [("127.0.0.1:5000", ("127.0.0.1", 5000)), (":5000", ("", 5000)), ("[::]:5000", ("::", 5000)), ("x", None)],
)
def test_the_listening_address_is_read(addr: str, found: tuple[str, int] | None) -> None:
    assert listens_at(_config(addr)) == found
    assert listens_at(ABSENT) is None


@pytest.mark.parametrize(
    ("addr", "url", "leads"),
    [
        ("127.0.0.1:5000", "http://localhost:5000", True),
        ("127.0.0.1:5000", "http://127.0.0.1:9090", False),
        ("127.0.0.1:5000", "http://10.0.0.7:5000", False),
        ("127.0.0.1:5000", "http://$up:5000", None),
        (":5000", "http://hub:5000", None),
        (":5000", "http://10.0.0.7:5000", None),
        (":5000", "http://hub:9090", False),
        (":5000", "http://unix:/run/x.sock", False),
    ],
)
def test_a_destination_is_told(addr: str, url: str, leads: bool | None) -> None:
    assert leads_there(_to(url), _config(addr)) is leads
    assert leads_there(_to(url), ABSENT) is None


@pytest.mark.parametrize(("url", "leads"), [("http://127.0.0.1:5050", None), ("http://app:9090", False)])
def test_the_host_may_publish_a_container_s_port_as_another(url: str, leads: bool | None) -> None:
    assert leads_there(_to(url), _config(":5000", by_image=True)) is leads
