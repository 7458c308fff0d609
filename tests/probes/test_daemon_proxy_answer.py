"""The registry is asked by the daemon's proxy and without it, and the proxy's password goes to the proxy alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.daemon_proxies import DaemonProxies, DaemonProxyAnswer, proxy_variable
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import Located, Place
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.daemon_proxy_answer import daemon_proxy_answer

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}
NOWHERE = "http://registry.invalid:5000"


def gather(
    door: Http, proxy: str, url: str | None = NOWHERE, *, no_proxy: str = "", live: bool = True
) -> DaemonProxyAnswer:
    """The probe's two answers."""
    values = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": no_proxy}
    place = Place("/etc/default/docker", 1)
    effective = {name: proxy_variable(text, Located("", place, name)) for name, text in values.items() if text}
    public = Endpoint(url, Quote("command line", url)) if url else None
    found = daemon_proxy_answer.gather(
        Installation(Path("/"), Dialect.PLAIN, live=live),
        Endpoints(public, None, None, None),
        DaemonProxies(effective),
        door,
    )
    assert isinstance(found, DaemonProxyAnswer)
    return found


def test_the_proxy_is_asked_for_the_whole_address(serve: Callable[..., Any], door: Http) -> None:
    proxy = serve(lambda _: (401, VERSION, b"{}"))
    found = gather(door, proxy.url)

    assert proxy.asked() == [f"GET {NOWHERE}/v2/"]
    assert found.proxied.status == 401
    assert found.direct.failure is not None
    assert found.direct.failure.kind is FailureKind.NAME


def test_its_password_goes_to_the_proxy_and_into_no_text(serve: Callable[..., Any], door: Http) -> None:
    proxy = serve(lambda _: (403, {}, b"no"))
    found = gather(door, proxy.url.replace("://", "://ann:Canary7c1f9d2eSecret@"))

    assert proxy.seen[0].headers.get("Proxy-Authorization", "").startswith("Basic ")
    assert "Authorization" not in proxy.seen[0].headers
    assert "Canary7c1f9d2eSecret" not in f"{found.proxied!r} {found.variable!r} {found.proxied.quote()}"


def test_regdoctors_own_environment_does_not_matter(
    serve: Callable[..., Any], door: Http, dead_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", dead_url)
    proxy = serve(lambda _: (200, VERSION, b"{}"))

    assert gather(door, proxy.url).proxied.status == 200


@pytest.mark.parametrize(
    ("proxy", "url", "no_proxy", "words"),
    [
        ("http://127.0.0.1:9", None, "", "not known"),
        ("http://127.0.0.1:9", "http://127.0.0.1:5000", "", "without a proxy"),
        ("http://127.0.0.1:9", NOWHERE, ".invalid", "without a proxy"),
        ("ftp://127.0.0.1:9", NOWHERE, "", "no usable address"),
    ],
)
def test_where_the_daemon_asks_directly_it_does_not_apply(
    door: Http, proxy: str, url: str | None, no_proxy: str, words: str
) -> None:
    with pytest.raises(NotApplicableError, match=words):
        gather(door, proxy, url, no_proxy=no_proxy)


def test_a_proxy_that_a_copied_file_names_is_not_asked(serve: Callable[..., Any], door: Http) -> None:
    proxy = serve(lambda _: (200, VERSION, b"{}"))

    with pytest.raises(NotApplicableError, match="copy"):
        gather(door, proxy.url, live=False)
    assert proxy.seen == []


def test_a_socks_proxy_cannot_be_asked(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="SOCKS"):
        gather(door, "socks5://127.0.0.1:9")
