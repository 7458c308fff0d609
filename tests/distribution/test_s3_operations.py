"""Operations of S3, the actions that grant them, and policies that IAM takes."""

from __future__ import annotations

import re

import pytest

from regdoctor.distribution.s3_operations import (
    BUCKET_ACTIONS,
    Operation,
    action_of,
    key_statement,
    minimal_policy,
    statement,
    statements,
)

ARN = "arn:aws:s3:::reg"


@pytest.mark.parametrize("operation", Operation)
def test_every_operation_has_a_name_and_actions_that_exist(operation: Operation) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+( by a presigned URL)?", operation.api_name)
    assert action_of(operation)
    # These two are no actions, though documents list them (docker/docs#16719).
    assert not {"s3:HeadObject", "s3:CreateMultipartUpload"} & set(action_of(operation))


def test_the_bucket_is_named_without_and_objects_with_a_path() -> None:
    assert statement("s3:ListBucket", ARN)["Resource"] == ARN
    assert statement("s3:GetObject", ARN, "a/") == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"{ARN}/a/*",
    }


def test_actions_on_bucket_and_objects_make_two_statements() -> None:
    with pytest.raises(ValueError, match="not of one kind"):
        statement(("s3:ListBucket", "s3:GetObject"), ARN)
    found = statements(("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:GetObject"), ARN)
    assert [one["Action"] for one in found] == ["s3:ListBucket", ["s3:GetObject", "s3:PutObject"]]
    assert statements((), ARN) == []


def test_the_minimal_policy_is_that_of_the_drivers_documentation_less_what_no_driver_asks_for() -> None:
    policy = minimal_policy(ARN, "team/")
    bucket, objects = policy["Statement"]
    assert set(bucket["Action"]) == BUCKET_ACTIONS - {"s3:GetBucketLocation"}
    assert set(objects["Action"]) == {
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
    }
    assert objects["Resource"] == f"{ARN}/team/docker/registry/*"


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("arn:aws:kms:eu-central-1:1:key/ab", "arn:aws:kms:eu-central-1:1:key/ab"),
        ("ab-cd", "arn:aws-cn:kms:*:*:key/ab-cd"),
        ("alias/reg", "arn:aws-cn:kms:*:*:key/*"),
        ("arn:aws:kms:eu-central-1:1:alias/reg", "arn:aws:kms:eu-central-1:1:key/*"),
    ],
)
def test_a_key_is_granted_by_its_arn_its_id_or_its_alias(key: str, resource: str) -> None:
    granted = key_statement(key, "aws-cn")
    assert granted["Resource"] == resource
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/reg"}} if "alias" in key else None
    assert granted.get("Condition") == condition
    assert minimal_policy("arn:aws-cn:s3:::reg", "", key)["Statement"][-1] == granted
