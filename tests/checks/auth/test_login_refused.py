"""A refused login is a finding that names who refuses; what only may be lost on the way is told as both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.login_refused import login_refused
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.login_trial import LoginTrial
from tests.checks.conftest import API, BEARER, HTML, INNER, JSON, PUBLIC, UNAUTHORIZED
from tests.evidence.token_traffic import LOGIN, REALM, Traffic, body

if TYPE_CHECKING:
    from tests.checks.conftest import Given

BASIC = ("WWW-Authenticate", 'Basic realm="here"')
NGINX = ("Server", "nginx/1.22.1")
PAGE = b"<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization \
Required</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"


def _trial(outer: Exchange, inner: Exchange | None = None) -> LoginTrial:
    return LoginTrial("bob o'b", "bob o'b", outer, inner)


def _refusal(given: Given, *more: tuple[str, str], url: str = PUBLIC) -> Exchange:
    return given.exchange(f"{url}/v2/", 401, API, BASIC, JSON, *more, body=UNAUTHORIZED)


def _welcome(given: Given, url: str = PUBLIC) -> Exchange:
    return given.exchange(f"{url}/v2/", 200, API, JSON, body=b"{}")


def test_a_login_that_is_let_in_passes(given: Given) -> None:
    assert "bob o'b" in given.passes(login_refused, trial=_trial(_welcome(given)))


def test_a_registry_with_nothing_before_it_is_named(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(_refusal(given)))
    assert fail.message == "The registry refuses the login of bob o'b"
    assert fail.failure_modes == ("AUTH-18",)


def test_with_a_proxy_before_it_both_are_named_and_what_tells_them_apart(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(_refusal(given, NGINX)))
    assert fail.message == "The login of bob o'b is refused, or lost on the way: nginx stands before the registry"
    (remedy,) = fail.remedy.values()
    assert "200 there means" in remedy.text


def test_a_hostile_server_header_is_not_repeated(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(_refusal(given, ("Server", "\x1b[31mhi\n"))))
    assert "a proxy stands before" in fail.message


def test_the_registrys_own_port_tells_a_wrong_login_from_one_that_is_lost(given: Given) -> None:
    refused = given.fail(login_refused, trial=_trial(_refusal(given, NGINX), _refusal(given, url=INNER)))
    assert refused.message == "The registry refuses the login of bob o'b"
    assert len(refused.evidence) == 2
    lost = given.fail(login_refused, trial=_trial(_refusal(given, NGINX), _welcome(given, INNER)))
    assert "is lost between" in lost.message
    assert lost.failure_modes == ("AUTH-21",)


def test_an_inner_port_that_does_not_judge_tells_nothing(given: Given) -> None:
    down = given.exchange(f"{INNER}/v2/", fails=(FailureKind.REFUSED, "refused"))
    assert "or lost on the way" in given.fail(login_refused, trial=_trial(_refusal(given, NGINX), down)).message


def test_a_proxy_that_asks_for_a_password_itself_is_named(given: Given) -> None:
    page = given.exchange(f"{PUBLIC}/v2/", 401, BASIC, HTML, NGINX, body=PAGE)
    fail = given.fail(login_refused, trial=_trial(page))
    assert fail.message == "nginx refuses the login of bob o'b, before the registry sees it"


ECR = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"
EXPIRED = b"Your Authorization Token has expired. Please run 'aws ecr get-login --no-include-email' to fetch a new one."
DENIED = (
    b'{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}'
)


@pytest.mark.parametrize("body", [EXPIRED, DENIED])
def test_ecr_refuses_with_403_and_its_password_is_got_anew(given: Given, body: bytes) -> None:
    fail = given.fail(login_refused, trial=_trial(given.exchange(f"{ECR}/v2/", 403, BASIC, body=body)))
    assert "403" in fail.message
    assert fail.failure_modes == ("AUTH-18",)
    assert fail.remedy[Dialect.PLAIN].commands == (
        "aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin "
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    )


def test_ecr_behind_another_name_is_known_by_its_words(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(given.exchange(f"{PUBLIC}/v2/", 403, body=EXPIRED)))
    assert fail.remedy[Dialect.PLAIN].commands == ("aws ecr get-login-password",)


def test_403_of_a_registry_is_a_refused_login_and_of_anybody_else_is_not(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(given.exchange(f"{PUBLIC}/v2/", 403, JSON, body=DENIED)))
    assert "DENIED: Your authorization token has expired" in fail.message
    assert "aws" not in fail.remedy[Dialect.PLAIN].text
    page = given.exchange(f"{PUBLIC}/v2/", 403, HTML, NGINX, body=PAGE)
    assert "403" in given.unknown(login_refused, trial=_trial(page))
    given.unknown(login_refused, trial=_trial(given.exchange(f"{PUBLIC}/v2/", 403, body=b"Forbidden")))


def test_a_registry_that_names_itself_is_no_proxy(given: Given) -> None:
    fail = given.fail(login_refused, trial=_trial(_refusal(given, ("Server", "Nexus/3.68.1-02 (OSS)"))))
    assert fail.message == "The registry refuses the login of bob o'b"
    through = _refusal(given, ("Server", "Nexus/3.68.1-02 (OSS)"), ("Via", "1.1 x"))
    assert "stands before" in given.fail(login_refused, trial=_trial(through)).message


def test_what_is_neither_yes_nor_no_leaves_it_unknown(given: Given) -> None:
    assert "503" in given.unknown(login_refused, trial=_trial(given.exchange(f"{PUBLIC}/v2/", 503)))
    broken = given.exchange(f"{PUBLIC}/v2/", fails=(FailureKind.TIMEOUT, "no answer"))
    assert "no answer" in given.unknown(login_refused, trial=_trial(broken))
    tokens = given.exchange(f"{PUBLIC}/v2/", 401, API, BEARER, JSON, body=UNAUTHORIZED)
    assert "a token is asked for" in given.unknown(login_refused, trial=_trial(tokens))


@pytest.mark.parametrize("status", [401, 403])
def test_traffic_shows_a_login_that_the_token_service_refuses(status: int) -> None:
    seen = Traffic()
    seen.sent_away()
    url = f"GET {REALM}?service=container_registry&account=me"
    seen.ask(url, status, JSON, content=body("DENIED", "access forbidden"), shown=LOGIN)

    fail = seen.only("login_refused").fail
    assert fail.message == "The token service refuses the login of the client: DENIED: access forbidden"


def test_in_traffic_who_shows_no_login_is_refused_none() -> None:
    seen = Traffic()
    seen.sent_away()
    seen.ask(f"GET {REALM}?service=container_registry", 403, JSON, content=body("DENIED", "access forbidden"))
    seen.ask(f"POST {REALM}", 401, JSON, content=body("UNAUTHORIZED"))

    assert seen.findings() == []


def test_traffic_of_a_registry_with_basic_authentication() -> None:
    asks = ("WWW-Authenticate", 'Basic realm="Registry"')
    seen = Traffic()
    seen.ask("GET /v2/", 401, asks, JSON, content=body("UNAUTHORIZED"))
    seen.shown = LOGIN
    seen.ask("GET /v2/", 200, JSON)
    assert seen.findings() == []

    seen.ask("GET /v2/", 401, asks, JSON, content=body("UNAUTHORIZED"))
    assert seen.only("login_refused").fail.resource == "https://registry.example.com"
