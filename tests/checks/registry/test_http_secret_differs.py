"""Several instances without one and the same secret are a finding; one instance is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.registry.http_secret_differs import http_secret_differs
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import RegistryConfig
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

NAMES = ("/mnt/a/config.yml", "/mnt/b/config.yml")


def config(given: Given, node: int, secret: str) -> RegistryConfig:
    return given.config(f"version: 0.1\nhttp:\n  addr: :5000\n{secret and f'  secret: {secret}'}\n", NAMES[node])


def test_another_secret_on_the_second_instance_is_a_finding_and_neither_is_shown(given: Given) -> None:
    replicas = Replicas((config(given, 0, "first-of-secrets"), config(given, 1, "second-of-secrets")))
    fail = given.fail(http_secret_differs, replicas=replicas)
    assert fail.message == "/mnt/b/config.yml has another http.secret than /mnt/a/config.yml"
    assert [(quote.source, quote.line) for quote in fail.evidence] == [(NAMES[0], 4), (NAMES[1], 4)]
    assert "of-secrets" not in str(fail)


def test_a_missing_secret_on_any_instance_is_a_finding(given: Given) -> None:
    fail = given.fail(http_secret_differs, replicas=Replicas((config(given, 0, "abcdefgh"), config(given, 1, ""))))
    assert fail.resource == NAMES[1]
    assert [(quote.source, quote.line) for quote in fail.evidence] == [(NAMES[1], 2), (NAMES[0], 4)]
    none = given.fail(http_secret_differs, replicas=Replicas((config(given, 0, ""), config(given, 1, "''"))))
    assert none.message.startswith("No instance has")


def test_the_same_secret_passes(given: Given) -> None:
    both = Replicas((config(given, 0, "0123456789"), config(given, 1, "'0123456789'")))
    assert "2 configurations" in given.passes(http_secret_differs, replicas=both)


def test_one_instance_needs_none_unless_it_is_started_several_times(given: Given) -> None:
    scaled = Located(3, Place("compose.yml", 9), "services.registry.deploy.replicas")
    assert "--root" in given.skips(http_secret_differs, replicas=Replicas((config(given, 0, ""),)))
    fail = given.fail(http_secret_differs, replicas=Replicas((config(given, 0, ""),), scaled))
    assert [quote.line for quote in fail.evidence] == [9, 2]
    assert given.passes(http_secret_differs, replicas=Replicas((config(given, 0, "0123456789"),), scaled))


def _state(name: str = "a") -> str:
    return cleaned_upload_state(UploadState(name, "u", 0, None))


def test_a_signature_that_the_next_instance_does_not_know_is_told_in_traffic() -> None:
    refused = b'{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid","detail":{}}]}'
    start = exchanged("POST /v2/a/blobs/uploads/", 202, (("Location", f"/v2/a/blobs/uploads/u?_state={_state()}"),))
    piece = exchanged(f"PATCH /v2/a/blobs/uploads/u?_state={_state()}", 404, body=refused)

    [fail] = seen(http_secret_differs, start, piece)
    assert [quote.source.partition(" ")[0] for quote in fail.evidence] == ["POST", "PATCH", "PATCH"]


def test_a_state_of_another_upload_or_a_wrong_offset_is_not_told_as_a_secret() -> None:
    detail = b'{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid","detail":{}}]}'
    none = b'{"errors":[{"code":"BLOB_UPLOAD_INVALID","message":"blob upload invalid"}]}'
    other = exchanged(f"PATCH /v2/a/blobs/uploads/u?_state={_state('b')}", 404, body=detail)
    offset = exchanged(f"PATCH /v2/a/blobs/uploads/u?_state={_state()}", 404, body=none)

    assert not seen(http_secret_differs, other, offset, exchanged("PATCH /v2/a/blobs/uploads/u", 404, body=detail))
