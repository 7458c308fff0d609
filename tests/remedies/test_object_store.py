"""Commands on a bucket name another store than Amazon's, and can be pasted."""

from __future__ import annotations

import shlex

from regdoctor.formats.s3_parameters import S3Endpoint
from regdoctor.remedies.object_store import s3api


def test_amazon_needs_no_address_and_others_do() -> None:
    amazon = S3Endpoint("https://s3.eu-west-1.amazonaws.com", "eu-west-1", "b", path_style=False, root="")
    other = S3Endpoint("http://127.0.0.1:9000", "us-east-1", "b c;d", path_style=True, root="")

    assert s3api(amazon, "head-bucket") == "aws s3api head-bucket --bucket b"
    words = shlex.split(s3api(other, "head-object", "--key", "a'b"))
    expected = ["aws", "s3api", "head-object", "--endpoint-url", "http://127.0.0.1:9000", "--bucket", "b c;d"]
    assert words == [*expected, "--key", "a'b"]
