"""A missing s3:GetObject is told from every other way in which a store does not give an object out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_blob_read_forbidden import s3_blob_read_forbidden
from regdoctor.evidence.recorded import Recorded
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.traffic.reading import read_recordings
from tests.checks.seen_in_traffic import AFTER_ITS_END, BEFORE_SIGNING, BLOB, IN_TIME, S3_LINK, refusal, seen, sent_on
from tests.traffic.conversation import Conversation
from tests.traffic.seen_exchanges import BEARER

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Store

DENIED = (403, "AccessDenied")
REDIRECTS = parse_registry_config(b"version: 0.1\n", "config.yml")
HANDS_OUT = parse_registry_config(b"version: 0.1\nstorage: {redirect: {disable: true}}\n", "config.yml")


def test_refused_reads_are_a_finding_with_each_call(given: Given, store: Store) -> None:
    fail = given.fail(s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD": DENIED, "GET": DENIED}))
    assert "may not read objects under docker/registry/v2/blobs/ and docker/registry/v2/repositories/" in fail.message
    assert fail.resource == "bucket"
    assert fail.evidence[0].line == 9
    assert len(fail.evidence) == 5
    assert fail.evidence[2].quote.endswith("403, 40 bytes AccessDenied")


def test_a_policy_by_prefix_is_told(given: Given, store: Store) -> None:
    fail = given.fail(
        s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD blobs": DENIED, "GET blobs": DENIED})
    )
    assert "docker/registry/v2/blobs/ of bucket" in fail.message
    assert "repositories" not in fail.message


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_remedy_is_a_whole_iam_statement(given: Given, store: Store, region: str, partition: str) -> None:
    fail = given.fail(
        s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD": DENIED, "GET": DENIED}, region=region)
    )
    (command,) = fail.remedy[Dialect.PLAIN].commands
    assert json.loads(command) == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:{partition}:s3:::bucket/docker/registry/*",
    }


def test_head_alone_is_refused_by_something_in_between(given: Given, store: Store) -> None:
    fail = given.fail(s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD": (403, "")}))
    assert "is refused, where GET is not" in fail.message
    assert "pulls" not in fail.message
    assert "WAF" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("empty", [False, True])
def test_granted_reads_pass_also_without_an_object(given: Given, store: Store, empty: bool) -> None:
    assert "granted" in given.passes(s3_blob_read_forbidden, config=REDIRECTS, access=store(empty=empty))


def test_an_empty_object_has_no_first_byte_and_can_be_read(given: Given, store: Store) -> None:
    assert given.passes(s3_blob_read_forbidden, config=REDIRECTS, access=store({"GET": (416, "InvalidRange")}))


def test_without_listing_a_403_for_a_made_up_key_says_nothing(given: Given, store: Store) -> None:
    reason = given.unknown(s3_blob_read_forbidden, config=REDIRECTS, access=store({"*": DENIED}, empty=True))
    assert "permission to list" in reason


@pytest.mark.parametrize(
    "answer",
    [
        (0, ""),
        (403, "InvalidAccessKeyId"),
        (403, "SignatureDoesNotMatch"),
        (403, "RequestTimeTooSkewed"),
        (403, "AllAccessDisabled"),
        (404, "NoSuchBucket"),
        (400, "AuthorizationHeaderMalformed"),
        (301, "PermanentRedirect"),
        (301, ""),
        (307, "TemporaryRedirect"),
        (500, "InternalError"),
        (503, "SlowDown"),
        (403, "<html>Forbidden</html>"),
        (401, ""),
        (200, "<html>Welcome</html>"),
        (404, "<html>Not Found</html>"),
    ],
)
def test_every_answer_that_is_not_about_permission_is_unknown(
    given: Given, store: Store, answer: tuple[int, str]
) -> None:
    given.unknown(s3_blob_read_forbidden, config=REDIRECTS, access=store({"*": answer}))


def test_a_refusal_by_a_page_is_unknown_also_where_listings_work(given: Given, store: Store) -> None:
    page = (403, "<html>Forbidden</html>")
    assert "without saying why" in given.unknown(
        s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD": page, "GET": page})
    )


def test_a_key_that_may_not_be_used_is_not_a_missing_get_object(given: Given, store: Store) -> None:
    access = store({"GET": (403, "AccessDenied")})
    body = b"<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message></Error>"
    calls = tuple(
        replace(call, exchange=replace(call.exchange, body=body)) if call.action == "GET" else call
        for call in access.calls
    )
    assert "kms:Decrypt" in given.unknown(s3_blob_read_forbidden, config=REDIRECTS, access=replace(access, calls=calls))


def test_a_made_up_key_that_is_refused_proves_nothing_even_to_one_who_may_list(given: Given, store: Store) -> None:
    reason = given.unknown(
        s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD": DENIED, "GET": DENIED}, empty=True)
    )
    assert "holds no object to try" in reason


def test_a_real_object_that_is_refused_counts_beside_a_made_up_one(given: Given, store: Store) -> None:
    full = store({"HEAD": DENIED, "GET": DENIED})
    empty = store({"HEAD": DENIED, "GET": DENIED}, empty=True)
    calls = tuple((empty if call.area == "blobs" else full).call(call.action, call.area) or call for call in full.calls)
    fail = given.fail(s3_blob_read_forbidden, config=REDIRECTS, access=dataclasses.replace(full, calls=calls))
    assert "docker/registry/v2/repositories/ of bucket" in fail.message
    assert "blobs" not in fail.message


def test_without_a_read_there_is_no_verdict(given: Given, store: Store) -> None:
    access = store()
    listings = tuple(call for call in access.calls if call.action == "LIST")
    given.unknown(s3_blob_read_forbidden, config=REDIRECTS, access=dataclasses.replace(access, calls=listings))


def test_what_clients_see_follows_redirects_and_what_is_refused(given: Given, store: Store) -> None:
    blobs = store({"HEAD blobs": DENIED, "GET blobs": DENIED})
    links = store({"HEAD repositories": DENIED, "GET repositories": DENIED})
    sent_on = given.fail(s3_blob_read_forbidden, config=REDIRECTS, access=blobs)
    assert sent_on.message.endswith(": pushes end in 403, and pulls fail")
    # The registry answers HEAD without a look at the object (ServeBlob in blobserver.go).
    assert given.fail(s3_blob_read_forbidden, config=HANDS_OUT, access=blobs).message.endswith("of bucket: pulls fail")
    for config in (REDIRECTS, HANDS_OUT):
        fail = given.fail(s3_blob_read_forbidden, config=config, access=links)
        assert fail.message.endswith(": pushes and pulls end in 500")


def test_a_head_that_no_client_makes_may_be_refused(given: Given, store: Store) -> None:
    access = store({"HEAD": (403, "")})
    assert "no client is sent there" in given.passes(s3_blob_read_forbidden, config=HANDS_OUT, access=access)
    assert given.passes(s3_blob_read_forbidden, config=REDIRECTS, access=store({"HEAD repositories": (403, "")}))


def test_a_refused_head_of_a_bucket_in_traffic_names_the_permission_and_what_is_fine() -> None:
    led, refused = sent_on(S3_LINK, 403, ("Server", "AmazonS3"), IN_TIME)
    [fail] = seen(s3_blob_read_forbidden, dataclasses.replace(led, shown=BEARER), refused)
    assert "refuses HEAD of objects under docker/registry/v2/blobs/" in fail.message
    assert "most likely lacks s3:GetObject" in fail.message
    assert "Login, token and registry are fine" in fail.message
    assert (fail.resource, fail.severity) == ("images", Severity.ERROR)
    statement, look = fail.remedy[Dialect.PLAIN].commands
    assert json.loads(statement)["Resource"] == "arn:aws:s3:::images/docker/registry/*"
    assert look.endswith(f"https://registry.example.com{BLOB}")
    assert "wrong secret key" in fail.remedy[Dialect.PLAIN].text


def test_a_get_that_names_access_denied_is_certain() -> None:
    [fail] = seen(s3_blob_read_forbidden, *sent_on(S3_LINK, 403, body=refusal("AccessDenied"), method="GET"))
    assert "(AccessDenied): the registry's identity lacks s3:GetObject" in fail.message
    assert fail.severity is None
    assert len(fail.remedy[Dialect.PLAIN].commands) == 1


def test_a_key_that_wrote_the_blob_a_moment_ago_is_not_suspected() -> None:
    talk = Conversation()
    talk.push_blob("group/app", "one", verified=403)
    [fail] = seen(s3_blob_read_forbidden, *talk.said)
    assert "secret key" not in fail.remedy[Dialect.PLAIN].text
    assert "a proxy before the store" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, (), b""),
        (404, (), b""),
        (403, (AFTER_ITS_END,), b""),
        (403, (BEFORE_SIGNING,), b""),
        (403, (("X-Squid-Error", "ERR_ACCESS_DENIED 0"),), b""),
        (403, (), refusal("SignatureDoesNotMatch")),
        (403, (), refusal("AccessDenied", "Request has expired")),
        (403, (), refusal("AccessDenied", "not authorized to perform: kms:Decrypt")),
    ],
    ids=["given", "absent", "expired", "not yet", "a proxy", "signature", "expired as it says", "key of kms"],
)
def test_other_answers_of_a_bucket_are_no_missing_permission(
    status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    assert not seen(s3_blob_read_forbidden, *sent_on(S3_LINK, status, *headers, body=body))


def test_an_authorization_of_the_client_is_reason_enough_to_be_refused() -> None:
    assert not seen(s3_blob_read_forbidden, *sent_on(S3_LINK, 403, shown=BEARER))


def test_a_request_that_names_another_host_is_not_for_want_of_permission() -> None:
    led, refused = sent_on(S3_LINK, 403)
    for host, count in (("minio:9000", 0), ("images.s3.eu-central-1.amazonaws.com:443", 1)):
        named = dataclasses.replace(refused.exchange, request_headers=(("Host", host),))
        assert len(seen(s3_blob_read_forbidden, led, dataclasses.replace(refused, exchange=named))) == count


@pytest.mark.parametrize("name", ["push_head_refused.flow", "push_head_refused.har"])
def test_a_recorded_push_is_told_from_its_file(name: str) -> None:
    found = seen(s3_blob_read_forbidden, *_recorded(Path(__file__).parents[2] / "traffic/recordings" / name))
    assert [fail.resource for fail in found] == ["bucket"]


def _recorded(path: Path) -> Iterator[Recorded]:
    return (one for one in read_recordings([path]) if isinstance(one, Recorded))
