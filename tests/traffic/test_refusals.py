"""Who refused a call, and what for, as people read it."""

from __future__ import annotations

import pytest

from regdoctor.evidence.recorded import Shown
from regdoctor.traffic.refusals import refusal, refused_credentials
from tests.traffic.seen_exchanges import API, BEARER, CHALLENGE, PAGE, REALM, errors, exchanged, recognised

HTML = (("Content-Type", "text/html"), ("Server", "nginx"))


def refused(status: int, body: object = b"", headers: tuple[tuple[str, str], ...] = API) -> str:
    call = recognised(exchanged("PUT /v2/a/manifests/1", status, headers, body))  # type: ignore[arg-type]
    return refusal(call, status, "the registry", "the manifest")


def test_the_registrys_own_error_is_quoted_by_code_and_message() -> None:
    said = refused(400, errors("MANIFEST_INVALID", "manifest invalid"))
    assert said == "the registry refuses the manifest with 400 MANIFEST_INVALID: manifest invalid"


def test_an_error_without_a_message_has_the_words_of_its_status() -> None:
    assert refused(413, errors("SIZE_INVALID", "")) == (
        "the registry refuses the manifest with 413 SIZE_INVALID: finds the body too large"
    )


def test_a_server_fails_where_the_fault_is_its_own() -> None:
    assert refused(503) == "the registry fails at the manifest with 503: it is not available now"
    assert refused(403) == "the registry refuses the manifest with 403: it denies access"


def test_a_proxys_page_is_the_proxys_and_not_the_registrys() -> None:
    assert refused(413, PAGE, HTML) == "nginx, not the registry, answers 413: it finds the body too large"


def test_a_page_of_nobody_known_stands_in_the_place_of_the_registry() -> None:
    page = b"<!DOCTYPE html><html><body><p>Sorry</p></body></html>"
    assert refused(503, page, (("Content-Type", "text/html"),)) == (
        "a page for people answers 503 in the place of the registry: it is not available now"
    )


@pytest.mark.parametrize(
    ("shown", "headers", "said"),
    [
        (None, API, "the registry wants credentials, and does not say which: there is no challenge"),
        (Shown("Basic", "c" * 12), CHALLENGE, "the registry does not take the login that was sent; it wants a token"),
        (
            Shown("Basic", "c" * 12),
            (("WWW-Authenticate", 'Basic realm="x"'),),
            "the registry does not take the login that was sent",
        ),
        (BEARER, CHALLENGE, "the registry does not take the token that was sent"),
        (
            BEARER,
            (("WWW-Authenticate", f'Bearer realm="{REALM}",error="insufficient_scope",scope="repository:a:push"'),),
            "the registry takes the token, but it does not grant repository:a:push",
        ),
        (
            BEARER,
            (("WWW-Authenticate", f'Bearer realm="{REALM}",error="insufficient_scope"'),),
            "the registry takes the token, but it does not grant what is asked for",
        ),
    ],
)
def test_a_401_says_what_it_does_not_take(shown: Shown | None, headers: tuple[tuple[str, str], ...], said: str) -> None:
    assert refused_credentials(recognised(exchanged("GET /v2/", 401, headers, shown=shown))) == said
