"""A key that Omnibus does not read is named with what was meant; known keys and other services are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Severity
from regdoctor.checks.gitlab.gitlab_rb_key_unread import gitlab_rb_key_unread

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _outcomes(given: Given, code: str) -> list[Outcome]:
    return given.outcomes(gitlab_rb_key_unread, rb=given.rb(code))


@pytest.mark.parametrize(
    ("code", "meant", "mode"),
    [
        ("gitlab_rails['internal_key'] = 'x'", "registry['internal_key']", "GL-04"),
        ("registry['debug'] = {'addr' => ':5001'}", "registry['debug_addr']", "CFG-14"),
        ("registry['storage_delete_enable'] = true", "registry['storage_delete_enabled']", "GL-04"),
        ("registry['nginx']['listen_htps'] = true", "registry['nginx']['listen_https']", "GL-04"),
        ("registry_nginx['redirect_http_to_http'] = 1", "registry_nginx['redirect_http_to_https']", "GL-04"),
        ("gitlab_rails['registry_isuer'] = 'x'", "gitlab_rails['registry_issuer']", "GL-04"),
    ],
)
def test_a_key_that_is_not_read_is_a_finding(given: Given, code: str, meant: str, mode: str) -> None:
    (fail,) = _outcomes(given, "\n" + code)
    assert isinstance(fail, Fail)
    assert f"{meant} is most likely meant" in fail.message
    assert [quote.line for quote in fail.evidence] == [2]
    assert fail.failure_modes == (mode,)
    assert fail.severity is None


def test_a_key_that_resembles_none_is_only_told(given: Given) -> None:
    (fail,) = _outcomes(given, "registry['brand_new_feature'] = 1")
    assert isinstance(fail, Fail)
    assert fail.severity is Severity.INFO


def test_each_key_has_its_finding_and_the_secret_is_not_shown(given: Given) -> None:
    found = _outcomes(given, "registry['debug'] = 1\ngitlab_rails['internal_key'] = 'hunter2hunter2'\n")
    assert [isinstance(item, Fail) for item in found] == [True, True]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "registry['storage'] = {'s3' => {'anything' => 1}}",
        "registry['nginx']['proxy_set_headers'] = {'X' => 'y'}",
        "registry['nginx'] = ENV['X']",
        "registry['svlogd_size'] = 1",
        "gitlab_rails['registry_path'] = '/r'\ngitlab_rails['other'] = 1\ngitlab_rails['backup_registry_user'] = 'r'",
        "nginx['listen_htps'] = true\npostgresql['enabel'] = 1",
    ],
)
def test_known_keys_and_other_sections_pass(given: Given, code: str) -> None:
    (outcome,) = _outcomes(given, code)
    assert isinstance(outcome, Pass)
