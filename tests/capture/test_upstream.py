"""Whether a registry answers under the capture's own name, too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from regdoctor.capture.upstream import keeps_host
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.exit_codes import UsageError

OWN = "127.0.0.1:5080"


@contextmanager
def _served(status: Callable[[str], int], registry: bool = True) -> Iterator[str]:
    """A server whose status depends on the Host header; registry: it says that it is one."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status(self.headers["Host"]))
            if registry:
                self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize(
    ("status", "registry", "keeps"),
    [
        (lambda _: 401, True, True),
        (lambda host: 404 if host == OWN else 401, True, False),
        (lambda host: 200 if host == OWN else 401, True, False),
        (lambda _: 200, False, False),
        (lambda _: 502, True, False),
    ],
    ids=["any name", "another virtual host", "another registry", "no registry", "broken"],
)
def test_the_host_is_kept_where_it_changes_nothing(status: Callable[[str], int], registry: bool, keeps: bool) -> None:
    with _served(status, registry) as url:
        assert keeps_host(url, OWN, TrustedCAs()) == keeps


def test_a_registry_that_is_down_is_told() -> None:
    with _served(lambda _: 200) as url:
        pass
    with pytest.raises(UsageError, match=f"{url}: .*connection refused. There is nothing to capture."):
        keeps_host(url, OWN, TrustedCAs())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    with pytest.raises(UsageError, match=r"registry\.invalid does not resolve"):
        keeps_host("http://registry.invalid", OWN, TrustedCAs())
