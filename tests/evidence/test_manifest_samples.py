"""How much was seen is said in words, and schema version 1 is known by its number."""

from __future__ import annotations

import pytest

from regdoctor.evidence.manifest_samples import ManifestSample, is_schema1


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (ManifestSample((), 1, complete=True), "1 manifest, which is all"),
        (ManifestSample((), 7, complete=True, unreadable=2), "7 manifests, which is all, 2 of them unreadable"),
        (ManifestSample((), 7, complete=False), "7 manifests, a sample: not all could be seen in time"),
    ],
)
def test_the_extent_is_said(sample: ManifestSample, words: str) -> None:
    assert sample.words == words


@pytest.mark.parametrize(
    ("manifest", "old"),
    [
        ({"schemaVersion": 1, "tag": "x"}, True),
        ({"schemaVersion": 2}, False),
        ({"schemaVersion": "1"}, False),
        ({}, False),
        ([1], False),
        (None, False),
    ],
)
def test_schema_version_1_is_the_number_1(manifest: object, old: bool) -> None:
    assert is_schema1(manifest) == old
