"""The API version header is missed only where the registry is known to send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect
from regdoctor.checks.registry.api_version_header_missing import api_version_header_missing
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_header_that_is_lost_on_the_way_is_a_finding(given: Given) -> None:
    outer = given.ping(given.public_url, 401, given.bearer)
    fail = given.fail(
        api_version_header_missing,
        public=given.public(outer),
        internal=given.internal(given.asks(given.inner_url)),
    )
    assert fail.resource == given.public_url
    assert fail.evidence[0].quote.endswith("no Docker-Distribution-Api-Version")
    assert fail.evidence[1].quote.endswith("Docker-Distribution-Api-Version: registry/2.0")
    assert "/var/opt/gitlab/nginx" in fail.remedy[Dialect.OMNIBUS].commands[0]


def test_the_header_passes_in_any_case(given: Given) -> None:
    ping = given.ping(given.public_url, 200, ("docker-distribution-api-version", "registry/2.0"), body=b"{}")
    assert "registry/2.0" in given.passes(api_version_header_missing, public=given.public(ping))


def test_an_oci_registry_need_not_send_it(given: Given) -> None:
    bare = given.ping(given.public_url, 401, given.bearer)
    given.skips(api_version_header_missing, public=given.public(bare))
    inner = given.internal(given.ping(given.inner_url, 401, given.bearer))
    given.skips(api_version_header_missing, public=given.public(bare), internal=inner)


def test_what_is_no_registry_is_no_concern(given: Given) -> None:
    inner = given.internal(given.asks(given.inner_url))
    page = given.ping(given.public_url, 200, given.html, body=b"<html>")
    for ping in (page, given.gateway(), given.refused(given.public_url)):
        given.skips(api_version_header_missing, public=given.public(ping), internal=inner)


def test_the_answer_of_a_failing_health_check_never_has_it(given: Given) -> None:
    body = b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}'
    outer = given.ping(given.public_url, 503, body=body)
    inner = given.internal(given.asks(given.inner_url))
    reason = given.skips(api_version_header_missing, public=given.public(outer), internal=inner)
    assert "answers 503" in reason


def test_a_password_that_the_proxy_asks_for_comes_without_it(given: Given) -> None:
    outer = given.ping(given.public_url, 401, given.html, ("WWW-Authenticate", 'Basic realm="nginx"'))
    inner = given.internal(given.open(given.inner_url))
    fail = given.fail(api_version_header_missing, public=given.public(outer), internal=inner)
    assert fail.remedy[Dialect.PLAIN].commands[-1].endswith(" registry/2.0 always;")


def _upload(*headers: tuple[str, str]) -> Recorded:
    state = cleaned_upload_state(UploadState("a", "u", 0, None))
    location = ("Location", f"/v2/a/blobs/uploads/u?_state={state}")
    return exchanged("POST /v2/a/blobs/uploads/", 202, (location, *headers))


def test_a_header_that_is_lost_is_told_in_traffic_of_a_registry_that_sends_it() -> None:
    [fail] = seen(api_version_header_missing, exchanged("GET /v2/", 200, ()), _upload())
    assert fail.resource == "https://registry.example.com"


def test_a_header_that_a_registry_with_tokens_loses_is_told_of_its_challenge() -> None:
    challenge = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"')
    header = ("Docker-Distribution-Api-Version", "registry/2.0")

    assert seen(api_version_header_missing, exchanged("GET /v2/", 401, (challenge,)), _upload())
    assert not seen(api_version_header_missing, exchanged("GET /v2/", 401, (challenge, header)), _upload())


def test_registries_that_send_none_and_one_answer_without_it_are_not_told() -> None:
    header = ("Docker-Distribution-Api-Version", "registry/2.0")
    other = exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", "/v2/a/blobs/uploads/u"),))

    assert not seen(api_version_header_missing, exchanged("GET /v2/", 200, ()), other)
    assert not seen(api_version_header_missing, exchanged("GET /v2/", 200, (header,)), _upload())
    assert not seen(api_version_header_missing, exchanged("GET /v2/", 200, ()), _upload(header))
