"""The regions of Amazon S3: an S3 driver without an endpoint of its own takes no other name."""

from __future__ import annotations

import re

AWS_REGIONS = frozenset(
    (
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
        *("ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
        *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1"),
        *("eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2"),
        *("us-west-1", "us-west-2", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"),
        *("us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1"),
        *("us-isof-east-1", "us-isof-south-1", "eusc-de-east-1"),
    )
)
"""Every region of every partition: the AWS SDK's endpoint data of 2026-11 (botocore 1.44.5, endpoints.json)."""
_SHAPE = re.compile(
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-isob?|us-isof|eu-isoe|eusc-de)"
    r"-(?:central|(?:north|south)(?:east|west)?|east|west)-[1-9]"
)


def may_be_newer(name: str) -> bool:
    """Whether `name`, which is none of `AWS_REGIONS`, is formed as a region is: it may have opened since."""
    return _SHAPE.fullmatch(name) is not None
