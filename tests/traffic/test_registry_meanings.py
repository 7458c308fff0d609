"""What the registry answered, as people read it: where it sends clients, what it does not have, what it refuses."""

from __future__ import annotations

import pytest

from regdoctor.traffic.registry_meanings import meaning
from tests.checks.seen_in_traffic import AZURE_LINK, BLOB, GCS_LINK, S3_LINK
from tests.traffic.seen_exchanges import API, PAGE, errors, exchanged, recognised

TAG = "/v2/group/app/manifests/1"
LIST = f"/v2/group/app/manifests/sha256-{'ab' * 32}"


def meant(request: str, status: int, *headers: tuple[str, str], body: bytes = b"", normal: bool = True) -> str:
    return meaning(recognised(exchanged(request, status, (*API, *headers), body)), status, normal)


@pytest.mark.parametrize(
    ("request_line", "location", "said"),
    [
        (f"GET {BLOB}", S3_LINK, "to the S3 bucket at images.s3.eu-central-1.amazonaws.com for the blob"),
        (f"GET {BLOB}", GCS_LINK, "to the GCS bucket at storage.googleapis.com for the blob"),
        (f"GET {BLOB}", AZURE_LINK, "to the Azure container at account.blob.core.windows.net for the blob"),
        (f"GET {BLOB}", "https://mirror.example.com/blob", "on with 307 at mirror.example.com for the blob"),
        (f"GET {TAG}", "https://mirror.example.com/1", "on with 307 at mirror.example.com for the manifest"),
    ],
)
def test_where_a_client_is_sent_is_named_by_what_is_there(request_line: str, location: str, said: str) -> None:
    assert meant(request_line, 307, ("Location", location)) == f"the registry sends the client {said}"


def test_a_redirect_of_another_call_is_nobodys_in_particular() -> None:
    start = "POST /v2/group/app/blobs/uploads/"
    assert meant(start, 301, ("Location", "https://other.example.com/v2/")) == (
        "the client is sent elsewhere with 301 at other.example.com"
    )
    assert meant(start, 308, ("Location", "/v2/")) == "the client is sent elsewhere with 308, on the same host"
    assert meant(start, 307) == "the registry sends the client elsewhere with 307, and does not say where"
    assert meant(f"GET {TAG}", 304) == "the registry says that the client's own copy is still good"


def test_who_asked_is_not_shown_with_the_host() -> None:
    assert "secret" not in meant(f"GET {BLOB}", 307, ("Location", "https://me:secret@mirror.example.com/blob"))


@pytest.mark.parametrize(
    ("request_line", "said"),
    [
        (f"HEAD {BLOB}", "the registry has no such blob, as is normal before a push"),
        (f"GET {BLOB}", "the registry has no such blob"),
        (f"HEAD {TAG}", "the registry has no 1 yet, as is normal before a push"),
        (f"GET {TAG}", "the registry has no 1 in group/app"),
        (f"GET {LIST}", "the registry has nothing that refers to the image, as is normal"),
        (f"GET /v2/group/app/referrers/sha256:{'ab' * 32}", "the registry keeps no list of referrers, as many do not"),
        (
            "GET /gitlab/v1/",
            "the registry has none of it: it is not GitLab's, or keeps no metadata database",
        ),
        ("GET /v2/group/app/tags/list", "the registry refuses the list of tags with 404: it knows no such thing"),
    ],
)
def test_what_is_not_there_is_told_by_what_was_asked_for(request_line: str, said: str) -> None:
    assert meant(request_line, 404) == said


def test_a_page_says_nothing_of_what_the_registry_has() -> None:
    said = meant(f"HEAD {BLOB}", 404, ("Content-Type", "text/html"), body=PAGE, normal=False)
    assert said == "nginx, not the registry, answers 404: it knows no such thing"
    assert meant(f"GET {TAG}", 200, ("Content-Type", "text/html"), body=PAGE, normal=False) == (
        "a page for people in the place of the registry's answer"
    )


def test_a_path_that_the_api_does_not_have_is_told_as_one() -> None:
    assert meant("HEAD /v2/group/app/nothing", 500, normal=False) == (
        "the registry fails at a path that its API does not have with 500: it failed inside"
    )
    assert meant("HEAD /v2/group/app/nothing", 200) == "the registry answers at a path that its API does not have"


def test_what_the_registry_refuses_is_quoted() -> None:
    recorded = exchanged(f"PUT {TAG}", 400, body=errors("MANIFEST_INVALID", "manifest invalid"))
    assert meaning(recognised(recorded), 400, normal=False) == (
        "the registry refuses the manifest with 400 MANIFEST_INVALID: manifest invalid"
    )
