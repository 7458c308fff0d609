"""What a healthy registry behind a healthy nginx answers to every variation of GET /v2/, and the pages of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from regdoctor.check import Quote
from regdoctor.evidence.answers import API_VERSION_HEADER, Ping
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.proxied_answers import ProxiedAnswers

PUBLIC = "https://registry.example.com:5050"
INNER = "http://127.0.0.1:5000"
CHALLENGE = 'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"'
UNAUTHORIZED = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}'
_API, _JSON, _HTML = (
    (API_VERSION_HEADER, "registry/2.0"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/html"),
)
_SERVER = ("Server", "nginx")


def own(method: str = "GET", *, url: str = PUBLIC, error: str = "") -> Exchange:
    """The registry's 401, with an error in its challenge where one is given."""
    challenge = f'{CHALLENGE},error="{error}"' if error else CHALLENGE
    headers = (_SERVER, _API, _JSON, ("WWW-Authenticate", challenge))
    return Exchange(method, f"{url}/v2/", status=401, headers=headers, body=b"" if method == "HEAD" else UNAUTHORIZED)


def page(
    status: int, method: str = "GET", *, signed: str = "nginx", more: tuple[tuple[str, str], ...] = ()
) -> Exchange:
    """A page of nginx, or of one that is built on it; of HEAD its headers alone."""
    body = f"<html>\r\n<center><h1>{status}</h1></center>\r\n<hr><center>{signed}</center>\r\n</html>\r\n".encode()
    return Exchange(
        method,
        f"{PUBLIC}/v2/",
        status=status,
        headers=(_SERVER, _HTML, *more),
        body=b"" if method == "HEAD" else body,
    )


def other_page(status: int, *more: tuple[str, str]) -> Exchange:
    """A page that nothing tells the author of, or but a header."""
    return Exchange("GET", f"{PUBLIC}/v2/", status=status, headers=(_HTML, *more), body=b"<html>Not for you.</html>")


def down(method: str = "GET") -> Exchange:
    """No answer at all."""
    return Exchange(method, f"{PUBLIC}/v2/", failure=Failure(FailureKind.TIMEOUT, "registry.example.com: too slow"))


def answers(methods: Mapping[str, Exchange] | None = None, **changed: Any) -> ProxiedAnswers:
    """Healthy ones, from the registry's own host, with what is changed."""
    healthy = ProxiedAnswers(
        ping=Ping(Endpoint(PUBLIC, Quote("/etc/x.yml", "said: so", 7)), own()),
        by_method={method: own(method) for method in ("HEAD", "POST", "PATCH")} | dict(methods or {}),
        as_docker=own(),
        with_token=own(error="invalid_token"),
        with_large_token=own(error="invalid_token"),
        chunked=own("POST"),
        with_token_inside=own(url=INNER, error="invalid_token"),
    )
    return replace(healthy, **changed)
