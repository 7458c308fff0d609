"""Statements to paste: each action on the resource that it is of."""

from __future__ import annotations

import json

from regdoctor.formats.s3_parameters import S3Endpoint
from regdoctor.remedies.s3_grants import grant, grant_key

CHINA = S3Endpoint("https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1", "b", path_style=False, root="r/")


def test_actions_on_objects_and_on_the_bucket_are_two_statements() -> None:
    commands = grant(CHINA, ["s3:PutObject", "s3:ListBucket", "s3:PutObject"]).commands
    assert [json.loads(command) for command in commands] == [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws-cn:s3:::b"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws-cn:s3:::b/r/docker/registry/*"},
    ]


def test_a_key_that_is_not_known_is_said_to_be_put_in() -> None:
    assert "in the place of the star" in grant_key(CHINA, "").text
    key = "arn:aws:kms:eu-central-1:111122223333:key/x"
    assert json.loads(grant_key(CHINA, key).commands[0])["Resource"] == key
