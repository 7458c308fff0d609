"""Requests and links to Azure are signed as Microsoft documents it, and as its own library signs."""

from __future__ import annotations

import base64
import dataclasses
import hmac
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.storage.blob import generate_blob_sas
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy

from regdoctor.formats.azure_parameters import AzureContainer
from regdoctor.probes.azure_signers import VERSION, Bearer, DelegationKey, SharedKey
from regdoctor.redaction import Secret

KEY = base64.b64encode(bytes(range(64))).decode()
CONTAINER = AzureContainer("https://a.blob.core.windows.net", "a", "c", "", legacy=False, links_begin=True)
SIGNER = SharedKey("a", Secret(KEY, "accountkey"))
HEADERS = {"x-ms-version": "2021-08-06", "x-ms-date": "Tue, 24 Nov 2026 00:00:00 GMT"}
LIST = "https://a.blob.core.windows.net/c?restype=container&comp=list&prefix=x%2F"
DELEGATED = DelegationKey(
    {
        "SignedOid": "oid",
        "SignedTid": "tid",
        "SignedStart": "2026-11-24T00:00:00Z",
        "SignedExpiry": "2026-11-24T01:00:00Z",
        "SignedService": "b",
        "SignedVersion": VERSION,
    },
    Secret(KEY, "key"),
)


def test_the_signature_is_that_of_the_documented_text() -> None:
    asked = SIGNER.authorise("GET", LIST, HEADERS)
    text = (
        "GET" + "\n" * 12 + "x-ms-date:Tue, 24 Nov 2026 00:00:00 GMT\nx-ms-version:2021-08-06\n"
        "/a/c\ncomp:list\nprefix:x/\nrestype:container"
    )
    expected = base64.b64encode(hmac.new(bytes(range(64)), text.encode(), "sha256").digest()).decode()
    assert dict(asked.headers)["Authorization"] == f"SharedKey a:{expected}"


@pytest.mark.parametrize(
    ("method", "url", "more"),
    [
        ("GET", LIST, {}),
        ("HEAD", "https://a.blob.core.windows.net/c/docker/x", {}),
        ("GET", "https://a.blob.core.windows.net/c//docker/x%20y", {"x-ms-range": "bytes=0-0"}),
        ("PUT", "https://a.blob.core.windows.net/c/x", {"Content-Length": "7", "Content-Type": "text/plain"}),
        ("PUT", "https://a.blob.core.windows.net/c/x?comp=appendblock", {"Content-Length": "0"}),
    ],
)
def test_microsofts_library_signs_requests_the_same(method: str, url: str, more: dict[str, str]) -> None:
    headers = HEADERS | more
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    theirs = SimpleNamespace(method=method, url=url, headers=dict(headers), query=query)
    request = SimpleNamespace(http_request=theirs, context=SimpleNamespace(transport=None))
    SharedKeyCredentialPolicy("a", KEY).on_request(request)  # type: ignore[no-untyped-call]
    ours = dict(SIGNER.authorise(method, url, headers).headers)
    assert ours["Authorization"] == theirs.headers["Authorization"]


def test_microsofts_library_signs_the_same_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azure.storage.blob._shared.shared_access_signature.X_MS_VERSION", VERSION)
    monkeypatch.setattr("azure.storage.blob._shared_access_signature.X_MS_VERSION", VERSION, raising=False)
    ours = parse_qs(urlsplit(SIGNER.link(CONTAINER, "docker/x y")).query)
    theirs = generate_blob_sas(
        *("a", "c", "docker/x y"),
        account_key=KEY,
        permission="r",
        start=ours["st"][0],
        expiry=ours["se"][0],
        protocol="https",
    )
    assert parse_qs(theirs) == ours


def test_a_link_of_newer_drivers_is_for_tls_alone_and_begins_ten_seconds_back() -> None:
    link = SIGNER.link(CONTAINER, "docker/x y")
    assert link.startswith("https://a.blob.core.windows.net/c/docker/x%20y?")
    words = parse_qs(urlsplit(link).query)
    assert (words["spr"], words["sp"], words["sr"]) == (["https"], ["r"], ["b"])
    assert words["st"] < words["se"]


def test_a_link_of_older_drivers_says_no_beginning_so_that_a_fast_clock_does_not_matter() -> None:
    older = dataclasses.replace(CONTAINER, links_begin=False)
    for link in (SIGNER.link(older, "x"), Bearer("a", Secret("token-of-entra", "token"), DELEGATED).link(older, "x")):
        assert link is not None
        assert {"st", "spr"} & set(parse_qs(urlsplit(link).query)) == set()


def test_a_token_signs_links_with_the_key_that_azure_gives_for_it_alone() -> None:
    bearer = Bearer("a", Secret("token-of-entra", "token"))
    assert bearer.link(CONTAINER, "x") is None
    assert dict(bearer.authorise("GET", LIST, HEADERS).headers)["Authorization"] == "Bearer token-of-entra"
    link = dataclasses.replace(bearer, key=DELEGATED).link(CONTAINER, "x")
    assert link is not None
    words = parse_qs(urlsplit(link).query)
    assert (words["skoid"], words["sktid"], words["ske"]) == (["oid"], ["tid"], ["2026-11-24T01:00:00Z"])
    assert "token-of-entra" not in link
