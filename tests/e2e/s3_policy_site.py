"""A docker-registry 2.8 before moto's S3 with IAM enforced, and nginx between: what is allowed changes under it.

What moto 5 honours of a user's policy: actions, and resources with a prefix. What it does not, and what stands for it:

- Condition: a statement that has one denies everything. Listings below a prefix are refused by nginx instead.
- DeleteObjects is asked of the bucket, not of the keys; of keys it asks the bucket's policy. So the user may delete on
  the bucket too, and what is taken away is denied by the bucket's policy.
- The source of a copy is not asked for at all.
- Links that are signed get 500: redirects are off. SeaweedFS shows what they take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regdoctor.distribution.s3_operations import Area
from regdoctor.lab.client import send
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import Identity
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import MotoStore, s3_section
from tests.e2e.s3_uses import Uses

BUCKET = "registry"
ARN = f"arn:aws:s3:::{BUCKET}"
Statement = dict[str, Any]
SECTIONS = (
    "health: {storagedriver: {enabled: true, interval: 100ms, threshold: 1}}\n"
    "http: {addr: '127.0.0.1:@PORT', debug: {addr: '127.0.0.1:@DEBUG'}}\n"
)
"""What every registry here has beside its storage."""
DELETING = ", delete: {enabled: true}"
_DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
_TOLD_BY = {Area.BLOBS: "v2(/|%2F)blobs", Area.LINKS: "v2(/|%2F)repositories", Area.UPLOADS: "_uploads"}
"""By what in a key or in the prefix of a listing its area is told, the last that fits; else it is the bucket."""


@dataclass
class PolicySite:
    """All of it, running."""

    folder: Path
    endpoint: str
    """What the registry takes for its store: nginx."""
    user: Identity
    """Whose policy changes."""
    registry: LoneRegistry
    admin: Any
    """boto3's client of S3, of one who may do everything."""
    iam: Any
    kept: set[str] = field(default_factory=set)
    """The keys that each test finds."""

    def grant(self, statements: list[Statement], denied_by_bucket: Statement | None = None) -> None:
        """Replace the user's policy and the bucket's. Both are enforced from now on."""
        self.iam.put_user_policy(UserName="registry", PolicyName="registry", PolicyDocument=_policy(statements))
        if denied_by_bucket:
            self.admin.put_bucket_policy(Bucket=BUCKET, Policy=_policy([{**denied_by_bucket, "Principal": "*"}]))
        else:
            self.admin.delete_bucket_policy(Bucket=BUCKET)

    def refuse_listing(self, area: Area | None) -> None:
        """Let nginx refuse listings of this area alone; None: of none."""
        for one in Area:
            (self.folder / f"no-{one.name}").unlink(missing_ok=True)
        if area is not None:
            (self.folder / f"no-{area.name}").touch()

    def settle(self) -> None:
        """Wait until a health check has begun and ended under what is granted now."""
        before = self._health_checks()
        self.registry.wait_until(lambda: self._health_checks() >= before + 3, "health checks")

    def stored(self) -> set[str]:
        """The key of every object, past all permissions."""
        pages = self.admin.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {one["Key"] for page in pages for one in page.get("Contents", ())}

    def keep(self, keys: set[str]) -> None:
        """Remove every object but these; of few objects garbage is collected sooner."""
        others = [{"Key": key} for key in self.stored() - keys]
        if others:
            self.admin.delete_objects(Bucket=BUCKET, Delete={"Objects": others})

    def uses(self) -> Uses:
        """What people do with the registry."""
        return Uses(self.registry, self._holds)

    def _holds(self, key: str) -> bool:
        return bool(self.admin.list_objects_v2(Bucket=BUCKET, Prefix=key, MaxKeys=1)["KeyCount"])

    def _health_checks(self) -> int:
        return (self.folder / "listings.log").read_text().count(f"{Area.BUCKET.name}\n")


@contextmanager
def policy_site(folder: Path) -> Iterator[PolicySite]:
    """Start everything, with a policy that allows nothing yet; it ends with the block."""
    processes = Processes()
    registry = LoneRegistry(folder / "registry")
    store = MotoStore(folder, processes)
    try:
        store.start(BUCKET)
        enforce(store, after="1000000")
        clients = {name: store.client(name) for name in ("s3", "iam")}
        user, admin = (_user(clients["iam"], name) for name in ("registry", "admin"))
        everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        clients["iam"].put_user_policy(UserName="admin", PolicyName="all", PolicyDocument=_policy(everything))
        enforce(store, after="0")
        [port] = free_ports(1)
        _start_front(processes, folder, port, store.endpoint)
        endpoint = f"http://127.0.0.1:{port}"
        site = PolicySite(folder, endpoint, user, registry, store.client("s3", admin), store.client("iam", admin))
        storage = s3_section(endpoint, BUCKET, user)[: -len("}\n")]
        registry.write(f"{storage}{DELETING}, redirect: {{disable: true}}}}\n{SECTIONS}")
        yield site
    finally:
        registry.stop()
        processes.stop_all()


def enforce(store: MotoStore, after: str) -> None:
    """Let moto ask for permissions after this number of requests."""
    send("POST", f"{store.endpoint}/moto-api/reset-auth", headers={"Content-Type": "text/plain"}, body=after.encode())


def _user(iam: Any, name: str) -> Identity:
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Identity(key["AccessKeyId"], key["SecretAccessKey"])


def _policy(statements: list[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _start_front(processes: Processes, folder: Path, port: int, store: str) -> None:
    """nginx before the store: a listing whose area has a file `no-AREA` is refused, everything else is passed on.

    So is what is not there in such an area: to one who may not list S3 answers 403 in place of 404 (API, GetObject).
    """
    areas = " ".join(f"if ($where ~ '{word}') {{ set $area {area.name}; }}" for area, word in _TOLD_BY.items())
    passed_on = f"proxy_pass {store}; proxy_set_header Host $http_host; proxy_http_version 1.1;"
    server = (
        f"log_format listing '$area'; "
        f"server {{ listen 127.0.0.1:{port}; client_max_body_size 0; proxy_request_buffering off; "
        f"default_type application/xml; recursive_error_pages on; "
        f"set $where $uri; set $kind $request_method; set $listing 0; "
        f"if ($uri = /{BUCKET}) {{ set $where $arg_prefix; set $kind $request_method-bucket; }} "
        f"if ($args ~ '(^|&)uploads') {{ set $kind other; }} "
        f"if ($kind = GET-bucket) {{ set $listing 1; }} "
        f"set $area {Area.BUCKET.name}; {areas} "
        f"access_log {folder}/listings.log listing if=$listing; "
        f"if (!-f {folder}/no-$area) {{ set $kind allowed; }} "
        f"error_page 418 = @hidden; error_page 419 = @refused; "
        f"location / {{ if ($kind = GET-bucket) {{ return 419; }} if ($kind = GET) {{ return 418; }} {passed_on} }} "
        f"location @hidden {{ proxy_intercept_errors on; error_page 404 = @refused; {passed_on} }} "
        f"location @refused {{ return 403 '{_DENIED}'; }} }}"
    )
    conf = folder / "nginx.conf"
    conf.write_text(main_conf(server, folder, folder / "error.log"))
    process = processes.start(
        "front",
        [find_program("nginx"), "-c", str(conf), "-p", str(folder), "-e", str(folder / "start.log")],
        log=folder / "nginx.log",
        environment=minimal_environment(folder),
    )
    process.wait_ready(lambda: listens(port))
