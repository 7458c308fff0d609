"""The image of a trial: a real one, of exactly the size asked for, that no registry has yet."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regdoctor.probes.trial_image import SMALLEST, TAG_PREFIX, TrialLayer, trial_image


@given(st.integers(SMALLEST, 300_000))
@example(SMALLEST)
@example(65535 + 24)
@example(65540 + 19)
@example(2 * 65540 + 20)
def test_a_layer_of_any_size_is_a_gzip_file_with_one_file_in_it(size: int) -> None:
    pieces = list(TrialLayer("0123456789abcdef", size).pieces())
    assert sum(map(len, pieces)) == size
    assert max(map(len, pieces)) <= 65540

    archive = gzip.decompress(b"".join(pieces))

    assert len(archive) % 512 == 0
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        (entry,) = opened.getmembers()
        assert entry.name == "regdoctor-trial-0123456789abcdef"
        content = opened.extractfile(entry)
        assert content is not None
        assert len(content.read()) == entry.size
    assert len(archive) == 512 or len(archive) - entry.size >= 512 + 512


def test_the_parts_name_each_other() -> None:
    image = trial_image(5000)
    layer = b"".join(image.layer.pieces())
    manifest, config = json.loads(image.manifest), json.loads(image.config)

    assert str(image.layer_digest) == f"sha256:{hashlib.sha256(layer).hexdigest()}"
    assert [(one["digest"], one["size"]) for one in manifest["layers"]] == [(str(image.layer_digest), 5000)]
    assert (manifest["config"]["digest"], manifest["config"]["size"]) == (str(image.config_digest), len(image.config))
    assert manifest["mediaType"] == image.media_type
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(gzip.decompress(layer)).hexdigest()}"]
    assert image.tag == f"{TAG_PREFIX}{image.layer.seed}"


def test_each_is_new_to_the_registry() -> None:
    one, other = trial_image(SMALLEST), trial_image(SMALLEST)
    for part in ("layer_digest", "config_digest", "manifest_digest", "tag"):
        assert getattr(one, part) != getattr(other, part)


def test_the_content_does_not_repeat_itself() -> None:
    assert len(gzip.compress(b"".join(TrialLayer("00", 400_000).pieces()))) > 397_000


def test_a_layer_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1024 bytes, not 1023"):
        trial_image(1023)
