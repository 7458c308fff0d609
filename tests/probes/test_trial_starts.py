"""Of uploads whose ID a run never heard, the one of its moment is removed, and none beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from regdoctor.check import Dialect
from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.evidence.installation import Installation
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.probes.folder_storage import FolderStorage
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_starts import remove_started
from regdoctor.probes.trial_storage import storage_at_hand
from tests.probes.trial_entries import UPLOAD


def in_bucket(url: str) -> RegistryConfig:
    """A registry that stores in S3 below a prefix."""
    keys = f'accesskey: key, secretkey: s3cret, bucket: b, rootdirectory: /root, regionendpoint: "{url}"'
    return parse_registry_config(f"version: 0.1\nstorage: {{s3: {{{keys}}}}}\n".encode(), "config.yml")


def listing(*keys: str) -> bytes:
    """A bucket's answer."""
    found = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    return f'<ListBucketResult xmlns="x">{found}</ListBucketResult>'.encode()


ASKED = Entry("start", "http://r", "a/b", "/v2/a/b/blobs/uploads/2026-11-24T00:13:28Z")
OTHERS = {
    "1b6f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d": "2026-11-24T00:13:20Z",
    "2b6f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d": "2026-11-24T00:14:28Z",
    "3b6f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d": "no moment",
    "kept": "2026-11-24T00:13:28Z",
}
"""Uploads that another run began, and what is no upload."""


def test_of_uploads_whose_id_never_came_that_of_the_moment_goes_from_a_folder(tmp_path: Path) -> None:
    uploads = tmp_path / PREFIX / "repositories/a/b/_uploads"
    for upload, moment in {UPLOAD: "2026-11-24T00:13:29Z", **OTHERS}.items():
        (uploads / upload).mkdir(parents=True)
        (uploads / upload / "startedat").write_text(moment)
    (uploads / "link").symlink_to(uploads / UPLOAD)

    assert remove_started(FolderStorage(None, tmp_path), ASKED)

    assert {path.name for path in uploads.iterdir()} == {*OTHERS, "link"}
    assert remove_started(FolderStorage(None, tmp_path / "none"), ASKED)


def test_of_uploads_whose_id_never_came_that_of_the_moment_goes_from_a_bucket(
    serve: Callable[..., Any], door: Http
) -> None:
    place = f"root/{PREFIX}/repositories/a/b/_uploads"
    moments = {f"{place}/{upload}/startedat": text for upload, text in {UPLOAD: ASKED.subject, **OTHERS}.items()}
    key = f"{place}/{UPLOAD}/data"

    def route(one: Any) -> Any:
        path, _, query = one.path.partition("?")
        if one.method != "GET":
            return (404 if one.method == "HEAD" else 204), {}, b""
        if query.startswith("prefix=") and query.endswith("&uploads="):
            running = f"<Upload><Key>{key}</Key><UploadId>7</UploadId></Upload>"
            return 200, {}, f"<ListMultipartUploadsResult>{running}</ListMultipartUploadsResult>".encode()
        if query:
            return 200, {}, listing(*(f"{place}/{UPLOAD}/startedat",) if UPLOAD in query else moments)
        return 200, {}, str(moments[path.removeprefix("/b/")]).encode()

    server = serve(route)
    storage = storage_at_hand(Installation(None, Dialect.PLAIN, live=True), in_bucket(server.url), door)
    assert storage is not None
    assert remove_started(storage, ASKED)
    removed = [one.partition(" ")[2] for one in server.asked() if one.startswith("DELETE")]
    assert removed == [f"/b/{place}/{UPLOAD}/startedat", f"/b/{key}?uploadId=7"]


def test_a_bucket_that_lists_no_uploads_leaves_the_start_of_one_open(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (404 if one.method == "HEAD" else 403, {}, b""))
    storage = storage_at_hand(Installation(None, Dialect.PLAIN, live=True), in_bucket(server.url), door)
    assert storage is not None
    assert not remove_started(storage, ASKED)
