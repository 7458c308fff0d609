"""Bucket and key in the address of an object."""

from __future__ import annotations

import pytest

from regdoctor.distribution.store_addresses import azure_names, gcs_names, s3_names

KEY = "docker/registry/v2/blobs/x"


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("bucket.s3.eu-central-1.amazonaws.com", KEY, ("bucket", KEY)),
        ("my.dotted.bucket.s3.amazonaws.com", KEY, ("my.dotted.bucket", KEY)),
        ("s3-backup.s3.amazonaws.com", KEY, ("s3-backup", KEY)),
        ("s3.amazonaws.com", f"bucket/{KEY}", ("bucket", KEY)),
        ("s3-eu-west-1.amazonaws.com", f"bucket/root/{KEY}", ("bucket", f"root/{KEY}")),
        ("bucket.s3.dualstack.us-east-1.amazonaws.com", KEY, ("bucket", KEY)),
        ("127.0.0.1:9000", f"registry/{KEY}", ("registry", KEY)),
        ("[::1]:9000", f"registry/{KEY}", ("registry", KEY)),
        ("minio:9000", f"registry/{KEY}", ("registry", KEY)),
        ("minio", f"registry/{KEY}", ("registry", KEY)),
        ("minio.example.com", f"registry/{KEY}", ("registry", KEY)),
        ("registry.objects.example.com", KEY, ("registry", KEY)),
        ("account.r2.cloudflarestorage.com", f"bucket/{KEY}", ("bucket", KEY)),
        ("bucket.account.r2.cloudflarestorage.com", KEY, ("bucket", KEY)),
        ("nyc3.digitaloceanspaces.com", f"bucket/{KEY}", ("bucket", KEY)),
        ("bucket.nyc3.digitaloceanspaces.com", KEY, ("bucket", KEY)),
        ("bucket.example.com", f"root/{KEY}", ("", "")),
        ("s3.amazonaws.com", "bucket", ("", "")),
        ("", "", ("", "")),
    ],
)
def test_s3(host: str, path: str, expected: tuple[str, str]) -> None:
    assert s3_names(host, path) == expected


def test_gcs_has_the_bucket_in_either_place() -> None:
    assert gcs_names("storage.googleapis.com", "bucket/a/b") == ("bucket", "a/b")
    assert gcs_names("bucket.storage.googleapis.com", "a/b") == ("bucket", "a/b")


def test_an_emulator_of_azure_has_the_account_before_the_container() -> None:
    assert azure_names("acct.blob.core.windows.net", "cont/a/b") == ("cont", "a/b")
    assert azure_names("127.0.0.1:10000", "acct/cont/a/b") == ("cont", "a/b")
