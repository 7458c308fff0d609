"""An authority that docker does not know is a finding, whatever names its chain carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Quote
from regdoctor.checks.tls.authority_unknown import authority_unknown
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.served_tls import Distrust
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

SELF = (18, "self-signed certificate", 0)
MISSING = (20, "unable to get local issuer certificate", 1)


def test_a_certificate_that_signed_itself_is_a_finding(given: Given, served: Served) -> None:
    alone = served.certificate("CN=me", "CN=me")
    fail = given.fail(authority_unknown, looks=served.looks(served.look(alone, distrust=SELF)))
    assert "signed by itself" in fail.message
    assert fail.resource == served.url
    assert "self-signed certificate" in fail.evidence[0].quote


@pytest.mark.parametrize("code", [2, 18, 19, 20, 21, 27])
def test_each_verdict_on_the_authority_counts(given: Given, served: Served, code: int) -> None:
    given.fail(authority_unknown, looks=served.looks(served.look(distrust=(code, "words", 1))))


def test_a_root_that_is_missing_is_ranked_before_an_intermediate(given: Given, served: Served) -> None:
    upper = served.authority(urls=("http://pki.example.com/root.crt",))
    fail = given.fail(authority_unknown, looks=served.looks(served.look(served.certificate(), upper, distrust=MISSING)))
    assert f"issued by {served.root}" in fail.message
    text = fail.remedy[Dialect.PLAIN].text
    assert text.index("a root that clients lack") < text.index("another intermediate")
    assert "http://pki.example.com/root.crt" in text


def test_a_certificate_alone_without_an_address_of_its_issuer_names_both_causes(given: Given, served: Served) -> None:
    look = served.look(served.certificate(), distrust=(20, "unable to get local issuer certificate", 0))
    text = given.fail(authority_unknown, looks=served.looks(look)).remedy[Dialect.PLAIN].text
    assert text.index("authority of your own") < text.index("missing from what is served")


def test_a_certificate_alone_with_an_address_of_its_issuer_is_left_to_the_other_check(
    given: Given, served: Served
) -> None:
    leaf = served.certificate(urls=("http://pki.example.com/i.crt",))
    look = served.look(leaf, distrust=(20, "unable to get local issuer certificate", 0))
    assert "intermediate_missing" in given.skips(authority_unknown, looks=served.looks(look))


def test_docker_may_trust_what_the_system_does_not(given: Given, served: Served) -> None:
    folder = Quote("/etc/docker/certs.d/registry.example.com:5050", "registry.example.com:5050/: ca.crt")
    look = served.look(by_system=Distrust(*SELF), docker_folder=folder)
    said = given.passes(authority_unknown, looks=served.looks(look))
    assert folder.source in said
    assert "skopeo" in said


@pytest.mark.parametrize("code", [9, 10, 26, 66])
def test_what_is_refused_for_another_reason_has_a_known_authority(given: Given, served: Served, code: int) -> None:
    given.passes(authority_unknown, looks=served.looks(served.look(distrust=(code, "words", 0))))


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("https://h.example.com", "h.example.com"),
        ("https://h.example.com:5050", "h.example.com:5050"),
        ("https://[2001:db8::1]:5050", "[2001:db8::1]:5050"),
    ],
)
def test_the_folder_is_named_as_docker_names_it_and_counts_for_the_token_service_too(
    given: Given, served: Served, url: str, folder: str
) -> None:
    registry = served.look(url=url, distrust=SELF)
    service = served.look(url="https://gitlab.example.com", whose="token service", distrust=SELF)
    for fail in given.fails(authority_unknown, looks=served.looks(registry, service)):
        command = fail.remedy[Dialect.PLAIN].commands[1]
        assert command.replace("'", "").endswith(f"/etc/docker/certs.d/{folder}/ca.crt")


def test_a_name_with_control_characters_stays_on_one_line(given: Given, served: Served) -> None:
    look = served.look(served.certificate("CN=a\n\x1b[31m", "CN=" + "b" * 9000), distrust=MISSING)
    fail = given.fail(authority_unknown, looks=served.looks(look))
    assert fail.message.isprintable()
    assert len(fail.message) < 500


@pytest.mark.parametrize("kind", FailureKind)
def test_without_a_certificate_nothing_is_known(given: Given, served: Served, kind: FailureKind) -> None:
    assert "not seen" in given.unknown(authority_unknown, looks=served.looks(served.broken("no", kind)))


def test_a_recorder_that_refuses_it_for_that_is_told_in_traffic_and_for_anything_else_not() -> None:
    def refused(words: str) -> list[Fail]:
        failure = Failure(FailureKind.TLS, f"Certificate verify failed: {words}")
        return seen(authority_unknown, exchanged("GET /v2/", None, (), failure=failure))

    [fail] = refused("unable to get local issuer certificate")
    assert "clients may know it, or miss it as well" in fail.message
    assert fail.resource == "https://registry.example.com"
    assert "unable to get local issuer certificate" in fail.evidence[-1].quote
    assert not refused("certificate has expired")
    assert not seen(authority_unknown, exchanged("GET /v2/", 200))
