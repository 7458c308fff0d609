"""The parameters of the GCS driver as the driver reads them."""

from __future__ import annotations

import pytest

from regdoctor.formats.gcs_parameters import gcs_parameters
from regdoctor.formats.registry_config import parse_registry_config


@pytest.mark.parametrize(
    ("root", "prefix"), [("", "docker/"), ("/a/b/", "a/b/docker/"), ("/", "docker/"), ("a", "a/docker/")]
)
def test_the_root_directory_is_a_prefix_without_slashes_at_its_ends(root: str, prefix: str) -> None:
    config = parse_registry_config(f"storage: {{gcs: {{bucket: b, rootdirectory: '{root}'}}}}".encode(), "config.yml")
    found = gcs_parameters(config)

    assert found is not None
    assert found.registry_prefix == f"{prefix}registry/v2/"
    assert found.text("bucket") == "b"
    assert found.value("keyfile") is None


def test_another_driver_has_none() -> None:
    assert gcs_parameters(parse_registry_config(b"storage: {s3: {bucket: b}}", "config.yml")) is None
