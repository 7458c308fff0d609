"""Each registry looks for its S3 credentials in its own order."""

from __future__ import annotations

from regdoctor.distribution.credential_chains import DISTRIBUTION_2, SDK_1, SDK_2, Source, chains_of
from regdoctor.distribution.generation import Generation


def test_2_8_does_not_read_web_identities_and_containers_roles() -> None:
    assert chains_of("s3", frozenset((Generation.DISTRIBUTION_2,))) == (DISTRIBUTION_2,)
    assert not DISTRIBUTION_2.reads(Source.WEB_IDENTITY)
    assert not DISTRIBUTION_2.reads(Source.CONTAINER)


def test_the_sdk_looks_for_a_web_identity_before_the_shared_file() -> None:
    assert chains_of("s3", frozenset((Generation.DISTRIBUTION_3,))) == (SDK_1,)
    assert chains_of("s3aws", frozenset((Generation.GITLAB,))) == (SDK_1,)
    assert SDK_1.sources.index(Source.WEB_IDENTITY) < SDK_1.sources.index(Source.SHARED_FILE)


def test_the_driver_tells_the_sdk_and_an_unknown_product_may_follow_either_order() -> None:
    assert chains_of("s3_v2", frozenset(Generation)) == (SDK_2,)
    assert chains_of("s3", frozenset(Generation)) == (DISTRIBUTION_2, SDK_1)
