"""A real registry in front of moto's S3, which enforces IAM: it fails as the table says without a permission."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from regdoctor.check import Dialect, Fail, Pass, Skip
from regdoctor.checks.storage.s3_blob_read_forbidden import s3_blob_read_forbidden
from regdoctor.checks.storage.s3_list_forbidden import s3_list_forbidden
from regdoctor.checks.storage.s3_multipart_listing_forbidden import s3_multipart_listing_forbidden
from regdoctor.checks.storage.s3_presigned_refused import s3_presigned_refused
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_operations import Operation, minimal_policy
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.front import main_conf
from regdoctor.lab.image import build_image
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.s3_access import s3_access
from regdoctor.storage.matrix import Matrix, matrix_of
from regdoctor.storage.report import document, render_text
from tests.e2e.lone_registry import LoneRegistry

CONFIG_ONLY = Absent("nothing but the configuration is known")
"""In place of the registry's identity."""

BUCKET = "permissions"
ARN = f"arn:aws:s3:::{BUCKET}"
SCHEMA = json.loads(
    resources.files("regdoctor.storage").joinpath("storage-permissions-1.schema.json").read_text("utf-8")
)
Grant = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of moto on loopback."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def grant(moto: str) -> Iterator[Grant]:
    """Give an identity of its own this policy, and let moto enforce it; gives the section `storage`."""
    import boto3

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=moto,
            region_name="us-east-1",
            aws_access_key_id="k",
            aws_secret_access_key="s",
            verify=False,
        )

    def enforced_after(number: str) -> None:
        Http(TrustedCAs()).send("POST", f"{moto}/moto-api/reset-auth", body=number.encode())

    def give(policy: dict[str, Any]) -> str:
        enforced_after("inf")
        client("s3").create_bucket(Bucket=BUCKET)
        users = client("iam")
        name = f"user-{len(users.list_users()['Users'])}"
        users.create_user(UserName=name)
        users.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        key = users.create_access_key(UserName=name)["AccessKey"]
        enforced_after("0")
        identity = f"accesskey: {key['AccessKeyId']}, secretkey: {key['SecretAccessKey']}"
        s3 = f"regionendpoint: '{moto}', region: us-east-1, bucket: {BUCKET}, {identity}"
        # moto with IAM answers 500 to every presigned link: the registry hands blobs out itself.
        return f"storage: {{s3: {{{s3}}}, redirect: {{disable: true}}}}\n"

    yield give
    enforced_after("inf")


def without(*actions: str) -> dict[str, Any]:
    """The minimal policy, less these actions."""
    policy = minimal_policy(ARN)
    for one in policy["Statement"]:
        one["Action"] = [action for action in one["Action"] if action not in actions]
    return policy


def looked(config: RegistryConfig) -> S3Access:
    """What the identity may do."""
    found = s3_access.gather(Installation(Path("/"), Dialect.PLAIN, live=True), config, CONFIG_ONLY, Http(TrustedCAs()))
    assert isinstance(found, S3Access)
    return found


def copied(registry: LoneRegistry, *words: str) -> tuple[bool, str]:
    """Whether skopeo's copy succeeds, and what it says."""
    done = subprocess.run(
        [find_program("skopeo"), "copy", "--insecure-policy", "--retry-times", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**minimal_environment(registry.folder), "TMPDIR": str(registry.folder)},
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode == 0, done.stdout


def pushed(registry: LoneRegistry, tag: str) -> tuple[bool, str]:
    source = registry.folder / f"image-{tag}"
    build_image(f"Pushed as {tag}.\n").write_folder(source)
    place = f"docker://{urlsplit(registry.url).netloc}/app:{tag}"
    return copied(registry, "--dest-tls-verify=false", f"dir:{source}", place)


def pulled(registry: LoneRegistry, tag: str) -> tuple[bool, str]:
    place = f"docker://{urlsplit(registry.url).netloc}/app:{tag}"
    return copied(registry, "--src-tls-verify=false", place, f"dir:{registry.folder / f'pulled-{tag}'}")


def table(access: S3Access) -> Matrix:
    """The table of 2.8, which keeps its schema and, but for addresses and paths, 80 columns."""
    matrix = matrix_of(access, None, Generation.DISTRIBUTION_2, "distribution 2.8.2")
    jsonschema.validate(document(matrix.table), SCHEMA)
    text = render_text(matrix.table, 80)
    assert "secretkey" not in text
    lines = text.split("The whole policy")[0].splitlines()
    assert all(len(line) <= 80 for line in lines if max(map(len, line.split()), default=0) < 40)
    return matrix


def test_the_minimal_policy_is_enough_and_each_refusal_breaks_what_the_table_says(
    grant: Grant, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve(grant(minimal_policy(ARN)))
    assert pushed(lone_registry, "first")[0]
    assert pulled(lone_registry, "first")[0]
    config = lone_registry.config()
    access = looked(config)
    assert table(access).result.value == "allowed"
    [needless] = [row for row in table(access).rows if row.allowed.value == "no"]
    assert (needless.need.operation, table(access).missing) == (Operation.LOCATION, [])
    reads = [row for row in table(access).rows if row.need.operation in (Operation.LIST, Operation.GET, Operation.HEAD)]
    assert {row.allowed.value for row in reads} == {"yes"}
    for item in (s3_blob_read_forbidden, s3_list_forbidden):
        assert isinstance(item.judge(access=access, config=config), Pass)
    assert isinstance(s3_multipart_listing_forbidden.judge(access=access), Pass)

    lone_registry.serve(grant(without("s3:ListBucketMultipartUploads")))
    assert not pushed(lone_registry, "second")[0]
    assert pulled(lone_registry, "first")[0]
    access = looked(lone_registry.config())
    assert table(access).breaks == ("push",)
    assert table(access).missing == [{"Effect": "Allow", "Action": "s3:ListBucketMultipartUploads", "Resource": ARN}]
    assert isinstance(s3_multipart_listing_forbidden.judge(access=access), Fail)
    assert isinstance(s3_list_forbidden.judge(access=access, config=config), Pass)

    lone_registry.serve(grant(without("s3:GetObject")))
    done, said = pushed(lone_registry, "fourth")
    assert not done
    assert "500 (Internal Server Error)" in said
    assert not pulled(lone_registry, "first")[0]
    config = lone_registry.config()
    access = looked(config)
    assert set(table(access).breaks) >= {"push", "pull"}
    fail = s3_blob_read_forbidden.judge(access=access, config=config)
    assert isinstance(fail, Fail)
    assert fail.message.endswith("pushes and pulls end in 500")
    assert isinstance(s3_presigned_refused.judge(access=access, config=config), Skip)


@pytest.mark.parametrize("drops", [True, False])
def test_a_proxy_that_drops_queries_refuses_links_and_nothing_else(
    object_store: ObjectStore, tmp_path: Path, lone_registry: LoneRegistry, drops: bool
) -> None:
    bucket, who = object_store.create_bucket(), object_store.identities["full"]
    [port] = free_ports(1)
    dropping = "location ~ /data$ { set $args ''; proxy_pass %s; proxy_set_header Host $http_host; }" if drops else "%s"
    inner = dropping % (object_store.endpoint if drops else "")
    server = (
        f"server {{ listen 127.0.0.1:{port}; client_max_body_size 0; {inner} "
        f"location / {{ proxy_pass {object_store.endpoint}; proxy_set_header Host $http_host; }} }}"
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(main_conf(server, tmp_path, tmp_path / "error.log"))
    processes = Processes()
    try:
        front = processes.start(
            "front",
            [find_program("nginx"), "-c", str(conf), "-p", str(tmp_path), "-e", str(tmp_path / "start.log")],
            log=tmp_path / "nginx.log",
            environment=minimal_environment(tmp_path),
        )
        front.wait_ready(lambda: listens(port))
        object_store.put(bucket, "docker/registry/v2/blobs/sha256/aa/aabb/data", b"x")
        identity = f"accesskey: {who.access_key}, secretkey: {who.secret_key}"
        place = f"regionendpoint: 'http://127.0.0.1:{port}', region: us-east-1, bucket: {bucket}"
        lone_registry.write(f"storage: {{s3: {{{place}, {identity}}}}}\n")
        config = lone_registry.config()
        access = looked(config)
    finally:
        processes.stop_all()
        object_store.delete_tree(bucket)
    outcome = s3_presigned_refused.judge(access=access, config=config)
    assert isinstance(outcome, Fail if drops else Pass), outcome
    assert table(access).breaks == (("push", "pull") if drops else ())
    assert table(access).missing == []
