"""Which proxies count for the daemon, and that their passwords stay wrapped."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.daemon_proxies import DaemonProxies
from regdoctor.evidence.docker_service import DockerService
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.formats.located import Place
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.daemon_proxies import daemon_proxies
from regdoctor.redaction import redact

NONE = Absent("none here", applicable=False)
CANARY = "Canary7c1f9d2eSecret"


def gather(variables: dict[str, str] | None = None, daemon: str = "") -> DaemonProxies:
    """What the probe makes of variables and of a daemon.json."""
    place = Place("/etc/systemd/system/docker.service.d/p.conf", 2)
    service = DockerService(tuple((name, value, place) for name, value in (variables or {}).items()))
    daemons = DockerDaemons((parse_docker_daemon(daemon.encode(), "/etc/docker/daemon.json"),)) if daemon else NONE
    found = daemon_proxies.gather(service if variables is not None else NONE, daemons)
    assert isinstance(found, DaemonProxies)
    return found


def chosen(proxies: DaemonProxies, url: str) -> str | None:
    """The proxy for an address."""
    found = proxies.proxy_for(Endpoint(url, Quote("test", url)))
    return found.text if found is not None else None


def test_the_scheme_chooses_the_proxy_and_exceptions_count() -> None:
    proxies = gather({"HTTP_PROXY": "http://p:1", "HTTPS_PROXY": "http://p:2", "NO_PROXY": ".example.com"})

    assert chosen(proxies, "https://registry.example.org") == "http://p:2"
    assert chosen(proxies, "http://registry.example.org:5000") == "http://p:1"
    assert chosen(proxies, "https://registry.example.com") is None
    assert chosen(proxies, "http://127.0.0.1:5000") is None
    assert chosen(gather({"HTTP_PROXY": "http://p:1"}), "https://registry.example.org") is None


def test_upper_case_wins_and_what_is_empty_sets_nothing() -> None:
    assert (
        gather({"https_proxy": "http://low", "HTTPS_PROXY": "http://up"}).effective["HTTPS_PROXY"].text == "http://up"
    )
    assert gather({"https_proxy": "http://low", "HTTPS_PROXY": ""}).effective["HTTPS_PROXY"].text == "http://low"


def test_daemon_json_wins_over_the_environment() -> None:
    proxies = gather(
        {"HTTPS_PROXY": "http://env", "NO_PROXY": "a"}, '{"proxies": {\n"https-proxy": "http://file:3128"}}'
    )

    assert proxies.effective["HTTPS_PROXY"].text == "http://file:3128"
    assert proxies.effective["HTTPS_PROXY"].said.place.line == 2
    assert proxies.effective["NO_PROXY"].text == "a"


@pytest.mark.parametrize(
    "proxy",
    [f"http://user:{CANARY}@proxy:3128", f"user:{CANARY}@proxy:3128", f"ftp://u:{CANARY}@h", f"u:{CANARY}@a b:1"],
)
def test_a_password_is_kept_for_the_call_and_for_nothing_else(proxy: str) -> None:
    for proxies in (gather({"HTTPS_PROXY": proxy}), gather(daemon=f'{{"proxies": {{"https-proxy": "{proxy}"}}}}')):
        variable = proxies.effective["HTTPS_PROXY"]

        assert variable.text == proxy
        assert CANARY not in repr(variable)
        assert CANARY not in (variable.said.text() or "")
        assert CANARY not in redact(f"via {proxy} and {CANARY}")


def test_a_daemon_without_proxies_is_none() -> None:
    with pytest.raises(NotApplicableError, match="no proxy"):
        gather({"PATH": "/usr/bin"}, '{"debug": true}')
