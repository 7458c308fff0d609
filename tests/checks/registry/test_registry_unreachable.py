"""Every combination of what the public address and the registry's own port say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.registry.registry_unreachable import registry_unreachable
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _ping(given: Given, what: str, url: str) -> Ping:
    match what:
        case "ok":
            return given.asks(url)
        case "gateway":
            return given.gateway(url)
        case "page":
            return given.ping(url, 404, given.html, body=b"<html>")
        case "unhealthy":
            return given.unhealthy(url)
        case _:
            return given.down(url, FailureKind[what])


@pytest.mark.parametrize(
    ("outer", "inner", "words", "modes"),
    [
        ("REFUSED", "REFUSED", "The registry does not answer: nothing answers at http://127.0.0.1:5000", ()),
        ("gateway", "REFUSED", "a proxy answers 502 in its place", ()),
        ("gateway", "TIMEOUT", "no complete answer in time", ()),
        ("REFUSED", "ok", "which itself answers at http://127.0.0.1:5000", ()),
        ("gateway", "ok", "which itself answers at http://127.0.0.1:5000", ()),
        ("gateway", "page", "it is no registry that answers", ()),
        ("REFUSED", None, "The registry cannot be reached", ()),
        ("NAME", None, "The registry cannot be reached", ("CLI-06",)),
        ("TIMEOUT", None, "The registry cannot be reached", ("CLI-09",)),
        ("gateway", None, "a proxy answers 502", ()),
        ("page", "REFUSED", "The registry does not run", ()),
        ("TLS", "REFUSED", "The registry does not run", ()),
        (None, "REFUSED", "The registry does not run", ()),
        (None, "TIMEOUT", "The registry does not answer", ()),
    ],
)
def test_it_is_told_which_end_is_silent(
    given: Given, outer: str | None, inner: str | None, words: str, modes: tuple[str, ...]
) -> None:
    evidence: dict[str, PublicAnswer | InternalAnswer] = {}
    if outer:
        evidence["public"] = given.public(_ping(given, outer, given.public_url))
    if inner:
        evidence["internal"] = given.internal(_ping(given, inner, given.inner_url))
    fail = given.fail(registry_unreachable, **evidence)
    assert words in fail.message
    assert fail.failure_modes == modes
    assert fail.resource == (
        given.public_url if outer in ("REFUSED", "gateway", "NAME", "TIMEOUT") else given.inner_url
    )


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("ok", "ok"), ("ok", "REFUSED"), ("ok", None), (None, "ok"), ("page", "ok"), ("page", None), ("unhealthy", None)],
)
def test_an_answer_passes(given: Given, outer: str | None, inner: str | None) -> None:
    evidence: dict[str, PublicAnswer | InternalAnswer] = {}
    if outer:
        evidence["public"] = given.public(_ping(given, outer, given.public_url))
    if inner:
        evidence["internal"] = given.internal(_ping(given, inner, given.inner_url))
    assert "answers" in given.passes(registry_unreachable, **evidence)


@pytest.mark.parametrize("inner", ["ok", None])
def test_tls_that_fails_is_another_matter(given: Given, inner: str | None) -> None:
    evidence = {"internal": given.internal(_ping(given, inner, given.inner_url))} if inner else {}
    public = given.public(given.down(given.public_url, FailureKind.TLS))
    assert "TLS" in given.skips(registry_unreachable, public=public, **evidence)


def test_an_untrusted_certificate_does_not_hide_the_answer(given: Given) -> None:
    public = given.public(given.down(given.public_url, FailureKind.TLS), unverified=given.asks())
    assert given.passes(registry_unreachable, public=public)


def test_a_registry_on_localhost_behind_a_502_may_be_looked_for_at_the_ipv6_address(given: Given) -> None:
    fail = given.fail(
        registry_unreachable,
        public=given.public(given.gateway()),
        internal=given.internal(given.asks("http://localhost:5000")),
    )
    assert fail.failure_modes == ("PROXY-18",)
    assert "registry['registry_http_addr'] = \"127.0.0.1:5000\"" in fail.remedy[Dialect.OMNIBUS].commands


def test_a_process_that_runs_is_not_said_not_to(given: Given) -> None:
    reason = given.unknown(
        registry_unreachable,
        internal=given.internal(given.refused(given.inner_url)),
        installation=given.installation(pid=4321),
    )
    assert "process 4321" in reason


def test_the_remedy_names_the_configuration_as_its_host_does(given: Given) -> None:
    found = Installation(Path("/copy"), Dialect.PLAIN, live=True, registry_config=Path("/copy/etc/registry.yml"))
    fail = given.fail(registry_unreachable, internal=given.internal(given.refused(given.inner_url)), installation=found)
    assert "with /etc/registry.yml;" in fail.remedy[Dialect.PLAIN].text


def test_no_address_is_unknown_or_no_concern(given: Given) -> None:
    assert given.unknown(registry_unreachable) == given.not_here.reason
    assert given.skips(registry_unreachable, public=given.no_such) == given.no_such.reason


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("NAME", Severity.WARNING),
        ("TIMEOUT", Severity.WARNING),
        ("UNREACHABLE", Severity.WARNING),
        ("REFUSED", None),
        ("RESET", None),
    ],
)
def test_what_one_host_sees_of_its_own_public_address_may_be_its_network_alone(
    given: Given, kind: str, severity: Severity | None
) -> None:
    fail = given.fail(
        registry_unreachable,
        public=given.public(given.down(given.public_url, FailureKind[kind])),
        internal=given.internal(given.asks(given.inner_url)),
    )
    assert fail.severity is severity
    assert fail.message.startswith("This host does not reach the registry")
    assert "NAT" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("status", [503, 504])
def test_only_a_502_may_come_of_a_wrong_loopback_address(given: Given, status: int) -> None:
    fail = given.fail(
        registry_unreachable,
        public=given.public(given.gateway(status=status)),
        internal=given.internal(given.asks("http://localhost:5000")),
    )
    assert fail.failure_modes == ()
    assert fail.message.startswith("Clients do not reach the registry")


@pytest.mark.parametrize("kind", ["TLS", "PROTOCOL", "SCHEME", "NAME", "UNREACHABLE"])
def test_a_port_that_was_asked_wrongly_does_not_make_the_registry_dead(given: Given, kind: str) -> None:
    inner = given.internal(given.down(given.inner_url, FailureKind[kind]))
    assert "could not be asked" in given.unknown(registry_unreachable, internal=inner)
    asked = given.public(given.ping(given.public_url, 429, given.html, body=b"<html>"))
    given.unknown(registry_unreachable, public=asked, internal=inner)


def test_a_port_that_hangs_up_is_no_running_registry(given: Given) -> None:
    inner = given.internal(given.down(given.inner_url, FailureKind.RESET))
    assert "does not answer" in given.fail(registry_unreachable, internal=inner).message


def test_another_program_at_the_registrys_port_is_not_taken_for_it(given: Given) -> None:
    page = given.internal(_ping(given, "page", given.inner_url))
    assert "not clear" in given.unknown(registry_unreachable, internal=page)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_every_dialect_starts_the_registry_in_its_own_way(given: Given, dialect: Dialect) -> None:
    fail = given.fail(registry_unreachable, internal=given.internal(given.refused(given.inner_url)))
    remedy = fail.remedy.get(dialect) or fail.remedy[Dialect.PLAIN]
    tool = {Dialect.OMNIBUS: "gitlab-ctl", Dialect.HELM: "kubectl", Dialect.COMPOSE: "docker compose"}
    assert all(tool.get(dialect, "docker-registry") in command for command in remedy.commands)


def test_the_proxy_that_answers_in_its_place_is_named(given: Given) -> None:
    body = (
        b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>"
    )
    ping = given.ping(given.public_url, 503, given.html, body=body)
    fail = given.fail(registry_unreachable, public=given.public(ping), internal=given.internal(given.refused()))
    assert "HAProxy answers 503 in its place" in fail.message
    assert fail.evidence[1].quote == "No server is available to handle this request."


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("dialect", list(Dialect))
def test_where_a_proxy_answers_one_looks_behind_it_and_not_for_it(given: Given, dialect: Dialect, status: int) -> None:
    fail = given.fail(registry_unreachable, public=given.public(given.gateway(status=status)))
    remedy = fail.remedy.get(dialect) or fail.remedy[Dialect.PLAIN]
    asked = " ".join(remedy.commands)
    assert "registry.example.com" not in asked
    assert "getent" not in asked
    assert "ss -ltn" not in asked
    tools = {
        Dialect.OMNIBUS: ("gitlab-ctl status", "log/gitlab/registry", "gitlab_registry_error.log"),
        Dialect.HELM: ("get pods", "kubectl logs"),
        Dialect.COMPOSE: ("compose ps", "compose logs"),
    }
    assert all(tool in asked for tool in tools.get(dialect, ("systemctl status", "journalctl", "nginx/error.log")))
    assert "unable to open token auth root certificate bundle" in remedy.text


@pytest.mark.parametrize(
    ("page", "log"),
    [
        (b"<html><body><h1>502 Bad Gateway</h1>\n<address>Apache/2.4.62 (Debian)</address></body></html>", "apache2"),
        (b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available.\n</body></html>\n", "haproxy"),
        (b"no healthy upstream", ""),
    ],
)
def test_the_log_is_that_of_the_proxy_which_answers(given: Given, page: bytes, log: str) -> None:
    ping = given.ping(given.public_url, 503, given.html, body=page)
    commands = given.fail(registry_unreachable, public=given.public(ping)).remedy[Dialect.PLAIN].commands
    assert log in commands[-1]
    assert "nginx" not in " ".join(commands)


def test_a_port_where_nothing_answers_is_still_looked_for(given: Given) -> None:
    fail = given.fail(registry_unreachable, public=given.public(given.refused(given.public_url)))
    assert "getent ahosts registry.example.com" in fail.remedy[Dialect.PLAIN].commands


def test_the_first_sentence_quotes_no_page(given: Given) -> None:
    body = b"<html>\r\n<h1>502 Bad Gateway</h1>\r\n<hr><center>nginx/1.22.1</center>\r\n</html>\r\n"
    ping = given.ping(given.public_url, 502, given.html, given.api, body=body)
    fail = given.fail(registry_unreachable, public=given.public(ping))
    assert fail.message == "The registry cannot be reached: nginx 1.22.1 answers 502 in its place"


def test_a_gateways_page_is_told_in_traffic() -> None:
    html = (("Content-Type", "text/html"),)
    bad = exchanged("GET /v2/", 502, html, PAGE)

    [fail] = seen(registry_unreachable, bad)
    assert "nginx answers 502 in its place" in fail.message
    assert fail.severity is None
    [fail] = seen(registry_unreachable, exchanged("GET /v2/", 200), bad)
    assert fail.severity is Severity.WARNING


def test_the_recorders_own_502_and_the_registrys_own_503_are_no_gateways() -> None:
    own = b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}'

    assert not seen(registry_unreachable, exchanged("GET /v2/", 502, (), PAGE, by_recorder="refused"))
    assert not seen(registry_unreachable, exchanged("GET /v2/", 503, (), own), exchanged("GET /v2/", 502, (), b""))


def test_below_a_path_it_must_have_been_seen_to_be_a_registry() -> None:
    bad = exchanged("GET /api/v2/", 502, (("Content-Type", "text/html"),), PAGE)

    assert not seen(registry_unreachable, bad)
    assert len(seen(registry_unreachable, exchanged("GET /api/v2/", 200), bad)) == 1
