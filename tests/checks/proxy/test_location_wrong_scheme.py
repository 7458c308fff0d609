"""The scheme of Location is the one that the client came by, or a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Check, Dialect, Fail, Pass, Skip, Unknown
from regdoctor.checks.proxy.location_loses_port import location_loses_port
from regdoctor.checks.proxy.location_shows_upstream import location_shows_upstream
from regdoctor.checks.proxy.location_wrong_scheme import location_wrong_scheme
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.upload_start import UploadStart
from tests.checks.seen_in_traffic import seen
from tests.checks.told_in_traffic import told
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied

PATH = "/v2/a/blobs/uploads/4299c757?_state=SECRETSTATE"


def _start(given: Given, asked: str, location: str, server: str = "nginx/1.22.1") -> UploadStart:
    said_by = given.asks().endpoint.said_by
    headers = (("Location", location), *((("Server", server),) if server else ()))
    post = given.exchange(f"{asked}/v2/a/blobs/uploads/", 202, *headers, method="POST")
    return UploadStart(Endpoint(asked, said_by), post, location, True, None)


def test_http_for_https_is_a_finding(given: Given) -> None:
    start = _start(given, "https://r.example.com", f"http://r.example.com{PATH}")
    fail = given.fail(location_wrong_scheme, start=start)
    assert fail.failure_modes == ("PROXY-01", "PROXY-29")
    assert fail.resource == "https://r.example.com"
    proxy, gitlab_rb, apply = fail.remedy[Dialect.OMNIBUS].commands
    assert proxy.splitlines()[1:] == ["proxy_set_header X-Forwarded-Proto https;"]
    assert gitlab_rb.splitlines()[1:] == ["registry['env'] = { \"REGISTRY_HTTP_RELATIVEURLS\" => true }"]
    assert apply.splitlines()[1:] == ["sudo gitlab-ctl reconfigure"]
    assert fail.remedy[Dialect.PLAIN].commands[2].endswith("http:\n  host: https://r.example.com")


NGINX = "proxy_set_header X-Forwarded-Proto https;"
APACHE = 'RequestHeader set X-Forwarded-Proto "https"'
HAPROXY = "http-request set-header X-Forwarded-Proto https"


@pytest.mark.parametrize(
    ("server", "lines"),
    [
        ("nginx", [NGINX]),
        ("Apache/2.4.62 (Debian)", [APACHE]),
        ("", [NGINX, APACHE, HAPROXY]),
        ("awselb/2.0", [NGINX, APACHE, HAPROXY]),
    ],
)
def test_the_line_is_for_the_proxy_that_the_answer_names(given: Given, server: str, lines: list[str]) -> None:
    start = _start(given, "https://r.example.com", f"http://r.example.com{PATH}", server)
    fail = given.fail(location_wrong_scheme, start=start)
    for dialect in (Dialect.PLAIN, Dialect.COMPOSE, Dialect.OMNIBUS):
        commands = fail.remedy[dialect].commands
        assert [command.splitlines()[1] for command in commands if "# in the proxy" in command] == lines


@pytest.mark.parametrize(
    ("check", "location"),
    [
        (location_loses_port, f"https://r.example.com{PATH}"),
        (location_shows_upstream, f"https://127.0.0.1:8443{PATH}"),
    ],
)
def test_apache_is_told_to_keep_the_host(given: Given, check: Check, location: str) -> None:
    start = _start(given, "https://r.example.com:8443", location, "Apache")
    commands = given.fail(check, start=start).remedy[Dialect.PLAIN].commands
    assert commands[0].splitlines()[1:] == ["ProxyPreserveHost On"]


def test_tls_ended_by_a_proxy_that_tells_nothing_is_two_failures_and_no_third(given: Given) -> None:
    # github.com/distribution/distribution/issues/996
    start = _start(given, "https://registry.example.com:8443", f"http://registry.example.com{PATH}")
    assert given.fail(location_wrong_scheme, start=start).failure_modes == ("PROXY-01", "PROXY-29")
    given.fail(location_loses_port, start=start)
    assert given.passes(location_shows_upstream, start=start)


def test_a_list_of_schemes_is_a_failure_of_its_own(given: Given) -> None:
    fail = given.fail(
        location_wrong_scheme, start=_start(given, "https://r.example.com", f"https,http://r.example.com{PATH}")
    )
    assert fail.failure_modes == ("PROXY-24",)


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("https://r.example.com", f"https://r.example.com{PATH}"),
        ("https://r.example.com", f"HTTPS://r.example.com{PATH}"),
        ("https://r.example.com", PATH),
        ("https://r.example.com", f"//r.example.com{PATH}"),
        ("http://127.0.0.1:5000", f"http://127.0.0.1:5000{PATH}"),
        ("https://[2001:db8::1]", f"https://[2001:db8::1]{PATH}"),
    ],
)
def test_the_same_scheme_passes(given: Given, asked: str, location: str) -> None:
    assert given.passes(location_wrong_scheme, start=_start(given, asked, location))


def test_https_for_http_may_well_be_served(given: Given) -> None:
    start = _start(given, "http://r.example.com", f"https://r.example.com{PATH}")
    given.unknown(location_wrong_scheme, start=start)


@pytest.mark.parametrize(
    "location", ["http://[::1/v2/", "mailto:a@b", "https://r.example.com:port/v2/", "https:///v2/"]
)
def test_a_location_that_is_no_address_is_unknown_to_all_three(given: Given, location: str) -> None:
    start = _start(given, "https://r.example.com", location)
    for item in (location_wrong_scheme, location_loses_port, location_shows_upstream):
        assert "no address" in given.unknown(item, start=start)


# By nginx's configuration, where no upload was started


@pytest.mark.parametrize(
    ("value", "mode"),
    [("http", "PROXY-01"), ("$http_x_forwarded_proto,$scheme", "PROXY-24"), ('"https, http"', "PROXY-24")],
)
def test_a_wrong_word_for_tls_is_a_finding(proxied: Proxied, value: str, mode: str) -> None:
    fail = proxied.one(location_wrong_scheme, proxied.server(f"proxy_set_header X-Forwarded-Proto {value};"))
    assert fail.failure_modes == (mode,)
    assert fail.evidence[0].quote.startswith("proxy_set_header X-Forwarded-Proto")
    assert fail.resource == "registry.example.com location /v2/"


def test_tls_without_the_header_is_a_finding(proxied: Proxied) -> None:
    fail = proxied.one(location_wrong_scheme, proxied.server(drop=("proxy_set_header X-",)))
    assert fail.failure_modes == ("PROXY-01",)
    assert "listen 443 ssl;" in [quote.quote for quote in fail.evidence]
    assert fail.remedy[Dialect.PLAIN].commands[2].endswith("http:\n  host: https://registry.example.com")


def test_one_header_of_the_location_takes_those_of_the_server_away(proxied: Proxied) -> None:
    text = proxied.server(drop=("proxy_set_header X-",)).replace(
        "    location", "    proxy_set_header X-Forwarded-Proto https;\n    location"
    )
    assert isinstance(proxied.one(location_wrong_scheme, text), Fail)


def test_scheme_behind_another_proxy_with_tls_is_a_finding(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header X-Forwarded-Proto $scheme;", listen="80")
    fail = proxied.one(location_wrong_scheme, text, gitlab=proxied.gitlab(443))
    assert "which is http here" in fail.message
    assert isinstance(proxied.one(location_wrong_scheme, text), Pass)


@pytest.mark.parametrize(
    ("lines", "drop", "listen"),
    [
        (("proxy_set_header X-Forwarded-Proto $scheme;",), (), "443 ssl"),
        (("proxy_set_header X-Forwarded-Proto ${scheme};",), (), "443 ssl"),
        (("proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",), (), "80"),
        ((), ("proxy_set_header X-",), "80"),
        (("proxy_pass https://127.0.0.1:5000;",), ("proxy_set_header X-",), "443 ssl"),
        (("set $proto https;", "proxy_set_header X-Forwarded-Proto $proto;"), (), "443 ssl"),
    ],
)
def test_what_tells_the_scheme_passes(
    proxied: Proxied, lines: tuple[str, ...], drop: tuple[str, ...], listen: str
) -> None:
    outcome = proxied.one(
        location_wrong_scheme, proxied.server(*lines, drop=drop, listen=listen), gitlab=proxied.gitlab(443)
    )
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize("setting", ["relativeurls: true", "host: 'https://registry.example.com'"])
def test_a_location_that_does_not_depend_on_it_passes(proxied: Proxied, setting: str) -> None:
    config = proxied.config(f"http: {{addr: '127.0.0.1:5000', {setting}}}")
    assert isinstance(proxied.one(location_wrong_scheme, proxied.server(drop=("proxy_set_h",)), config=config), Pass)


def test_an_unknown_variable_cannot_be_told(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header X-Forwarded-Proto $ssl_protocol;")
    assert isinstance(proxied.one(location_wrong_scheme, text), Unknown)


def test_forwarded_is_another_checks_concern(proxied: Proxied) -> None:
    text = proxied.server("proxy_set_header Forwarded for=$remote_addr;")
    assert "forwarded_header_hides_scheme" in proxied.one(location_wrong_scheme, text).reason


def test_an_upload_decides_and_nothing_at_all_tells_nothing(proxied: Proxied, given: Given) -> None:
    nginx = proxied.read(proxied.server(drop=("proxy_set_header X-",)))
    start = _start(given, "https://r.example.com", f"https://r.example.com{PATH}")
    assert isinstance(proxied.one(location_wrong_scheme, nginx, start=start), Pass)
    for item in (location_wrong_scheme, location_loses_port, location_shows_upstream):
        for absent, kind in ((given.not_here, Unknown), (given.no_such, Skip)):
            (outcome,) = proxied.outcomes(item, nginx, start=absent, nginx=given.no_such)
            assert isinstance(outcome, kind)
            assert outcome.reason == absent.reason


def _started(location: str, request: str = "POST /v2/a/blobs/uploads/") -> Recorded:
    return exchanged(request, 202, (("Location", location),))


def test_a_location_that_falls_back_to_http_is_told_in_traffic() -> None:
    [fail] = seen(location_wrong_scheme, _started("http://registry.example.com/v2/a/blobs/uploads/u?_state=[redacted]"))

    assert fail.resource == "https://registry.example.com"
    assert "_state" not in str(fail.evidence)


@pytest.mark.parametrize(
    "location",
    [
        "/v2/a/blobs/uploads/u",
        "https://registry.example.com/v2/a/blobs/uploads/u",
        "https://127.0.0.1:5001/v2/a/blobs/uploads/u",
        "https://localhost:5001/v2/a/blobs/uploads/u",
        "http://[",
        "",
    ],
)
def test_a_location_that_is_right_or_the_recorders_own_is_not_told(location: str) -> None:
    recorded = replace(_started(location), capture_origin="http://127.0.0.1:5001")

    assert not told(location_wrong_scheme, recorded)


def test_http_at_the_recorder_is_told_where_it_asked_by_https() -> None:
    recorded = replace(_started("http://127.0.0.1:5001/v2/a/blobs/uploads/u"), capture_origin="http://127.0.0.1:5001")

    [fail] = told(location_wrong_scheme, recorded)
    assert "pushes that do not go by the recorder fail" in fail.message
    by_http = replace(recorded.exchange, url="http://registry.example.com/v2/a/blobs/uploads/")
    assert not told(location_wrong_scheme, replace(recorded, exchange=by_http))


def test_a_list_of_schemes_in_a_location_is_told_in_traffic() -> None:
    [fail] = seen(location_wrong_scheme, _started("https,http://registry.example.com/v2/a/blobs/uploads/u"))

    assert fail.failure_modes == ("PROXY-24",)
    assert "https,http" in fail.message
