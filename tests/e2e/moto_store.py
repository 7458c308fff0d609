"""moto's server, an S3 store with IAM enforced: a user for each set of permissions."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.lab.client import send, status_of
from regdoctor.lab.object_store import Identity
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import minimal_environment

BUCKET_ACTIONS = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
OBJECT_ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
)
ACTIONS = (*BUCKET_ACTIONS, *OBJECT_ACTIONS)
"""All that a registry needs (failure-modes, C10)."""


@dataclass
class MotoStore:
    """A running server; `start` it, and end its process by `processes`."""

    folder: Path
    processes: Processes
    endpoint: str = ""
    users: dict[str, Identity] = field(default_factory=dict)
    """By the action that is missing; `""`: none is."""
    _administrator: Identity | None = None

    def start(self, bucket: str) -> None:
        """Start it with a bucket, and with a user for each permission that may be missing."""
        (port,) = free_ports(1)
        self.endpoint = f"http://127.0.0.1:{port}"
        process = self.processes.start(
            "moto",
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            log=self.folder / "moto.log",
            environment={**minimal_environment(self.folder), "INITIAL_NO_AUTH_ACTION_COUNT": "1000000"},
            grace=0.0,
        )
        process.wait_ready(lambda: status_of(f"{self.endpoint}/moto-api/") == 200, 30.0)
        self.client("s3").create_bucket(Bucket=bucket)
        iam = self.client("iam")
        for missing in ("", *ACTIONS):
            self.users[missing] = _user(iam, bucket, [action for action in ACTIONS if action != missing])
        iam.create_user(UserName="administrator")
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
        iam.put_user_policy(UserName="administrator", PolicyName="all", PolicyDocument=document)
        key = iam.create_access_key(UserName="administrator")["AccessKey"]
        self._administrator = Identity(key["AccessKeyId"], key["SecretAccessKey"])
        send("POST", f"{self.endpoint}/moto-api/reset-auth", headers={"Content-Type": "text/plain"}, body=b"0")

    def add_user(self, bucket: str, actions: Iterable[str]) -> Identity:
        """A further user, who may do this to a bucket; permissions need not be enforced yet."""
        return _user(self.client("iam", self._administrator), bucket, actions)

    def client(self, service: str, user: Identity | None = None, endpoint: str = "") -> Any:
        """A client of boto3, of this store or another; before permissions are enforced without a user."""
        import boto3

        keys = user or Identity("any", secrets.token_hex(8))
        return boto3.client(
            service,
            endpoint_url=endpoint or self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )


def _user(iam: Any, bucket: str, actions: Iterable[str]) -> Identity:
    name = f"user-{secrets.token_hex(4)}"
    arn = f"arn:aws:s3:::{bucket}"
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": [arn, f"{arn}/*"]}
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="registry", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Identity(key["AccessKeyId"], key["SecretAccessKey"])


def s3_section(endpoint: str, bucket: str, user: Identity, more: str = "") -> str:
    """The section storage of config.yml; `more`: further parameters, as they stand in a YAML mapping on one line."""
    return (
        f"storage: {{s3: {{regionendpoint: '{endpoint}', region: us-east-1, bucket: {bucket}, secure: false, "
        f"accesskey: '{user.access_key}', secretkey: '{user.secret_key}'{more}}}}}\n"
    )


def s3_config(endpoint: str, bucket: str, user: Identity, more: str = "") -> RegistryConfig:
    """The same as a whole configuration; the parameters are those of `s3_section`."""
    return parse_registry_config(f"version: 0.1\n{s3_section(endpoint, bucket, user, more)}".encode(), "config.yml")
