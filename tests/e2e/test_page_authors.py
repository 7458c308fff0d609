"""Real proxies and a real registry write answers, and each is told from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.evidence.proxied_answers import refused_by, written_by
from regdoctor.http import Http, TrustedCAs
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import UPLOADS, Site
from tests.e2e.real_proxies import Proxies

DOOR = Http(TrustedCAs())
HTPASSWD = "auth: {{htpasswd: {{realm: here, path: {folder}/htpasswd}}}}\n"
LARGE = [("X-Large", "x" * 30_000)]


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Whatever a test starts with them is stopped."""
    running = Processes()
    yield running
    running.stop_all()


@pytest.fixture
def proxies(tmp_path: Path, processes: Processes) -> Proxies:
    """None of them runs yet."""
    return Proxies(tmp_path, processes)


def nobody() -> int:
    """A port where nobody listens."""
    return free_ports(1)[0]


@pytest.mark.parametrize(
    ("lines", "method", "body", "status"),
    [
        ({"size": "client_max_body_size 1;"}, "POST", b"more than one", 413),
        ({"more": "return 405;"}, "POST", b"", 405),
        ({"pass": "proxy_pass http://127.0.0.1:9;"}, "GET", b"", 502),
        ({"more": "deny all;"}, "GET", b"", 403),
        ({"more": "return 301 /elsewhere;"}, "POST", b"", 301),
    ],
)
def test_nginx_signs_its_pages(
    tmp_path: Path,
    lone_registry: LoneRegistry,
    processes: Processes,
    lines: dict[str, str],
    method: str,
    body: bytes,
    status: int,
) -> None:
    site = Site(tmp_path, processes, lone_registry)
    site.front(lines)

    answer = DOOR.send(method, f"{site.url}/v2/a", body=body, verify=False)

    author = refused_by(answer)
    assert answer.status == status
    assert author is not None
    assert author.name == "nginx"
    assert author.because.startswith("<hr><center>nginx/")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v2/", 401), ("HEAD", "/v2/", 401), ("POST", UPLOADS, 401)]
)
def test_what_nginx_passes_on_is_the_registrys(
    tmp_path: Path, lone_registry: LoneRegistry, processes: Processes, method: str, path: str, status: int
) -> None:
    lone_registry.serve(HTPASSWD.format(folder=lone_registry.folder))
    site = Site(tmp_path, processes, lone_registry)
    site.front()

    answer = DOOR.send(method, f"{site.url}{path}", verify=False)

    author = written_by(answer)
    assert answer.status == status
    assert (answer.header("Server") or "").startswith("nginx")
    assert author is not None
    assert author.is_registry


@pytest.mark.parametrize("path", ["/v2/a/manifests/none", "/v2/a/nothing/there", "/v2/A/tags/list"])
def test_a_404_of_the_registry_is_its_own_behind_every_proxy(
    lone_registry: LoneRegistry, proxies: Proxies, path: str
) -> None:
    lone_registry.serve()

    for start in (proxies.haproxy, proxies.apache, proxies.squid):
        answer = DOOR.send("GET", f"{start(lone_registry.port)}{path}")
        author = written_by(answer)
        assert answer.status == 404
        assert author is not None
        assert author.is_registry


def test_an_html_page_with_the_registrys_header_is_still_nginxs(
    tmp_path: Path, lone_registry: LoneRegistry, processes: Processes
) -> None:
    site = Site(tmp_path, processes, lone_registry)
    site.front({"more": "add_header Docker-Distribution-Api-Version registry/2.0 always;", "stop": "deny all;"})

    author = refused_by(DOOR.send("GET", f"{site.url}/v2/", verify=False))

    assert author is not None
    assert author.name == "nginx"


def haproxy_403(proxies: Proxies) -> str:
    return proxies.haproxy(nobody(), "http-request deny")


def apache_401(proxies: Proxies) -> str:
    return proxies.apache(nobody(), "AuthType Basic", "AuthName here", "Require valid-user")


def apache_403(proxies: Proxies) -> str:
    return proxies.apache(nobody(), "Require all denied")


def apache_405(proxies: Proxies) -> str:
    return proxies.apache(nobody(), "AllowMethods GET")


def apache_413(proxies: Proxies) -> str:
    return proxies.apache(nobody(), "RewriteEngine on", "RewriteRule ^ - [R=413,L]")


@pytest.mark.parametrize(
    ("start", "headers", "status", "name"),
    [
        (lambda proxies: proxies.haproxy(nobody()), [], 503, "HAProxy"),
        (lambda proxies: proxies.haproxy(nobody()), LARGE, 400, "HAProxy"),
        (haproxy_403, [], 403, "HAProxy"),
        (apache_401, [], 401, "Apache"),
        (apache_403, [], 403, "Apache"),
        (apache_405, [], 405, "Apache"),
        (apache_413, [], 413, "Apache"),
        (lambda proxies: proxies.apache(nobody()), [], 503, "Apache"),
        (lambda proxies: proxies.apache(nobody()), LARGE, 400, "Apache"),
        (lambda proxies: proxies.squid(nobody()), [], 502, "squid"),
    ],
)
def test_each_proxy_is_known_by_its_page(
    proxies: Proxies,
    start: Callable[[Proxies], str],
    headers: list[tuple[str, str]],
    status: int,
    name: str,
) -> None:
    answer = DOOR.send("POST", f"{start(proxies)}/v2/", headers=headers, body=b"two")

    author = refused_by(answer)

    assert answer.status == status
    assert author is not None
    assert author.name == name
