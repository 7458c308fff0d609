"""A deletion that GitLab's registry refuses for a list that names the image is told; other conflicts are not."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.manifest_still_referenced import manifest_still_referenced
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import DIGEST, seen, told
from tests.traffic.seen_exchanges import API, errors, exchanged

DELETE = f"DELETE /v2/group/app/manifests/{DIGEST}"
REFERENCED = errors("MANIFEST_REFERENCED", "manifest referenced by a manifest list")


def test_an_image_that_a_list_names_is_told() -> None:
    [fail] = seen(manifest_still_referenced, exchanged(DELETE, 409, body=REFERENCED))

    assert fail.resource == "group/app"
    assert "manifest referenced by a manifest list" in fail.message


def test_other_conflicts_and_deletions_that_go_well_are_none() -> None:
    renaming = errors("RENAME_IN_PROGRESS", "rename in progress")
    assert not seen(manifest_still_referenced, exchanged(DELETE, 409, body=renaming))
    assert not seen(manifest_still_referenced, exchanged(DELETE, 409, API, b"<html>no</html>"))
    assert not seen(manifest_still_referenced, exchanged(DELETE, 202))
    assert not seen(manifest_still_referenced, exchanged("PUT /v2/group/app/manifests/1", 409, body=REFERENCED))


def test_without_a_recording_it_is_skipped() -> None:
    [outcome] = told(manifest_still_referenced, Absent("no recording", applicable=False))
    assert isinstance(outcome, Skip)
