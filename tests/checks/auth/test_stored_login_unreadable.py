"""A stored login that cannot be read is a finding, which says how the registry was asked; none at all is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.checks.auth.stored_login_unreadable import stored_login_unreadable
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.login_source import LoginSource, UnreadableLogin
from regdoctor.redaction import Secret
from regdoctor.target import Login

if TYPE_CHECKING:
    from tests.checks.conftest import Given

FILE = "/root/.docker/config.json"
NO_HELPER = UnreadableLogin(FILE, "docker-credential-nosuch is not on PATH", of_helper=True)
NO_JSON = UnreadableLogin(FILE, f"{FILE}:1: not JSON: expecting value")
ENDPOINTS = Endpoints(Endpoint("https://r.example.com:5050", Quote("", "")), None, None, None)
BOB = Login("bob", Secret("correct horse", "password"), "/run/user/0/containers/auth.json")


def _source(*troubles: UnreadableLogin, login: Login | None = None) -> LoginSource:
    return LoginSource(login, "", troubles)


def test_a_helper_that_is_missing_is_named_with_the_file_that_names_it(given: Given) -> None:
    fail = given.fail(stored_login_unreadable, logins=_source(NO_HELPER), endpoints=ENDPOINTS)
    assert fail.message == (
        f"Stored logins cannot be read: docker-credential-nosuch is not on PATH (by {FILE}); the "
        "registry was asked without a login"
    )
    assert fail.failure_modes == ("CLI-03",)
    assert fail.remedy[Dialect.PLAIN].commands == ("docker login r.example.com:5050",)


def test_a_file_is_named_once_and_whose_login_was_used_instead_is_told(given: Given) -> None:
    fail = given.fail(stored_login_unreadable, logins=_source(NO_JSON, login=BOB), endpoints=ENDPOINTS)
    assert fail.message.count(FILE) == 1
    assert fail.message.endswith("asked as bob (/run/user/0/containers/auth.json) instead")
    assert (fail.resource, fail.failure_modes) == (FILE, ("CLI-04",))


def test_podmans_file_is_written_anew_by_podman(given: Given) -> None:
    trouble = UnreadableLogin("/run/user/0/containers/auth.json", "/run/user/0/containers/auth.json:1: not JSON")
    fail = given.fail(stored_login_unreadable, logins=_source(trouble), endpoints=ENDPOINTS)
    assert fail.remedy[Dialect.PLAIN].commands == ("podman login r.example.com:5050",)


@pytest.mark.parametrize(("of_helper", "words"), [(False, "type Variable"), (True, "the helper that")])
def test_the_variable_is_mended_where_it_is_set(given: Given, of_helper: bool, words: str) -> None:
    trouble = UnreadableLogin("DOCKER_AUTH_CONFIG", "DOCKER_AUTH_CONFIG:1: not JSON", of_helper)
    remedy = given.fail(stored_login_unreadable, logins=_source(trouble), endpoints=given.not_here).remedy
    assert words in remedy[Dialect.PLAIN].text
    assert remedy[Dialect.PLAIN].commands == ()


def test_without_a_stored_login_it_is_skipped_and_one_that_can_be_read_passes(given: Given) -> None:
    unsent = LoginSource(None, "stored logins are not sent to http://r.example.com, which is not HTTPS")
    for none in (_source(), unsent, _source(login=Login("eve", Secret("correct horse", "password")))):
        assert "no stored login" in given.skips(stored_login_unreadable, logins=none, endpoints=ENDPOINTS)
    assert "bob" in given.passes(stored_login_unreadable, logins=_source(login=BOB), endpoints=ENDPOINTS)
