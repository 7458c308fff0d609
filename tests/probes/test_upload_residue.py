"""What a cancelled upload leaves in the storage is removed, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.storage_layout import PREFIX, upload_folder_key
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.probes.upload_residue import remove_residue

ID = "c747701f-3d49-422f-bc51-df9683bc9098"


def on_disk() -> RegistryConfig:
    text = b"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\n"
    return parse_registry_config(text, "config.yml")


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    return tmp_path / "var/lib/registry"


def sweep(root: Path, repository: str) -> None:
    here = Installation(root=root, dialect=Dialect.PLAIN, live=True)
    remove_residue(here, on_disk(), Http(TrustedCAs()), repository, ID)


def left_behind(storage: Path, repository: str, upload: str = ID) -> Path:
    state = storage / upload_folder_key(repository, upload) / "hashstates/sha256/0"
    state.parent.mkdir(parents=True)
    state.write_bytes(b"state")
    return state


def test_the_folders_that_the_upload_made_go_with_it(tmp_path: Path, storage: Path) -> None:
    left_behind(storage, "regdoctor/upload-test")

    sweep(tmp_path, "regdoctor/upload-test")

    assert list((storage / PREFIX / "repositories").iterdir()) == []


def test_another_upload_of_the_repository_stays(tmp_path: Path, storage: Path) -> None:
    mine = left_behind(storage, "group/project")
    other = left_behind(storage, "group/project", "0" * 8)

    sweep(tmp_path, "group/project")

    assert not mine.exists()
    assert other.exists()


def test_a_storage_that_is_not_there_is_left_alone(tmp_path: Path) -> None:
    sweep(tmp_path, "group/project")

    assert list(tmp_path.iterdir()) == []


def test_a_link_out_of_the_storage_is_not_followed(tmp_path: Path, storage: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "_uploads" / ID
    elsewhere.mkdir(parents=True)
    (elsewhere / "kept").write_bytes(b"")
    (storage / PREFIX / "repositories/group").mkdir(parents=True)
    (storage / PREFIX / "repositories/group/project").symlink_to(tmp_path / "elsewhere")

    sweep(tmp_path, "group/project")

    assert (elsewhere / "kept").exists()


def test_in_a_bucket_the_keys_of_the_upload_go_and_no_others(serve: Callable[..., Any]) -> None:
    mine = f"{upload_folder_key('group/project', ID)}/hashstates/sha256/0"
    listing = (
        f'<ListBucketResult xmlns="x"><IsTruncated>false</IsTruncated><Contents><Key>{mine}</Key></Contents>'
        "</ListBucketResult>"
    )
    server = serve(lambda one: (204, {}, b"") if one.method == "DELETE" else (200, {}, listing.encode()))
    text = (
        f"storage:\n  s3:\n    accesskey: key\n    secretkey: s3cret\n    bucket: b\n    regionendpoint: {server.url}\n"
    )

    here = Installation(root=None, dialect=Dialect.PLAIN, live=True)
    config = parse_registry_config(text.encode(), "config.yml")
    remove_residue(here, config, Http(TrustedCAs()), "group/project", ID)

    asked, deleted = server.asked()
    assert f"prefix={quote(upload_folder_key('group/project', ID) + '/', safe='')}" in asked
    assert deleted == f"DELETE /b/{mine}"
