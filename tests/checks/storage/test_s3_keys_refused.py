"""Refused keys are a finding that says which of their causes it is, as far as the store tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.storage.s3_keys_refused import s3_keys_refused
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.injection import Absent
from regdoctor.redaction import redact

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

NONE = Absent("there is none", applicable=False)
OWN = "bucket: bucket, region: us-east-1, regionendpoint: 'https://s3.example.com', accesskey: LABKEY12, "
SECRET = "secretkey: not-the-secret-of-this-key"
AMAZON = "bucket: bucket, region: us-east-1, accesskey: "
SAID = Quote("/etc/docker/registry/config.yml", "http.debug.addr: 127.0.0.1:5001")
SIGNATURE = "SignatureDoesNotMatch"


def at_amazon(access: S3Access) -> S3Access:
    return replace(access, endpoint=replace(access.endpoint, url="https://s3.us-east-1.amazonaws.com"))


def with_link(access: S3Access, status: int, code: str = "") -> S3Access:
    exchange = Exchange("GET", "https://s3.example.com/bucket/key", status=status)
    return replace(access, further=(S3Call(Operation.PRESIGNED_GET, Area.BLOBS, "key", exchange, code),))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "InvalidAccessKeyId", "it has no such access key"),
        (403, SIGNATURE, "the secret is another one, or a proxy before the store writes another Host"),
        (400, "ExpiredToken", "the session token of these temporary keys has expired"),
        (400, "InvalidToken", "or is not theirs"),
        (403, "AccountProblem", "the account behind them"),
    ],
)
def test_each_code_has_its_cause_and_quotes_the_key_that_is_refused(
    given: Given, store: Store, status: int, code: str, words: str
) -> None:
    fail = given.fail(
        s3_keys_refused, access=store({"*": (status, code)}), config=given.storage(OWN + SECRET), debug=NONE
    )

    assert fail.severity in (None, Severity.CRITICAL)
    assert f"with {code}" in fail.message
    assert words in fail.message
    assert fail.evidence[0].line == 9
    assert code in fail.evidence[1].quote
    assert redact(fail.message) == fail.message


def test_amazon_leaves_the_secret_alone_as_the_cause(given: Given, store: Store) -> None:
    config = given.storage(f"{AMAZON}AKIAABCDEFGHIJKLMNOP, secretkey: {'s' * 20}{'t' * 20}")
    fail = given.fail(s3_keys_refused, access=at_amazon(store({"*": (403, SIGNATURE)})), config=config, debug=NONE)
    assert "proxy" not in fail.message


def test_a_secret_of_amazon_that_was_cut_is_told_by_its_length(given: Given, store: Store) -> None:
    config = given.storage(f"{AMAZON}AKIAABCDEFGHIJKLMNOP, secretkey: {'s' * 39}")
    fail = given.fail(s3_keys_refused, access=at_amazon(store({"*": (403, SIGNATURE)})), config=config, debug=NONE)
    assert "has 39 characters" in fail.message
    assert "s" * 39 not in f"{fail}"


def test_a_temporary_key_without_its_token_is_told(given: Given, store: Store) -> None:
    config = given.storage(f"{AMAZON}ASIAABCDEFGHIJKLMNOP, secretkey: {'s' * 40}")
    access = at_amazon(store({"*": (403, "InvalidAccessKeyId")}))
    assert "temporary key" in given.fail(s3_keys_refused, access=access, config=config, debug=NONE).message


def test_the_host_that_the_store_was_asked_for_tells_a_proxy_from_a_wrong_secret(given: Given, store: Store) -> None:
    def seen(host: str) -> str:
        access, config = store({"*": (403, SIGNATURE)}), given.storage(OWN + SECRET)
        body = f"<Error><Code>{SIGNATURE}</Code><CanonicalRequest>GET\n/\n\nhost:{host}\n</CanonicalRequest></Error>"
        calls = tuple(replace(one, exchange=replace(one.exchange, body=body.encode())) for one in access.calls)
        return given.fail(s3_keys_refused, access=replace(access, calls=calls), config=config, debug=NONE).message

    assert "s3.example.com was asked and signed, and minio:9000 arrived" in seen("minio:9000")
    assert "proxy" not in seen("s3.example.com")


def test_a_link_that_is_taken_proves_the_secret(given: Given, store: Store) -> None:
    access = with_link(store({"*": (403, SIGNATURE)}), 206)
    fail = given.fail(s3_keys_refused, access=access, config=given.storage(OWN + SECRET), debug=NONE)
    assert "a link signed with the same secret is taken" in fail.message
    assert "proxy_set_header" in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_path_that_a_proxy_may_take_away_is_named(given: Given, store: Store) -> None:
    access = store({"*": (403, SIGNATURE)})
    access = replace(access, endpoint=replace(access.endpoint, url="https://s3.example.com/minio"))
    fail = given.fail(s3_keys_refused, access=access, config=given.storage(OWN + SECRET), debug=NONE)
    assert "takes /minio off the path" in fail.message


def test_stores_that_differ_behind_one_address_are_an_error(given: Given, store: Store) -> None:
    access = store({"LIST blobs": (403, "InvalidAccessKeyId")})
    fail = given.fail(s3_keys_refused, access=access, config=given.storage(OWN + SECRET), debug=NONE)
    assert fail.severity is Severity.ERROR
    assert "do not share" in fail.message


def test_a_registry_that_gets_through_itself_leaves_it_unknown(given: Given, store: Store) -> None:
    config = given.config(
        f"storage: {{s3: {{{OWN}{SECRET}}}}}\nhealth: {{storagedriver: {{enabled: true}}}}\nhttp: {{addr: ':5000'}}\n"
    )
    health = Exchange("GET", "http://127.0.0.1:5001/debug/health", status=200, body=b"{}")
    green = DebugServer(Endpoint("http://127.0.0.1:5001", SAID), health, health, health, None)
    access = store({"*": (403, "InvalidAccessKeyId")})
    assert "green" in given.unknown(s3_keys_refused, access=access, config=config, debug=green)
    given.fail(s3_keys_refused, access=access, config=given.storage(OWN + SECRET), debug=green)


def test_a_registry_that_signs_by_version_2_is_not_judged_by_version_4(given: Given, store: Store) -> None:
    config = given.storage(f"{OWN}{SECRET}, v4auth: false")
    given.unknown(s3_keys_refused, access=store({"*": (403, SIGNATURE)}), config=config, debug=NONE)


@pytest.mark.parametrize("answers", [{}, {"*": (403, "AccessDenied")}, {"LIST": (403, "AccessDenied")}])
def test_a_store_that_knows_who_asks_passes_whatever_it_permits(
    given: Given, store: Store, answers: dict[str, tuple[int, str]]
) -> None:
    assert given.passes(s3_keys_refused, access=store(answers), config=given.storage(OWN + SECRET), debug=NONE)


@pytest.mark.parametrize(
    "answer", [(0, ""), (403, "RequestTimeTooSkewed"), (404, "NoSuchBucket"), (403, "<html>no</html>"), (502, "")]
)
def test_what_is_not_about_the_keys_is_unknown(given: Given, store: Store, answer: tuple[int, str]) -> None:
    config = given.storage(OWN + SECRET)
    given.unknown(s3_keys_refused, access=store({"*": answer}), config=config, debug=NONE)


def test_another_storage_is_skipped(given: Given, store: Store) -> None:
    config = given.config("storage: {filesystem: {rootdirectory: /srv}}\n")
    given.skips(s3_keys_refused, access=store(), config=config, debug=NONE)
