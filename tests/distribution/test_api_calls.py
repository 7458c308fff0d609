"""The calls of the registry's API, by method and target."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.api_calls import ApiCall, ApiKind, api_call
from regdoctor.distribution.gitlab_calls import GitLabKind
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/v2/", ApiCall(ApiKind.PING)),
        ("GET", "/v2", ApiCall(ApiKind.PING)),
        ("HEAD", "https://registry.example.com:5050/v2/?ns=docker.io", ApiCall(ApiKind.PING)),
        ("GET", "/v2/_catalog?n=100", ApiCall(ApiKind.CATALOG)),
        ("GET", "/v2/group/app/tags/list?last=v1", ApiCall(ApiKind.TAGS, "group/app")),
        ("DELETE", "/v2/group/app/tags/reference/v1", ApiCall(ApiKind.TAG_DELETE, "group/app", "v1")),
        ("GET", f"/v2/app/referrers/{DIGEST}", ApiCall(ApiKind.REFERRERS, "app", DIGEST)),
        ("HEAD", "/v2/app/manifests/latest", ApiCall(ApiKind.MANIFEST_HEAD, "app", "latest")),
        ("get", f"/v2/app/manifests/{DIGEST}", ApiCall(ApiKind.MANIFEST_GET, "app", DIGEST)),
        ("PUT", "/v2/app/manifests/latest", ApiCall(ApiKind.MANIFEST_PUT, "app", "latest")),
        ("DELETE", f"/v2/app/manifests/{DIGEST}", ApiCall(ApiKind.MANIFEST_DELETE, "app", DIGEST)),
        ("HEAD", f"/v2/app/blobs/{DIGEST}", ApiCall(ApiKind.BLOB_HEAD, "app", DIGEST)),
        ("GET", f"/v2/app/blobs/{DIGEST}", ApiCall(ApiKind.BLOB_GET, "app", DIGEST)),
        ("DELETE", f"/v2/app/blobs/{DIGEST}", ApiCall(ApiKind.BLOB_DELETE, "app", DIGEST)),
        ("POST", "/v2/app/blobs/uploads/", ApiCall(ApiKind.UPLOAD_START, "app")),
        ("POST", "/v2/app/blobs/uploads", ApiCall(ApiKind.UPLOAD_START, "app")),
        (
            "POST",
            f"/v2/app/blobs/uploads/?mount=sha256%3A{'ab' * 32}&from=other%2Fapp",
            ApiCall(ApiKind.UPLOAD_MOUNT, "app", DIGEST, mount_from="other/app"),
        ),
        ("POST", f"/v2/app/blobs/uploads/?mount={DIGEST}", ApiCall(ApiKind.UPLOAD_MOUNT, "app", DIGEST)),
        ("POST", f"/v2/app/blobs/uploads/?digest={DIGEST}", ApiCall(ApiKind.UPLOAD_WHOLE, "app", digest=DIGEST)),
        ("PATCH", "/v2/app/blobs/uploads/u-1?_state=x", ApiCall(ApiKind.UPLOAD_CHUNK, "app", upload="u-1")),
        (
            "PUT",
            f"/v2/app/blobs/uploads/u-1?_state=%5Bredacted%5D&digest={DIGEST}",
            ApiCall(ApiKind.UPLOAD_FINISH, "app", upload="u-1", digest=DIGEST),
        ),
        ("GET", "/v2/app/blobs/uploads/u-1", ApiCall(ApiKind.UPLOAD_STATUS, "app", upload="u-1")),
        ("DELETE", "/v2/app/blobs/uploads/u-1", ApiCall(ApiKind.UPLOAD_CANCEL, "app", upload="u-1")),
        ("GET", "/gitlab/v1/", ApiCall(ApiKind.GITLAB, gitlab=GitLabKind.BASE)),
        (
            "GET",
            "/gitlab/v1/repositories/a/v2/b/tags/list/?n=5",
            ApiCall(ApiKind.GITLAB, "a/v2/b", gitlab=GitLabKind.TAGS),
        ),
    ],
)
def test_a_call_is_told_by_method_and_path(method: str, target: str, expected: ApiCall) -> None:
    assert api_call(method, target) == expected


@pytest.mark.parametrize(
    ("target", "kind", "repository", "reference"),
    [
        # As docker-registry 2.8 answers them.
        ("/v2/foo/manifests/tags/list", ApiKind.TAGS, "foo/manifests", ""),
        ("/v2/foo/manifests/manifests/tags", ApiKind.MANIFEST_GET, "foo/manifests", "tags"),
        ("/v2/v2/v2/tags/list", ApiKind.TAGS, "v2/v2", ""),
        ("/v2/group%2Fapp/tags/list", ApiKind.TAGS, "group/app", ""),
        ("/v2//foo/tags/list/", ApiKind.TAGS, "foo", ""),
        ("/v2/tags/list", ApiKind.UNKNOWN, "", ""),
        (f"/v2/blobs/uploads/blobs/{DIGEST}", ApiKind.BLOB_GET, "blobs/uploads", DIGEST),
        ("/v2/a/blobs/uploads/blobs/uploads/u", ApiKind.UPLOAD_STATUS, "a/blobs/uploads", ""),
        ("/v2/a/tags/list/manifests/blobs", ApiKind.MANIFEST_GET, "a/tags/list", "blobs"),
        ("/v2/uploads/manifests/uploads", ApiKind.MANIFEST_GET, "uploads", "uploads"),
        ("/v2/gitlab/v1/manifests/x", ApiKind.MANIFEST_GET, "gitlab/v1", "x"),
        ("/v2/a/b/c/d/e/f/g/tags/list", ApiKind.TAGS, "a/b/c/d/e/f/g", ""),
        ("/v2/_oci/ext/discover", ApiKind.UNKNOWN, "", ""),
    ],
)
def test_a_repository_may_be_called_like_a_part_of_the_api(
    target: str, kind: ApiKind, repository: str, reference: str
) -> None:
    call = api_call("GET", target)
    assert call is not None
    assert (call.kind, call.repository, call.reference) == (kind, repository, reference)


def test_what_stands_before_the_api_is_kept() -> None:
    assert api_call("GET", "https://h/artifactory/docker/v2/app/tags/list") == ApiCall(
        ApiKind.TAGS, "app", before="/artifactory/docker"
    )


def test_the_state_of_an_upload_is_read_from_a_cleaned_address() -> None:
    state = UploadState("app", "u-1", 7, None)
    call = api_call("PATCH", f"/v2/app/blobs/uploads/u-1?a=b&_state={cleaned_upload_state(state)}")
    assert call is not None
    assert call.state == state


@pytest.mark.parametrize("target", ["", "/", "v2/", "https://h", "https://v2/x", "/v3/", "/api/v2.0/x", "?a=/v2/", "*"])
def test_a_path_without_the_api_is_none(target: str) -> None:
    assert api_call("GET", target) is None


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "", "PATCH"])
def test_a_method_that_the_api_does_not_have_keeps_the_repository(method: str) -> None:
    assert api_call(method, "/v2/app/manifests/x") == ApiCall(ApiKind.UNKNOWN, "app", "x")


pieces = st.lists(st.sampled_from(["v2", "/", "blobs", "uploads", "tags", "list", "%", "%2F", "?", "=", "_state", "é"]))


@given(st.text(max_size=8), st.text(max_size=80) | pieces.map("".join))
def test_nothing_raises(method: str, target: str) -> None:
    api_call(method, target)
    api_call(method, f"/v2/{target}")


@pytest.mark.parametrize("piece", ["a/", "%2F", "/v2", "blobs/uploads/", "%", "&a=b", "?_state=", "://"])
def test_a_target_of_a_megabyte_takes_linear_time(piece: str) -> None:
    target = "/v2/" + piece * ((1 << 20) // len(piece))
    begun = time.process_time()
    api_call("POST", target)
    api_call("POST", f"/v2/a/blobs/uploads/?{target}")
    assert time.process_time() - begun < 5
