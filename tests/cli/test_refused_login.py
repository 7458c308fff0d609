"""A wrong password is sent once in a run: a few tries lock an account, or get an address banned for an hour."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

RUNS = [
    ("check", "auth"),
    ("check", "auth", "--repository", "group/new", "--mount-from", "group/base", "--allow-writes"),
    ("check", "all", "--repository", "group/new", "--allow-writes"),
    ("hops",),
    ("hops", "--push", "--repository", "group/new"),
]
"""Without the registry."""
UNAUTHORIZED = b'{"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}'


@dataclass
class Refusing:
    """A registry, and a token service beside it, by which no login is any good."""

    port: int
    scheme: str = "bearer"
    takes: bool = False
    """Whether the registry takes the password after all."""
    logins: list[str] = field(default_factory=list)
    """The requests that carried one."""

    @property
    def url(self) -> str:
        """The registry's."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def challenge(self) -> str:
        """As the registry writes it."""
        if self.scheme == "basic":
            return 'Basic realm="registry"'
        return f'Bearer realm="{self.url}/token",service="svc"'


@pytest.fixture
def refusing() -> Iterator[Callable[[str], Refusing]]:
    """Starts registries."""
    started: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(scheme: str) -> Refusing:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                has_login = self.headers.get("Authorization", "").startswith("Basic ")
                if has_login:
                    registry.logins.append(f"{self.command} {self.path}")
                self.send_response_only(200 if has_login and registry.takes else 401)
                self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
                self.send_header("WWW-Authenticate", registry.challenge)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(UNAUTHORIZED)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else UNAUTHORIZED)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        registry = Refusing(server.server_port, scheme)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        started.append((server, thread))
        return registry

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def examine(spawn: Callable[..., Any]) -> Callable[..., str]:
    """Runs a command with a wrong login, and gives what it wrote."""

    def run(words: tuple[str, ...], registry: Refusing, *more: object) -> str:
        where = ("--registry", registry.url) if words[0] == "check" else (registry.url,)
        ended = spawn(*words, *where, *more, "--username", "me", "--password-stdin", stdin="wrong-password-7Q\n")
        assert "Traceback" not in ended.err
        return " ".join(f"{ended.out} {ended.err}".split())

    return run


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_a_login_that_the_token_service_refuses_arrives_once(
    words: tuple[str, ...], refusing: Callable[[str], Refusing], examine: Callable[..., str]
) -> None:
    registry = refusing("bearer")
    said = examine(words, registry)
    assert registry.logins == ["GET /token?service=svc"]
    assert words[0] == "hops" or "The token service refuses the login" in said


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_a_login_that_the_registry_refuses_arrives_once(
    words: tuple[str, ...], refusing: Callable[[str], Refusing], examine: Callable[..., str]
) -> None:
    registry = refusing("basic")
    said = examine(words, registry)
    assert registry.logins == ["GET /v2/"]
    assert words[0] == "hops" or "The registry refuses the login of me" in said


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
@pytest.mark.parametrize("is_lost", [False, True], ids=["wrong", "lost on the way"])
def test_where_the_registrys_own_port_is_at_hand_it_arrives_there_too(
    words: tuple[str, ...],
    is_lost: bool,
    refusing: Callable[[str], Refusing],
    examine: Callable[..., str],
    tmp_path: Path,
) -> None:
    # Only that tells a header that is lost on the way from a wrong password.
    public, own = refusing("basic"), refusing("basic")
    own.takes = is_lost
    config = tmp_path / "config.yml"
    config.write_text(
        f"version: 0.1\nhttp: {{addr: '127.0.0.1:{own.port}'}}\nstorage: {{inmemory: {{}}}}\n"
        "auth: {htpasswd: {realm: registry, path: /etc/docker/registry/htpasswd}}\n"
    )
    said = examine(words, public, "--root", "/", "--config", config)
    assert public.logins == ["GET /v2/"]
    assert own.logins[0] == "GET /v2/"
    assert is_lost or len(own.logins) == 1
    if words[0] == "check":
        assert ("is lost between" if is_lost else "The registry refuses the login of me") in said
