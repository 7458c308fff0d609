"""`regdoctor hops` with a URL alone, before a real registry: it blames nobody unseen, and logs in as docker does.

Each proxy breaks, or guards, what the registry behind it would do.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site
from tests.e2e.real_proxies import Proxies

PASSWORD = "correct-horse-battery"
LOGIN = ("--username", "bob", "--password-stdin")
PUSH = ("--push", "--size", "20kB")


@pytest.fixture
def processes() -> Iterator[Processes]:
    """What a test starts is stopped when it ends."""
    started = Processes()
    try:
        yield started
    finally:
        started.stop_all()


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    """A file with bob's password."""
    path = tmp_path / "htpasswd"
    words = [str(find_program("htpasswd")), "-B", "-C", "4", "-i", "-c", str(path), "bob"]
    subprocess.run(words, input=PASSWORD, text=True, check=True, capture_output=True, timeout=20)
    return path


@pytest.fixture
def plain_passwords(tmp_path: Path) -> Path:
    """The same for nginx and Apache, which not everywhere read bcrypt."""
    path = tmp_path / "htpasswd-apr1"
    words = [str(find_program("htpasswd")), "-m", "-i", "-c", str(path), "bob"]
    subprocess.run(words, input=PASSWORD, text=True, check=True, capture_output=True, timeout=20)
    path.chmod(0o644)
    return path


@pytest.fixture
def site(tmp_path: Path, lone_registry: LoneRegistry, processes: Processes) -> Site:
    """A site of which nothing runs yet."""
    return Site(tmp_path, processes, lone_registry)


def hops(folder: Path, *words: str, code: int, password: str = PASSWORD) -> dict[str, Any]:
    """The document of a walk, which must end with this code."""
    ca_file = ("--ca-file", str(folder / "server.crt")) if (folder / "server.crt").exists() else ()
    done = warm_runs.run(
        ["hops", *words, *ca_file, "--format", "json"],
        stdin=password if "--password-stdin" in words else "",
        environment={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert password not in done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def guarded(registry: LoneRegistry, passwords: Path) -> None:
    """Start the registry with accounts."""
    registry.serve(f"auth: {{htpasswd: {{realm: here, path: {passwords}}}}}\n")


def test_a_login_that_nginx_drops_is_not_laid_at_the_registrys_door(site: Site, passwords: Path) -> None:
    guarded(site.registry, passwords)
    site.front({"login": 'proxy_set_header Authorization "";'})

    alone = hops(site.folder, site.url, *LOGIN, code=1)["verdict"]
    told = hops(site.folder, site.url, *LOGIN, "--upstream", site.registry.url, code=1)["verdict"]

    assert not alone["certain"]
    assert alone["sentence"].startswith(
        "The 401 starts at the registry, which refuses the login, or at a proxy that loses it on the way"
    )
    assert told["certain"]
    assert told["sentence"].startswith("The 401 starts at the proxy; ")


@pytest.mark.parametrize("host", ["proxy_set_header Host $host;", None])
def test_a_wrong_host_header_of_nginx_is_not_laid_at_the_registrys_door(site: Site, host: str | None) -> None:
    site.registry.serve()
    site.front({"Host": host})

    alone = hops(site.folder, site.url, *PUSH, code=1)["verdict"]
    told = hops(site.folder, site.url, *PUSH, "--upstream", site.registry.url, code=1)["verdict"]

    assert alone["sentence"].startswith(
        "The push breaks at the proxy (its Host or X-Forwarded-Proto) or by the registry's http.host: Location leads "
    )
    assert (alone["starts_at"], alone["certain"]) == ("public", False)
    assert told["sentence"].startswith("The push breaks at the proxy: ")
    assert (told["starts_at"], told["certain"]) == ("public", True)


def test_a_wrong_http_host_is_told_by_the_registrys_own_port(site: Site) -> None:
    site.registry.serve("http: {addr: '127.0.0.1:@PORT', host: 'http://wrong.example.com'}\n")
    site.front()

    said = hops(site.folder, site.url, *PUSH, "--upstream", site.registry.url, code=1)["verdict"]

    assert said["sentence"].startswith("The push breaks at the registry, by its http.host: ")
    assert said["starts_at"] == "registry"


def test_a_push_that_did_not_take_place_is_the_first_thing_said(site: Site, passwords: Path) -> None:
    guarded(site.registry, passwords)
    site.front()

    said = hops(site.folder, site.url, *PUSH, code=3)["verdict"]

    assert said["result"] == "nothing"
    assert said["sentence"].startswith(
        "Nothing was pushed: the registry wants a login (--username, --password-stdin); "
    )


@pytest.mark.parametrize("proxy", ["nginx", "haproxy", "apache"])
def test_the_login_goes_to_a_proxy_that_guards_an_open_registry(
    proxy: str, site: Site, plain_passwords: Path, tmp_path: Path, processes: Processes
) -> None:
    site.registry.serve(
        "storage: {filesystem: {rootdirectory: @DATA}, delete: {enabled: true}}\n".replace("@DATA", f"{tmp_path}/data")
    )
    proxies = Proxies(tmp_path, processes)
    if proxy == "nginx":
        site.front({"realm": "auth_basic closed;", "file": f"auth_basic_user_file {plain_passwords};"})
        url = site.url
    elif proxy == "haproxy":
        url = proxies.haproxy(site.registry.port, "http-request auth unless { req.hdr(Authorization) -m found }")
    else:
        url = proxies.apache(
            site.registry.port,
            "AuthType Basic",
            "AuthName closed",
            f"AuthUserFile {plain_passwords}",
            "Require valid-user",
        )

    document = hops(tmp_path, url, *LOGIN, *PUSH, code=0)

    assert document["asked_as"] == "as bob"
    assert [push["succeeded"] for push in document["hops"][0]["pushes"]] == [True, True]
    left = " ".join(document["hops"][0]["pushes"][0]["left"])
    assert "`registry garbage-collect /etc/docker/registry/config.yml`" in left
    assert "not all that was pushed is gone" in document["verdict"]["sentence"]
    wrong = "wrong-" + PASSWORD
    if proxy != "haproxy":
        assert hops(tmp_path, url, *LOGIN, code=1, password=wrong)["verdict"]["sentence"].startswith(
            "The 401 starts at "
        )


def test_images_that_stay_are_in_the_first_line_with_whole_commands(site: Site) -> None:
    site.registry.serve()
    site.front()

    document = hops(site.folder, site.url, *PUSH, code=0)

    assert "2 images stay in the registry: see below" in document["verdict"]["sentence"]
    for push in document["hops"][0]["pushes"]:
        (line,) = push["left"]
        assert "`skopeo delete docker://localhost:" in line
        assert "`registry garbage-collect /etc/docker/registry/config.yml`" in line
