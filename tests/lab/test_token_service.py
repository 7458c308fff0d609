"""The token service as a program: what it answers to whom."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from regdoctor.distribution.tokens import read_token
from regdoctor.lab import servers
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.client import Answer, send
from regdoctor.lab.layout import Tree, write_tree
from regdoctor.lab.login import USERS, write_logins
from regdoctor.lab.material import new_material
from regdoctor.lab.object_store import Identity
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.settings import Ports, Settings

SCOPE = "repository:gitlab-org/lab:pull,push"


@dataclass
class Service:
    url: str
    tree: Tree
    log: Path
    password: str

    def ask(self, query: str, *, password: str | None = None) -> Answer:
        headers = {}
        if password is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"lab:{password}".encode()).decode()
        return self.send("GET", f"/jwt/auth?service=container_registry&{query}", headers=headers)

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        trust = ssl.create_default_context(cafile=str(self.tree.ca_file))
        return send(method, self.url + path, headers=headers, body=body, trust=trust)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("lab")
    tree, material, processes = Tree(folder / "root"), new_material(), Processes()
    settings = Settings(Ports(*free_ports(6)), "images", "http://127.0.0.1:9", "127.0.0.1:1", "127.0.0.1:2")
    write_tree(tree, settings, material, Identity("key", "secret"))
    write_logins(folder, settings, material)
    try:
        gitlab = servers.start_gitlab(processes, tree, folder, settings, folder / USERS)
        gitlab.wait_ready(lambda: servers.listens(settings.ports.gitlab))
        yield Service(settings.gitlab_url, tree, gitlab.log, material.password)
    finally:
        processes.stop_all()


def test_a_user_gets_what_was_asked_signed_by_gitlabs_key(service: Service) -> None:
    answer = service.ask(f"scope={SCOPE}", password=service.password)

    token = read_token(json.loads(answer.body)["token"])
    assert (token.issuer, token.audience, token.algorithm) == (
        "omnibus-gitlab-issuer",
        ("container_registry",),
        "RS256",
    )
    assert [access.scope for access in token.access] == [SCOPE]
    assert token.subject == "lab"
    assert not token.x5c


def test_it_says_to_be_nginx_without_a_space_after_it(service: Service) -> None:
    assert service.ask("").headers["server"] == "nginx"


def test_a_wrong_password_is_forbidden(service: Service) -> None:
    answer = service.ask(f"scope={SCOPE}", password="wrong")

    assert answer.status == 403
    assert json.loads(answer.body) == {"errors": [{"code": "DENIED", "message": "access forbidden"}]}


@pytest.mark.parametrize("query", ["service=registry.example.com", "service=", "scope=registry:catalog:*"])
def test_a_service_that_gitlab_does_not_know_is_not_found(service: Service, query: str) -> None:
    answer = service.send("GET", f"/jwt/auth?{query}")

    assert (answer.status, answer.body) == (404, b"")


def test_who_is_nobody_gets_a_token_without_access(service: Service) -> None:
    answer = service.ask(f"scope={SCOPE}")

    assert answer.status == 200
    assert read_token(json.loads(answer.body)["token"]).access == ()


def test_the_oauth2_form_is_taken_too(service: Service) -> None:
    form = {
        "grant_type": "password",
        "username": "lab",
        "password": service.password,
        "service": "container_registry",
        "scope": SCOPE,
    }

    answer = service.send("POST", "/jwt/auth", body=urlencode(form).encode())

    assert [access.scope for access in read_token(json.loads(answer.body)["token"]).access] == [SCOPE]


def test_the_key_is_read_at_each_request(service: Service) -> None:
    before = read_token(json.loads(service.ask("").body)["token"]).kid
    path = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
    service.tree.write(path, signing_pair().key, owner="git", mode=0o600)

    after = read_token(json.loads(service.ask("").body)["token"]).kid

    assert before != after


@pytest.mark.parametrize("content", [None, "no key"])
def test_without_a_usable_key_it_answers_as_rails_does(service: Service, content: str | None) -> None:
    kept = service.tree.signing_key.read_text()
    path = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
    if content is None:
        service.tree.signing_key.unlink()
    else:
        service.tree.write(path, content, owner="git", mode=0o600)
    try:
        answer = service.ask("")
    finally:
        service.tree.write(path, kept, owner="git", mode=0o600)

    assert answer.status == 500
    assert b"Whoops, something went wrong on our end." in answer.body
    logged = "Errno::ENOENT: No such file" if content is None else "OpenSSL::PKey::RSAError"
    assert logged in service.log.read_text()


def test_the_front_page_is_for_people(service: Service) -> None:
    answer = service.send("GET", "/")

    assert answer.status == 200
    assert b"Sign in" in answer.body


def test_the_log_holds_no_password(service: Service) -> None:
    service.ask(f"scope={SCOPE}&password={service.password}", password=service.password)

    assert service.password not in service.log.read_text()
    assert 'Started GET "/jwt/auth"' in service.log.read_text()


@pytest.mark.parametrize("length", ["-1", "none", "999999999"])
def test_a_form_of_a_strange_length_is_refused(service: Service, length: str) -> None:
    answer = service.send("POST", "/jwt/auth", headers={"Content-Length": length}, body=b"")

    assert answer.status == 413
