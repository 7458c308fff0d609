"""`regdoctor token request` at a real registry: several scopes, reads, the OAuth2 form, and stored logins."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.token_realm import IDENTITY, ISSUER, PASSWORD, SERVICE, Realm, serving, shown_secrets
from tests.conftest import _pair
from tests.e2e.lone_registry import LoneRegistry

SCHEMA = json.loads(resources.files("regdoctor.tokens").joinpath("token-1.schema.json").read_text("utf-8"))
BY_HAND = ("--username", "me", "--password-stdin")


@pytest.fixture
def realm() -> Iterator[Realm]:
    with serving() as service:
        yield service


@pytest.fixture
def registry(realm: Realm, tmp_path: Path) -> Iterator[Callable[..., LoneRegistry]]:
    """Starts docker-registry with the realm at this host of loopback."""
    alone = LoneRegistry(tmp_path / "registry")
    (tmp_path / "bundle.crt").write_bytes(_pair(0)[0])

    def start(host: str = "127.0.0.1") -> LoneRegistry:
        trusted = f"service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {tmp_path}/bundle.crt"
        alone.serve(f"auth: {{token: {{realm: 'http://{host}:{realm.port}/auth', {trusted}}}}}\n")
        return alone

    yield start
    alone.stop()


@pytest.fixture
def request_by(spawn: Callable[..., Any], realm: Realm, tmp_path: Path) -> Callable[..., Any]:
    """Runs `token request` in a home of its own; whatever it writes is searched for secrets."""

    def run(registry: LoneRegistry, *words: str, password: str = PASSWORD) -> Any:
        home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}
        ended = spawn("token", "request", registry.url, *words, stdin=f"{password}\n", env=home)
        assert "Traceback" not in ended.err
        assert shown_secrets(ended.out + ended.err, realm) == []
        return ended

    return run


def store(folder: Path, registry: LoneRegistry, **entry: str) -> None:
    """Writes docker's config.json with this entry for the registry."""
    (folder / "docker").mkdir()
    name = registry.url.removeprefix("http://")
    (folder / "docker/config.json").write_text(json.dumps({"auths": {name: entry}}))


def test_each_scope_is_held_against_what_was_granted_and_what_can_be_pulled_is_read(
    registry: Callable[..., LoneRegistry], realm: Realm, request_by: Callable[..., Any]
) -> None:
    realm.grants = {"group/new": ("pull", "push"), "group/base": ("pull",)}
    alone = registry()
    ended = request_by(alone, "group/new:pull,push", "group/base", *BY_HAND)
    said = " ".join(ended.out.split())

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("The registry accepts this token.\n")
    assert "scope asked for pull,push on group/new; granted pull,push" in said
    assert "scope asked for pull on group/base; granted pull" in said
    assert f"GET {alone.url}/v2/group/new/tags/list?n=1 → 404" in said
    assert said.count("NAME_UNKNOWN, no such repository yet; the token was accepted for it") == 2
    assert realm.asked == [("GET", f"me:{PASSWORD}")]


def test_less_than_was_asked_for_is_exit_code_1_and_said_first(
    registry: Callable[..., LoneRegistry], realm: Realm, request_by: Callable[..., Any]
) -> None:
    realm.grants = {"group/new": ("pull", "push"), "group/base": ("pull",), "catalog": ("*",)}
    words = ("group/new:pull,push", "group/base:pull,push", "other", "registry:catalog:*", *BY_HAND)
    ended = request_by(registry(), *words, "--format", "json")
    document = json.loads(ended.out)

    less = "pull of pull,push on group/base, nothing of pull on other"
    jsonschema.validate(document, SCHEMA)
    assert ended.code == 1
    assert document["sentence"] == f"The registry accepts this token; less was granted than asked for: {less}"
    assert [scope["missing"] for scope in document["request"]["scopes"]] == [[], ["push"], ["pull"], []]
    assert "_catalog?n=1 → 200" in document["request"]["walked"][-1]
    assert not any("/v2/other/" in line for line in document["request"]["walked"])
    assert document["request"]["closed"] == []


def test_more_scopes_than_a_request_takes_are_refused(nobody: str, regdoctor: Callable[..., Any]) -> None:
    ended = regdoctor("token", "request", nobody, *(f"a/b{number}" for number in range(17)))
    assert (ended.code, ended.out) == (2, "")
    assert "17 scopes: one request takes at most 16" in ended.err


def test_an_identity_token_that_is_stored_goes_by_the_form_and_is_not_shown(
    registry: Callable[..., LoneRegistry], realm: Realm, request_by: Callable[..., Any], tmp_path: Path
) -> None:
    realm.grants = {"group/project": ("pull",)}
    alone = registry()
    store(tmp_path, alone, auth=base64.b64encode(b"me:").decode(), identitytoken=IDENTITY)
    ended = request_by(alone, "group/project")
    said = " ".join(ended.out.split())

    assert (ended.code, realm.asked) == (0, [("POST", IDENTITY)])
    assert f"with the identity token in {tmp_path}/docker/config.json" in said

    realm.knows_form = False
    ended = request_by(alone, "group/project")
    assert (ended.code, ended.out) == (3, "")
    assert "it seems to know no OAuth2 form, as GitLab's token service does not" in ended.err


def test_a_refresh_token_is_asked_for_by_name_and_is_not_shown(
    registry: Callable[..., LoneRegistry], realm: Realm, request_by: Callable[..., Any]
) -> None:
    realm.grants = {"group/project": ("pull",)}
    ended = request_by(registry(), "group/project", "--refresh-token", *BY_HAND)

    assert (ended.code, realm.asked) == (0, [("POST", f"me:{PASSWORD}")])
    assert "refresh token      one came with it, and was not kept" in ended.out
    assert "refresh token" not in request_by(registry(), "group/project", "--oauth2", *BY_HAND).out


def test_a_stored_login_is_used_unless_anonymous_is_asked_for(
    registry: Callable[..., LoneRegistry], realm: Realm, request_by: Callable[..., Any], tmp_path: Path
) -> None:
    realm.grants = {"group/project": ("pull",)}
    alone = registry()
    store(tmp_path, alone, auth=base64.b64encode(f"me:{PASSWORD}".encode()).decode())

    ended = request_by(alone, "group/project")
    assert (ended.code, realm.asked.pop()) == (0, ("GET", f"me:{PASSWORD}"))
    assert f"as me ({tmp_path}/docker/config.json)" in " ".join(ended.out.split())

    ended = request_by(alone, "group/project", "--anonymous")
    assert (ended.code, realm.asked.pop()) == (1, ("GET", ""))
    assert "less was granted than asked for: nothing of pull on group/project" in " ".join(ended.out.split())
    assert "without a login" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("password", {"auth": base64.b64encode(f"me:{PASSWORD}".encode()).decode()}),
        ("identity token", {"auth": base64.b64encode(b"me:").decode(), "identitytoken": IDENTITY}),
    ],
)
def test_what_is_stored_does_not_go_to_another_host_without_tls_but_by_name(
    registry: Callable[..., LoneRegistry],
    realm: Realm,
    request_by: Callable[..., Any],
    tmp_path: Path,
    kind: str,
    entry: dict[str, str],
) -> None:
    realm.grants = {"group/project": ("pull",)}
    alone = registry("localhost")
    store(tmp_path, alone, **entry)

    ended = request_by(alone, "group/project")
    assert (ended.code, ended.out, realm.asked) == (3, "", [])
    assert f"the {kind} was not sent: the realm http://localhost:{realm.port} is not HTTPS" in ended.err
    assert "--send-credentials-to localhost would send it there in clear" in ended.err

    ended = request_by(alone, "group/project", "--send-credentials-to", "localhost")
    assert (ended.code, len(realm.asked)) == (0, 1)


def registry_that_greets_none(port: int) -> type[BaseHTTPRequestHandler]:
    """It answers 401 to GET /v2/ of one who did not log in, whatever the token, and lets the token pull: as Harbor."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            opened = self.path.startswith("/v2/group/project/") and "Authorization" in self.headers
            self.send_response(200 if opened else 401)
            self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            if not opened:
                realm = f'Bearer realm="http://127.0.0.1:{port}/auth",service="{SERVICE}"'
                self.send_header("WWW-Authenticate", realm)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    return Handler


def test_an_anonymous_token_that_pulls_is_not_called_refused(spawn: Callable[..., Any], realm: Realm) -> None:
    realm.grants, realm.open = {"group/project": ("pull",)}, True
    with ThreadingHTTPServer(("127.0.0.1", 0), registry_that_greets_none(realm.port)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        at = f"http://127.0.0.1:{server.server_port}"
        pulled = spawn("token", "request", at, "group/project", "--anonymous")
        closed = spawn("token", "request", at, "group/other", "--anonymous")
        server.shutdown()
        thread.join(10)

    assert (pulled.code, pulled.err) == (0, "")
    assert pulled.out.startswith("The registry accepts this token.\n")
    # Nothing was granted, and nothing of this is the token's own fault.
    assert closed.code == 1
    assert "refuses this token" not in closed.out.splitlines()[0]
    assert "nothing of pull on group/other" in " ".join(closed.out.split())
