"""A limit below 100 MB is an error, one below 1 GB a warning, none or a high one is healthy."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Pass, Quote, Severity, Skip, Unknown
from regdoctor.checks.proxy.body_size_limited import body_size_limited
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied


@pytest.mark.parametrize("size", ["1m", "104857599", "99M", "512k"])
def test_a_limit_that_ordinary_layers_exceed_is_an_error(proxied: Proxied, size: str) -> None:
    fail = proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};"))
    assert isinstance(fail, Fail)
    assert fail.severity is None
    assert fail.evidence[0].quote == f"client_max_body_size {size};"
    assert fail.resource == "registry.example.com location /v2/"


def test_a_route_that_was_only_taken_for_the_registrys_says_so(proxied: Proxied) -> None:
    text = proxied.server("client_max_body_size 1m;", location="/")
    nginx = dataclasses.replace(proxied.read(text), by_hand=True)
    words = "registry.example.com location / is taken for the registry's, for it leads to port 5000"
    assert words in proxied.one(body_size_limited, nginx).message
    healthy = dataclasses.replace(proxied.read(proxied.server(location="/")), by_hand=True)
    assert words in proxied.one(body_size_limited, healthy).message


UNPLACED = "server {{ listen 80; server_name s{0}.example.com; client_max_body_size {0}m; location / {{ {1} }} }}\n"
ELSEWHERE = "proxy_pass http://127.0.0.1:41000;"


def test_a_file_in_which_no_location_is_known_to_lead_to_a_registry_is_not_healthy(proxied: Proxied) -> None:
    nginx = dataclasses.replace(proxied.read(UNPLACED.format(3, ELSEWHERE)), by_hand=True)
    unknown = proxied.one(body_size_limited, nginx)
    assert isinstance(unknown, Unknown)
    assert unknown.reason.startswith("no location is known to lead to a registry: whether s3.example.com location /")
    named = proxied.one(body_size_limited, nginx, config=proxied.config("http: {addr: '127.0.0.1:41000'}"))
    assert isinstance(named, Fail)


def test_one_healthy_location_does_not_speak_for_those_that_nothing_tells_of(proxied: Proxied) -> None:
    others = "".join(UNPLACED.format(number, ELSEWHERE) for number in range(1, 4))
    nginx = dataclasses.replace(proxied.read(proxied.server(location="/") + others), by_hand=True)
    unknown = proxied.one(body_size_limited, nginx)
    assert isinstance(unknown, Unknown)
    assert "only registry.example.com location / was judged" in unknown.reason
    assert "s1.example.com location / (and 2 more)" in unknown.reason


def test_a_file_that_passes_nothing_on_is_about_something_else(proxied: Proxied) -> None:
    nginx = dataclasses.replace(proxied.read(UNPLACED.format(3, "return 204;")), by_hand=True)
    assert isinstance(proxied.one(body_size_limited, nginx), Skip)


@pytest.mark.parametrize("size", ["100m", "1023m"])
def test_a_limit_that_large_layers_exceed_is_a_warning(proxied: Proxied, size: str) -> None:
    fail = proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};"))
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize("size", ["0", "1g", "1024M", "20G"])
def test_no_limit_and_a_high_one_pass(proxied: Proxied, size: str) -> None:
    assert isinstance(proxied.one(body_size_limited, proxied.server(f"client_max_body_size {size};")), Pass)


def test_the_default_is_an_error(proxied: Proxied) -> None:
    fail = proxied.one(body_size_limited, proxied.server(drop=("client_max_body_size",)))
    assert "its default, 1m" in fail.message


def test_the_limit_of_the_outer_level_holds(proxied: Proxied) -> None:
    fail = proxied.one(body_size_limited, "client_max_body_size 250m;\n" + proxied.server(drop=("client_max",)))
    assert (fail.evidence[0].line, fail.severity) == (3, Severity.WARNING)


def test_each_location_is_judged(proxied: Proxied) -> None:
    limited = proxied.server("client_max_body_size 5m;", listen="8443 ssl")
    outcomes = proxied.outcomes(body_size_limited, proxied.server() + limited)
    assert [type(outcome) for outcome in outcomes] == [Fail]


def test_a_location_that_v2_does_not_go_to_is_none_of_it(proxied: Proxied) -> None:
    ui = "location / { proxy_pass http://127.0.0.1:5000; }\n    location /v2/"
    text = proxied.server().replace("location /v2/", ui)
    assert isinstance(proxied.one(body_size_limited, text, config=proxied.config()), Pass)


def test_without_a_registry_behind_it_is_skipped(proxied: Proxied) -> None:
    assert isinstance(proxied.one(body_size_limited, proxied.server(location="/app/")), Skip)


def test_a_file_that_could_not_be_read_may_say_it(proxied: Proxied) -> None:
    text = proxied.server(drop=("client_max_body_size",)) + "include /etc/other/*.conf;"
    nginx = proxied.read(text, dialect=Dialect.COMPOSE)
    assert isinstance(proxied.one(body_size_limited, nginx), Unknown)


def test_where_nobody_may_push_it_is_skipped(proxied: Proxied) -> None:
    pulls = proxied.server("client_max_body_size 1m;", "limit_except GET HEAD { deny all; }")
    assert isinstance(proxied.one(body_size_limited, pulls), Skip)


@pytest.mark.parametrize("limit", ["GET HEAD POST PUT PATCH { deny all; }", "GET { allow 10.0.0.0/8; deny all; }"])
def test_where_some_may_push_it_is_judged(proxied: Proxied, limit: str) -> None:
    assert isinstance(
        proxied.one(body_size_limited, proxied.server("client_max_body_size 1m;", f"limit_except {limit}")), Fail
    )


# By uploads that grew

NGINX_PAGE = b"<html><head><title>413</title></head><body><hr><center>nginx</center></body></html>"
CLOUDFLARE_PAGE = NGINX_PAGE.replace(b"nginx", b"cloudflare")
APACHE_PAGE = (
    b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>413 Request Entity Too Large</title>\n'
)
MIB = 1 << 20
URL = "https://registry.example.com"


def limit(
    let_in: int, refused: int | None = None, page: bytes = NGINX_PAGE, *, url: str = URL, taken: int | None = None
) -> UploadLimit:
    """What uploads found; `refused`: None for the byte after `let_in`."""
    answer = Exchange(
        "PATCH",
        f"{url}/v2/a/blobs/uploads/1?_state=SECRET",
        status=413,
        headers=(("Content-Type", "text/html"),),
        body=page,
    )
    at = Endpoint(url, Quote("", ""))
    return UploadLimit(at, let_in if taken is None else taken, let_in, refused or let_in + 1, answer)


def open_way(let_in: int = 128 * MIB + 1, unfinished: str = "") -> UploadLimit:
    """Uploads that nobody refused."""
    return UploadLimit(Endpoint(URL, Quote("", "")), min(let_in, 8 * MIB), let_in, unfinished=unfinished)


@pytest.mark.parametrize(
    ("page", "size", "who", "mode", "severity"),
    [
        (NGINX_PAGE, MIB, "nginx refuses requests above 1,048,576 bytes (client_max_body_size)", "PROXY-05", None),
        (NGINX_PAGE, 13_107_200, "13,107,200 bytes (ModSecurity's SecRequestBodyLimit", "PROXY-07", None),
        (APACHE_PAGE, 13_107_200, "13,107,200 bytes (ModSecurity's SecRequestBodyLimit", "PROXY-07", None),
        (APACHE_PAGE, 10 * MIB, "Apache refuses requests above 10,485,760 bytes", "PROXY-05", None),
        (CLOUDFLARE_PAGE, 100 * MIB, "Cloudflare refuses requests above", "PROXY-06", Severity.WARNING),
        (b"", 5 * MIB, f"What stands before {URL} refuses requests above 5,242,880 bytes", "PROXY-05", None),
    ],
)
def test_a_measured_limit_is_told_with_whose_it_is(
    given: Given, page: bytes, size: int, who: str, mode: str, severity: Severity | None
) -> None:
    fail = given.fail(body_size_limited, limit=limit(size, page=page))
    assert who in fail.message
    assert (fail.failure_modes, fail.severity, fail.resource) == ((mode,), severity, URL)
    assert "413" in fail.evidence[0].quote
    assert not any("SECRET" in one.quote or "SECRET" in one.source for one in fail.evidence)


def test_a_limit_that_is_not_known_to_the_byte_is_a_range(given: Given) -> None:
    fail = given.fail(body_size_limited, limit=limit(2 * MIB, 4 * MIB, APACHE_PAGE))
    assert "a request of 4,194,304 bytes and lets one of 2,097,152 bytes through" in fail.message


def test_a_connection_that_is_cut_is_told_as_such(given: Given) -> None:
    cut = dataclasses.replace(
        limit(2 * MIB, 4 * MIB),
        refusal=Exchange("PATCH", f"{URL}/v2/", failure=Failure(FailureKind.RESET, "r:443: closed the connection")),
    )
    fail = given.fail(body_size_limited, limit=cut)
    assert "cuts the connection of a request of 4,194,304 bytes" in fail.message


def test_the_limit_that_was_measured_and_that_nginx_has_is_one_finding(proxied: Proxied) -> None:
    text = proxied.server("client_max_body_size 5m;")
    fail = proxied.one(body_size_limited, text, limit=limit(5 * MIB))
    assert "nginx (registry.example.com location /v2/) refuses requests above 5,242,880 bytes" in fail.message
    assert fail.resource == "registry.example.com location /v2/"
    quotes = [one.quote for one in fail.evidence]
    assert any("413" in quote for quote in quotes)
    assert "client_max_body_size 5m;" in quotes


@pytest.mark.parametrize("page", [CLOUDFLARE_PAGE, APACHE_PAGE])
def test_the_limit_of_somebody_else_is_a_finding_beside_nginxs(proxied: Proxied, page: bytes) -> None:
    text = proxied.server("client_max_body_size 5m;")
    outcomes = proxied.outcomes(body_size_limited, text, limit=limit(5 * MIB, page=page))
    assert [type(one) for one in outcomes] == [Fail, Fail]
    (alone,) = proxied.outcomes(body_size_limited, proxied.server(), limit=limit(5 * MIB, page=page))
    assert isinstance(alone, Fail)
    assert alone.resource == URL


def test_what_nginx_lets_through_it_does_not_limit_whatever_its_file_says(proxied: Proxied) -> None:
    text = proxied.server("client_max_body_size 5m;")
    outcomes = proxied.outcomes(body_size_limited, text, limit=open_way())
    assert [type(one) for one in outcomes] == [Pass]
    elsewhere = dataclasses.replace(open_way(), asked=Endpoint("https://other.example.com", Quote("", "")))
    assert isinstance(proxied.one(body_size_limited, text, limit=elsewhere), Fail)
    larger = proxied.server("client_max_body_size 500m;")
    assert proxied.one(body_size_limited, larger, limit=open_way()).severity is Severity.WARNING


def test_an_open_way_passes_with_and_without_nginx(proxied: Proxied, given: Given) -> None:
    words = "a body of 8,388,608 bytes got through, and one of 134,217,729 bytes that was announced was not refused"
    assert given.passes(body_size_limited, limit=open_way()) == words
    assert isinstance(proxied.one(body_size_limited, proxied.server(), limit=open_way()), Pass)


def test_what_was_not_tried_is_not_known_unless_nginx_tells_it(proxied: Proxied, given: Given) -> None:
    late = open_way(2 * MIB, "the time of 20 s was over")
    said = given.unknown(body_size_limited, limit=late)
    assert said == "a body of 2,097,152 bytes got through; then the time of 20 s was over"
    assert isinstance(proxied.one(body_size_limited, proxied.server(), limit=late), Pass)


def test_without_anything_it_says_what_is_missing(given: Given) -> None:
    writing = Absent("not tried without --allow-writes", applicable=False)
    none = given.no_such
    assert "--allow-writes" in given.skips(body_size_limited, limit=writing, nginx=none)
    assert given.unknown(body_size_limited, limit=writing, nginx=given.not_here) == given.not_here.reason
    assert given.unknown(body_size_limited, limit=given.not_here, nginx=none) == given.not_here.reason


def test_a_413_is_told_in_traffic_by_whom_it_is() -> None:
    html = (("Content-Type", "text/html"),)
    [fail] = seen(body_size_limited, exchanged("PATCH /v2/a/blobs/uploads/u", 413, html, PAGE))

    assert fail.message.startswith("nginx refuses a PATCH with 413 (client_max_body_size)")
    assert fail.failure_modes == ("PROXY-05",)


def test_a_413_of_the_recorder_of_the_registry_or_of_a_token_service_is_not_told() -> None:
    said = b'{"errors":[{"code":"SIZE_INVALID","message":"x"}]}'
    path = "PATCH /v2/a/blobs/uploads/u"

    assert not seen(body_size_limited, exchanged(path, 413, (), PAGE, by_recorder="body too large"))
    assert not seen(body_size_limited, exchanged(path, 413, (), said), exchanged("GET /v2/", 413, (), PAGE))
    assert not seen(body_size_limited, exchanged(path, 202))
