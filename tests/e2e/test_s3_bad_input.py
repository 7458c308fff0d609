"""Whatever answers in the place of a bucket, and whatever the keys are: a clear line in bounded time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path

import pytest

from regdoctor.lab.object_store import ObjectStore
from tests.e2e import warm_runs
from tests.hostile_servers import (
    HostileServer,
    Misbehaviour,
    answering,
    closes_at_once,
    endless_headers,
    hostile,
    not_http,
    one_byte_a_second,
    one_endless_header,
    says_nothing,
)

SECRET = "canary-4c1e77-secret-key"
_MEMORY = 3 << 30
"""Bytes of address space, threads' stacks and mapped libraries included."""
_LONGEST = 15.0
"""Seconds for one run; several run side by side on few processors."""
XML = "Content-Type: application/xml"
HTML = "Content-Type: text/html"
RUNS = {
    "check": ("check", "storage", "clock", "--root", "/", "--config"),
    "permissions": ("storage", "permissions", "--config"),
    "with writes": ("storage", "permissions", "--allow-writes", "--config"),
}
Run = Callable[[str, str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def regdoctor(tmp_path: Path) -> Run:
    """Run one of RUNS on this configuration, with bounds of the operating system about it."""

    def run(name: str, settings: str) -> subprocess.CompletedProcess[str]:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        file = folder / "config.yml"
        # The registry itself is not there: nothing but its storage is looked at.
        file.write_text(f"version: 0.1\n{settings}\nhttp: {{addr: '127.0.0.1:1'}}\n", "utf-8")
        environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        began = time.monotonic()
        done = warm_runs.run([*RUNS[name], str(file)], stdin="", environment=environment, memory=_MEMORY)
        assert time.monotonic() - began < _LONGEST, f"{name} took {time.monotonic() - began} s"
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert SECRET not in said
        assert "\x1b" not in said
        assert "nothing found wrong" not in said.lower(), said
        assert done.returncode in (1, 3), said
        return done

    return run


def storage(url: str, *, bucket: str = "images", key: str = "AKIAOFTHETEST", secret: str = SECRET) -> str:
    """The section."""
    given = f'regionendpoint: \'{url}\', bucket: {bucket}, accesskey: "{key}", secretkey: "{secret}"'
    return f"storage: {{s3: {{{given}, region: us-east-1}}}}"


def bomb(root: str) -> bytes:
    """A document whose entities would be 10^9 characters."""
    names = "abcdefghij"
    entities = "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in pairwise(names))
    doctype = f"<!DOCTYPE {root} [<!ENTITY a 'ha'>{entities}]>"
    return f"{doctype}<{root}><Code>AccessDenied</Code><Key>&j;</Key></{root}>".encode()


def endless(piece: bytes) -> Misbehaviour:
    """A listing that goes on and on with this piece."""

    def misbehave(server: HostileServer, connection: socket.socket) -> None:
        server.request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<ListBucketResult>")
        while not server.over.is_set():
            connection.sendall(piece * 2000)

    return misbehave


def skewed() -> Misbehaviour:
    """A store whose clock is one day behind."""
    there = time.time() - 86_400
    said = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(there))
    body = (
        f"<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message><ServerTime>{said}</ServerTime></Error>"
    )
    return answering("403 Forbidden", XML, f"Date: {formatdate(there, usegmt=True)}", body=body.encode())


def told(body: bytes, status: str = "403 Forbidden") -> Misbehaviour:
    """An answer of a store, or something like it."""
    return answering(status, XML, body=body)


WORDS = b"<Error><Code>" + b"A\x1b[2J" * 5000 + b"</Code><Message>\x1b[2J\n\n</Message></Error>"
STORES: dict[str, tuple[Misbehaviour, str]] = {
    "a page": (answering("200 OK", HTML, body=b"<html>Console</html>"), "s3_endpoint_is_no_store"),
    "no page": (answering("404 Not Found", HTML, body=b"<html>Not found</html>"), "s3_endpoint_is_no_store"),
    "nothing in it": (answering("200 OK"), "s3_endpoint_is_no_store"),
    "a bomb": (told(bomb("ListBucketResult"), "200 OK"), "s3_endpoint_is_no_store"),
    "a bomb for a refusal": (told(bomb("Error")), "s3_unreachable"),
    "an endless listing": (endless(b"<Contents><Key>k</Key></Contents>"), "s3_endpoint_is_no_store"),
    "endless depth": (endless(b"<a>"), "s3_endpoint_is_no_store"),
    "endless headers": (endless_headers, "s3_unreachable"),
    "an endless header": (one_endless_header, "s3_unreachable"),
    "another protocol": (not_http, "s3_unreachable"),
    "no answer": (closes_at_once, "s3_unreachable"),
    "a redirect": (answering("307 Temporary Redirect", "Location: http://127.0.0.1:@PORT@/"), "s3_unreachable"),
    "words for a terminal": (told(WORDS), "s3_unreachable"),
    "a clock one day off": (skewed(), "object_store_clock_skew"),
}


def test_whatever_answers_is_told_by_its_cause(regdoctor: Run) -> None:
    with ExitStack() as servers, ThreadPoolExecutor(2) as side_by_side:
        places = {name: servers.enter_context(hostile(store)).url for name, (store, _) in STORES.items()}
        first = {name: side_by_side.submit(regdoctor, "check", storage(places[name])) for name in STORES}
        for name, (_, check) in STORES.items():
            lines = first[name].result().stdout.splitlines()
            assert f"1 cause found: {check}" in lines[0], (name, lines)


@pytest.mark.parametrize("run", ["permissions", "with writes"])
def test_no_permission_is_told_of_what_is_no_store(regdoctor: Run, run: str) -> None:
    with ExitStack() as servers:
        for store, _ in STORES.values():
            server = servers.enter_context(hostile(store))
            done = regdoctor(run, storage(server.url))
            assert done.returncode == 3, done.stdout
            assert "cannot be told" in done.stdout.splitlines()[0]
            assert server.connections
            if run == "permissions":
                assert not [one for one in server.received if one.startswith((b"PUT", b"POST", b"DELETE"))]


def test_a_store_that_says_nothing_is_given_up(regdoctor: Run) -> None:
    with hostile(says_nothing) as silent, hostile(one_byte_a_second) as slow, ThreadPoolExecutor(2) as side_by_side:
        check = side_by_side.submit(regdoctor, "check", storage(slow.url))
        writing = side_by_side.submit(regdoctor, "with writes", storage(silent.url))
        assert "s3_unreachable" in check.result().stdout.splitlines()[0]
        assert writing.result().returncode == 3


def test_a_bucket_that_is_not_there_is_named(regdoctor: Run, object_store: ObjectStore) -> None:
    who = object_store.identities["full"]
    settings = storage(object_store.endpoint, bucket="nobody-made-it", key=who.access_key, secret=who.secret_key)

    assert "1 cause found: s3_bucket_missing" in regdoctor("check", settings).stdout.splitlines()[0]
    assert "there is no bucket" in regdoctor("with writes", settings).stderr
    assert "s3_bucket_missing" in regdoctor("check", settings).stdout, "trying to write does not make it"


@pytest.mark.parametrize("break_", ["\\n", "\\r\\n", "\\r\\nX-Injected: yes\\r\\n"])
def test_a_line_break_in_a_key_is_told_and_never_a_header(regdoctor: Run, break_: str) -> None:
    with hostile(told(b"<Error><Code>InvalidAccessKeyId</Code></Error>")) as server:
        for name in RUNS:
            done = regdoctor(name, storage(server.url, key=f"AKIAOFTHETEST{break_}", secret=f"{SECRET}{break_}"))
            assert (done.stdout + done.stderr).strip()
        assert b"\r\nX-Injected" not in server.everything_received


def test_a_page_of_a_thousand_rules_is_read(regdoctor: Run) -> None:
    rule = "<Rule><ID>r{0}</ID><Status>Enabled</Status><Filter><Prefix>{1}</Prefix></Filter>{2}</Rule>"
    expires = "<Expiration><Days>1</Days></Expiration>"
    rules = "".join(rule.format(number, f"other/{number}/", expires) for number in range(999))
    document = f"<LifecycleConfiguration>{rules}{rule.format(999, 'docker/', expires)}</LifecycleConfiguration>"

    def store(server: HostileServer, connection: socket.socket) -> None:
        while request := server.request(connection):
            body = document.encode() if b"?lifecycle" in request.split(b"\r\n")[0] else b"<ListBucketResult/>"
            connection.sendall(f"HTTP/1.1 200 OK\r\n{XML}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            if not request.startswith(b"HEAD"):
                connection.sendall(body)

    with hostile(store) as server:
        assert "1 cause found: s3_lifecycle_deletes_blobs" in regdoctor("check", storage(server.url)).stdout
