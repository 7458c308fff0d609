"""Commands that look at, or change, the bucket behind the registry, for its administrator's own credentials."""

from __future__ import annotations

import shlex

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.formats.s3_hosts import endpoint_address, is_amazon
from regdoctor.formats.s3_parameters import S3Endpoint


def s3api(endpoint: S3Endpoint, command: str, *words: str) -> str:
    """A call of the AWS command line on the bucket: `aws s3api get-bucket-versioning --bucket images`.

    Another store than Amazon's is named by its address.
    """
    address = endpoint_address(endpoint.url)
    own = () if address is None or is_amazon(address.host) else ("--endpoint-url", endpoint.url)
    return shlex.join(("aws", "s3api", command, *own, "--bucket", endpoint.bucket, *words))


def in_the_store(text: str, *commands: str) -> Remedies:
    """A remedy that is the same however the registry was installed, as it is done at the store."""
    return {Dialect.PLAIN: Remedy(text, commands)}
