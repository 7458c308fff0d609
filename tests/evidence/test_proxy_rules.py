"""The registry's locations are told by where they lead, by /v2/, or by the public name; GitLab's own are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.proxy_rules import (
    public_address,
    registry_routes,
    routes_elsewhere,
    serves,
    unplaced_locations,
)
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_addresses import Address, address_of
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probes.nginx_config import read_nginx

ABSENT = Absent("not looked at")
Read = Callable[[str], NginxConfig]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the servers of an nginx."""

    def reading(servers: str) -> NginxConfig:
        path = tmp_path / "nginx.conf"
        path.write_text(f"events {{}}\nhttp {{\n{servers}\n}}\n")
        return read_nginx([path], Installation(tmp_path, Dialect.PLAIN, live=False))

    return reading


def _server(*locations: str, listen: str = "443 ssl", name: str = "registry.example.com") -> str:
    return f"server {{ listen {listen}; server_name {name}; {' '.join(locations)} }}"


def _at(pattern: str, to: str = "http://127.0.0.1:5000") -> str:
    return f"location {pattern} {{ proxy_pass {to}; }}"


def _config(addr: str = "127.0.0.1:5000", more: str = "") -> RegistryConfig:
    return parse_registry_config(f"http: {{addr: '{addr}'{more}}}".encode(), "config.yml")


def _gitlab(port: str = "443", host: str = "registry.example.com") -> GitLabConfig:
    text = f"production: {{gitlab: {{host: gitlab.example.com}}, registry: {{host: {host}, port: {port}}}}}"
    return parse_gitlab_yml(text.encode(), "gitlab.yml")


@pytest.mark.parametrize(
    ("addr", "to"),
    [
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("127.0.0.1:5000", "http://localhost:5000"),
        ("localhost:5000", "http://[::1]:5000"),
        (":5000", "http://127.0.0.1:5000"),
        (":5000", "http://registry:5000"),
        ("0.0.0.0:5000", "http://docker-registry:5000"),
        ("192.0.2.7:5000", "http://192.0.2.7:5000"),
        ("[::1]:5000", "http://[::1]:5000"),
        (":443", "https://127.0.0.1"),
    ],
)
def test_what_leads_to_the_address_is_the_registrys(read: Read, addr: str, to: str) -> None:
    (route,) = registry_routes(read(_server(_at("/", to))), _config(addr), ABSENT)
    assert route.name == "registry.example.com location /"
    assert [quote.quote for quote in route.quotes()] == ["location / {", f"proxy_pass {to};"]


@pytest.mark.parametrize(
    ("addr", "to"),
    [
        ("127.0.0.1:5000", "http://127.0.0.1:8080"),
        ("192.0.2.7:5000", "http://127.0.0.1:5000"),
        ("127.0.0.1:5000", "http://registry:5000"),
        (":5000", "http://flask:5000"),
        (":8181", "http://localhost:8181"),
    ],
)
def test_what_leads_elsewhere_is_not(read: Read, addr: str, to: str) -> None:
    assert registry_routes(read(_server(_at("/", to))), _config(addr), ABSENT) == ()


def test_a_socket_and_an_upstream_are_followed(read: Read) -> None:
    text = "upstream r { server unix:/run/r.sock; }" + _server(_at("/", "http://r"))
    assert len(registry_routes(read(text), _config("/run/r.sock", ", net: unix"), ABSENT)) == 1


@pytest.mark.parametrize("pattern", ["/v2/", "/v2", "^~ /v2/", "= /v2/", "~ ^/v2/", "~* ^/V2/"])
def test_v2_is_the_registrys_wherever_it_leads(read: Read, pattern: str) -> None:
    nginx = read(_server(_at("/", "http://app:80"), _at(pattern, "http://10.0.0.7:80")))
    found = registry_routes(nginx, ABSENT, ABSENT)
    assert [route.destination.authority for route in found] == ["10.0.0.7:80"]


def test_the_location_that_nginx_would_not_choose_is_none(read: Read) -> None:
    nginx = read(_server(_at("/"), _at("/v2/"), _at("/v2/_catalog"), _at("~ \\.html$"), _at("@named")))
    found = registry_routes(nginx, _config(), ABSENT)
    assert [route.location.pattern for route in found] == ["/v2/", "/v2/_catalog"]
    caught = read(_server(_at("/v2/"), _at("~ ^/v2/")))
    assert [route.location.modifier for route in registry_routes(caught, ABSENT, ABSENT)] == ["~"]
    kept = read(_server(_at("^~ /v2/"), _at("~ ^/v2/")))
    assert "^~" in [route.location.modifier for route in registry_routes(kept, ABSENT, ABSENT)]


def test_the_public_name_is_the_registrys(read: Read) -> None:
    nginx = read(_server(_at("/", "http://10.0.0.7:80")))
    assert len(registry_routes(nginx, ABSENT, _gitlab())) == 1
    assert registry_routes(nginx, ABSENT, _gitlab(host="other.example.com")) == ()


@pytest.mark.parametrize(
    "to", ["http://gitlab-workhorse", "http://unix:/var/opt/gitlab/gitlab-workhorse/socket", "http://127.0.0.1:8181"]
)
def test_workhorse_is_gitlabs(read: Read, to: str) -> None:
    assert registry_routes(read(_server(_at("/", to), name="gitlab.example.com")), ABSENT, _gitlab()) == ()
    same = _gitlab(host="gitlab.example.com")
    assert registry_routes(read(_server(_at("/", to), name="gitlab.example.com")), ABSENT, same) == ()


def test_a_costly_expression_is_not_tried(read: Read) -> None:
    nginx = read(_server(_at("~ ^/((v2/)+)+$"), _at("~ ^((a+)+)+$")))
    assert [route.location.pattern for route in registry_routes(nginx, _config(), ABSENT)] == ["^/((v2/)+)+$"]


@pytest.mark.parametrize("pattern", ["/v2/users", "~ /v2/", "~ ^/(v1|v2)/", "~ ^/v2/users", "~ v2", "~ ^/((v2/)+)+$"])
def test_what_only_has_v2_in_it_is_not_the_registrys(read: Read, pattern: str) -> None:
    assert registry_routes(read(_server(_at(pattern, "http://10.0.0.7:80"))), ABSENT, ABSENT) == ()


def test_what_is_below_v2_is_the_registrys_where_it_leads_to_the_same_place(read: Read) -> None:
    to = "http://10.0.0.7:80"
    nginx = read(_server(_at("/v2/", to), _at("/v2/_catalog", to), _at("/v2/users", "http://10.0.0.8:80")))
    found = registry_routes(nginx, ABSENT, ABSENT)
    assert [route.location.pattern for route in found] == ["/v2/", "/v2/_catalog"]


@pytest.mark.parametrize("pattern", ["/v2/", "^~ /v2/", "/v2/users", "~ ^/v2/"])
def test_v2_of_another_application_is_none_where_the_registry_listens_elsewhere(read: Read, pattern: str) -> None:
    nginx = read(_server(_at(pattern, "http://127.0.0.1:9090"), name="api.example.com"))
    assert registry_routes(nginx, _config(), ABSENT) == ()
    assert registry_routes(nginx, _config(":5000"), ABSENT) == ()
    assert registry_routes(nginx, _config(), _gitlab()) == ()


def test_a_proxy_before_a_proxy_is_told_by_the_public_name_and_port(read: Read) -> None:
    nginx = read(_server(_at("/v2/", "http://127.0.0.1:9090")))
    assert len(registry_routes(nginx, _config(), _gitlab())) == 1
    assert registry_routes(nginx, _config(), _gitlab("5050")) == ()


@pytest.mark.parametrize(("name", "number"), [("api.example.com", 0), ("_", 1), ("*.example.com", 1)])
def test_where_the_public_name_is_known_another_one_is_not_the_registrys(read: Read, name: str, number: int) -> None:
    nginx = read(_server(_at("/v2/", "http://10.0.0.7:80"), name=name))
    assert len(registry_routes(nginx, ABSENT, _gitlab())) == number


def test_a_variable_that_may_be_anything_leaves_v2_open(read: Read) -> None:
    many = "map $host $up { " + " ".join(f"h{index} 10.0.0.{index};" for index in range(400)) + " }"
    elsewhere = registry_routes(read(many + _server(_at("/", "http://$up"))), _config(), ABSENT)
    assert elsewhere == ()
    with pytest.raises(UndecidedError, match="more than 300"):
        registry_routes(read(many + _server(_at("/v2/", "http://$up"))), _config(), ABSENT)


def test_more_routes_than_any_registry_has_are_not_judged(read: Read) -> None:
    servers = "".join(_server(_at("/v2/"), name=f"a{index}.example.com") for index in range(501))
    with pytest.raises(UndecidedError, match="more than 500 locations"):
        registry_routes(read(servers), _config(), ABSENT)


def test_a_path_that_is_not_the_registrys_is_told_apart(read: Read) -> None:
    nginx = read(_server(_at("/registry/")))
    assert registry_routes(nginx, _config(), ABSENT) == ()
    assert [route.location.pattern for route in routes_elsewhere(nginx, _config(), ABSENT)] == ["/registry/"]


@pytest.mark.parametrize(("port", "scheme"), [("443", "https"), ("80", "http"), ("5050", None)])
def test_the_public_address_is_gitlabs_word(read: Read, port: str, scheme: str | None) -> None:
    public = public_address(_gitlab(port))
    assert public is not None
    assert (public.host, public.port, public.scheme) == ("registry.example.com", int(port), scheme)
    assert len(public.said_by) == 2
    (server,) = read(_server(_at("/"))).servers
    assert serves(server, public) is (port != "5050")


def test_without_gitlab_nothing_says_it() -> None:
    assert public_address(ABSENT) is None
    assert public_address(_gitlab(port="eighty")) is None


@pytest.mark.parametrize(
    ("name", "to", "sign"),
    [
        ("git.example.com", "http://localhost:5000", "it leads to port 5000"),
        ("registry.example.com", "http://10.0.0.7:8080", "its server is called registry.example.com"),
        ("git.example.com", "http://10.0.0.7:8080", None),
        ("registry.example.com", "http://gitlab-workhorse", None),
    ],
)
def test_in_a_site_file_by_itself_port_and_name_are_the_signs(
    tmp_path: Path, name: str, to: str, sign: str | None
) -> None:
    path = tmp_path / "registry-ssl"
    path.write_text(_server(_at("/", to), name=name))
    named = Installation(None, Dialect.PLAIN, live=False, named={FileKind.NGINX: (path,)})
    alone = read_nginx([path], named)
    assert [route.taken_for for route in registry_routes(alone, ABSENT, ABSENT)] == ([sign] if sign else [])
    unplaced = [route.name for route in unplaced_locations(alone, ABSENT, ABSENT)]
    assert unplaced == ([] if sign or "workhorse" in to else [f"{name} location /"])
    assert unplaced_locations(alone, _config("10.0.0.9:5009"), ABSENT) == ()
    beside_a_configuration = registry_routes(alone, _config("10.0.0.9:5009"), ABSENT)
    assert beside_a_configuration == ()
    of_a_host = read_nginx([path], Installation(tmp_path, Dialect.PLAIN, live=False))
    assert registry_routes(of_a_host, ABSENT, ABSENT) == ()
    assert unplaced_locations(of_a_host, ABSENT, ABSENT) == ()


def test_the_servers_of_an_upstream_are_read_once_for_all_that_lead_there(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(text: str, port: int, directive: Directive) -> Address:
        made.append(text)
        return address_of(text, port, directive)

    monkeypatch.setattr("regdoctor.formats.nginx_destinations.address_of", counted)
    servers = " ".join(f"server 10.0.0.{index}:80;" for index in range(50))
    locations = [_at(f"/v2/{index}", "http://u") for index in range(200)]
    nginx = read(f"upstream u {{ {servers} }}" + _server(*locations))
    assert registry_routes(nginx, _config(), ABSENT) == ()
    assert len(made) == 50
