"""SeaweedFS as the S3 object store: one for many stacks, with identities that may do more or less."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from regdoctor.lab.client import Answer, send, status_of
from regdoctor.lab.errors import LabError
from regdoctor.lab.interruption import shielded
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment

ACTIONS = {
    "full": ("Admin",),
    "no-blob-read": ("Read:*/docker/registry/v2/repositories*", "Write", "List"),
    "no-list": ("Read", "Write"),
    "no-write": ("Read", "List"),
}
"""What each identity may do, in SeaweedFS' words. `Read:` with a prefix covers GET and HEAD below it only."""

_ONE_VOLUME_A_BUCKET = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}
"""By default it makes seven at the first write to a bucket, which takes seconds."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The access key and the secret key of one identity."""

    access_key: str
    secret_key: str


class ObjectStore:
    """A `weed server` with an S3 gateway on loopback; a context manager. Nothing of it outlives `stop`."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.identities = {
            name: Identity("LAB" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30)) for name in ACTIONS
        }
        self.endpoint = ""
        self._filer = ""
        self._ports: tuple[int, ...] = ()
        self._folder: Path | None = None
        self._processes = Processes()

    def __enter__(self) -> Self:
        """Start it."""
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> Self:
        """Start it and wait until it takes objects (3 to 4 s). Raises LabError, MissingProgramError."""
        weed = find_program("weed")
        with shielded():
            folder = self._folder = Path(tempfile.mkdtemp(prefix="regdoctor-store-"))
        (folder / "data").mkdir()
        (folder / "identities.json").write_text(json.dumps(self._identities_file()))
        ports = self._ports = free_ports(8)
        self._filer = f"http://127.0.0.1:{ports[4]}"
        self.endpoint = f"http://127.0.0.1:{ports[6]}"
        process = self._processes.start(
            "weed",
            [weed, "server", *_options(folder, ports)],
            log=folder / "weed.log",
            environment={**minimal_environment(folder), **_ONE_VOLUME_A_BUCKET, "TMPDIR": str(folder)},
            grace=0.0,  # its orderly end takes more than 10 s, for data that is thrown away
        )
        process.wait_ready(self._takes_objects, 60.0)
        return self

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._processes.stop_all()
        for port in self._ports:
            # It is killed, and leaves the sockets that it makes in a place of its own choice.
            for socket in Path("/tmp").glob(f"seaweedfs-*-grpc-{port}.sock"):  # noqa: S108 - weed's choice
                socket.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def pids(self) -> dict[str, int]:
        """The numbers of its processes, by name."""
        return self._processes.pids()

    def create_bucket(self) -> str:
        """A new empty bucket's name."""
        name = f"registry-{secrets.token_hex(6)}"
        self._expect(self._ask("POST", f"{name}/"), f"create bucket {name}")
        return name

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Store an object, past all permissions. Raises LabError."""
        self._expect(self._ask("PUT", f"{bucket}/{key}", content), f"store {key}")

    def delete_tree(self, bucket: str, prefix: str = "") -> None:
        """Delete the bucket, or every object below the folder `prefix`. It need not exist."""
        self._ask("DELETE", f"{bucket}/{prefix}?recursive=true&ignoreRecursiveError=true")

    def keys(self, bucket: str) -> frozenset[str]:
        """The key of every object in the bucket, past all permissions."""
        found: set[str] = set()
        folders = [""]
        while folders:
            folder = folders.pop()
            answer = self._ask("GET", f"{bucket}/{folder}?limit=100000", accept="application/json")
            for entry in json.loads(answer.body).get("Entries") or ():
                key = entry["FullPath"].removeprefix(f"/buckets/{bucket}/")
                # The filer gives Go's os.FileMode, whose highest bit marks a folder.
                if entry["Mode"] & 1 << 31:
                    folders.append(f"{key}/")
                else:
                    found.add(key)
        return frozenset(found)

    def _takes_objects(self) -> bool:
        if status_of(f"{self.endpoint}/healthz") != 200:
            return False
        # The filer listens before it has a volume to write to: only a stored object proves that it works.
        return self._ask("PUT", "registry-ready/object", b"ready").status == 201

    def _ask(self, method: str, path: str, content: bytes | None = None, accept: str = "*/*") -> Answer:
        headers = {"Accept": accept} | ({"Content-Type": "application/octet-stream"} if content is not None else {})
        return send(method, f"{self._filer}/buckets/{quote(path, safe='/?=&')}", headers=headers, body=content)

    @staticmethod
    def _expect(answer: Answer, what: str) -> None:
        if answer.status != 201:
            raise LabError(f"the object store would not {what}: HTTP {answer.status} {answer.body[:200]!r}")

    def _identities_file(self) -> dict[str, object]:
        """SeaweedFS' `-s3.config`."""
        return {
            "identities": [
                {
                    "name": name,
                    "credentials": [{"accessKey": identity.access_key, "secretKey": identity.secret_key}],
                    "actions": list(ACTIONS[name]),
                }
                for name, identity in self.identities.items()
            ]
        }


def _options(folder: Path, ports: tuple[int, ...]) -> list[str]:
    names = ("master", "volume", "filer", "s3")
    numbered = [f"-{name}.port{kind}" for name in names for kind in ("", ".grpc")]
    return [
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"{option}={port}" for option, port in zip(numbered, ports, strict=True)),
        "-filer",
        f"-filer.localSocket={folder / 'filer.sock'}",
        "-s3",
        f"-s3.localSocket={folder / 's3.sock'}",
        "-s3.port.iceberg=0",  # 0 switches these two gateways off
        "-s3.port.lance=0",
        f"-s3.config={folder / 'identities.json'}",
        "-master.telemetry=false",  # it would report to the internet
        "-volume.max=200",  # every bucket takes volumes of its own
        "-master.volumeSizeLimitMB=64",
    ]
