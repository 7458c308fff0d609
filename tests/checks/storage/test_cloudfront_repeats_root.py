"""CloudFront's address, and the root directory that each key begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.cloudfront_repeats_root import cloudfront_repeats_root
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given

HOST = "d111111abcdef8.cloudfront.net"


def config(given: Given, baseurl: str, root: str, name: str = "cloudfront") -> RegistryConfig:
    """A registry before whose bucket CloudFront is."""
    return given.config(
        f"storage:\n  s3: {{bucket: b, region: us-east-1, rootdirectory: '{root}'}}\n"
        f"middleware:\n  storage:\n    - name: {name}\n      options: {{baseurl: '{baseurl}'}}\n"
    )


@pytest.mark.parametrize("baseurl", [f"https://{HOST}/some/where", f"https://{HOST}/some/where/", f"{HOST}/some/where"])
@pytest.mark.parametrize("root", ["/some/where", "some/where/"])
def test_the_root_directory_twice_is_a_finding(given: Given, baseurl: str, root: str) -> None:
    [fail] = given.fails(cloudfront_repeats_root, config=config(given, baseurl, root))
    assert "/some/where/some/where/docker" in fail.message
    assert [quote.line for quote in fail.evidence] == [6, 2]
    assert fail.remedy[Dialect.PLAIN].commands[0].rstrip().rstrip('"').endswith(f"https://{HOST}/")


@pytest.mark.parametrize(
    ("baseurl", "root"), [(f"https://{HOST}/", "/x"), (f"https://{HOST}/y", "/x"), (HOST, ""), (f"https://{HOST}", "/")]
)
def test_an_address_without_it_passes(given: Given, baseurl: str, root: str) -> None:
    assert given.passes(cloudfront_repeats_root, config=config(given, baseurl, root))


def test_what_is_no_address_is_left_open_and_other_middleware_not_judged(given: Given) -> None:
    assert given.unknown(cloudfront_repeats_root, config=config(given, "https://[x", "/x"))
    given.skips(cloudfront_repeats_root, config=config(given, "https://h/x", "/x", "redirect"))
    given.skips(cloudfront_repeats_root, config=given.config("storage: {filesystem: {rootdirectory: /x}}\n"))
