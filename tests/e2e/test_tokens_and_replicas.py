"""Real registries that disagree about a token, that meet it too late, and that want a second scope for a mount."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import time
from collections.abc import Iterator
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.auth.mount_source_not_granted import mount_source_not_granted
from regdoctor.checks.auth.token_expires_in_upload import token_expires_in_upload
from regdoctor.checks.auth.tokens_refused_by_some import tokens_refused_by_some
from regdoctor.distribution.tokens import LIFETIME, Access, read_token, sign_token
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.http import Http
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.client import send
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.omnibus_files import ISSUER, SERVICE
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes, wait_until
from regdoctor.lab.stack import Stack
from regdoctor.probes.upload_limit import upload_limit
from regdoctor.probes.upload_start import upload_start
from regdoctor.target import Target
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site

if TYPE_CHECKING:
    from tests.e2e.conftest import LoneRegistries

LATE = "token not to be used after"
EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Ends what a test starts."""
    started = Processes()
    try:
        yield started
    finally:
        started.stop_all()


def serve(registry: LoneRegistry, stack: Stack, certificate: str) -> None:
    """Start a registry that sends clients to the stack's token service, and trusts this certificate."""
    bundle = registry.folder / "bundle.crt"
    bundle.write_text(certificate)
    token = f"realm: '{stack.settings.realm}', service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {bundle}"
    registry.serve(f"auth: {{token: {{{token}}}}}\n")


def checked(stack: Stack, url: str, ca_file: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
    """`regdoctor check auth` from outside: the exit code and the outcomes."""
    words = ["check", "auth", "--registry", url, "--ca-file", str(ca_file), "--username", LOGIN, "--password-stdin"]
    environment = {**os.environ, "XDG_STATE_HOME": str(ca_file.parent / "state")}
    done = warm_runs.run([*words, *more, "--format", "json"], stdin=stack.material.password, environment=environment)
    assert "Traceback" not in done.stderr, done.stderr
    assert stack.material.password not in done.stdout + done.stderr
    return done.returncode, loads(done.stdout)["outcomes"]


def causes(outcomes: list[dict[str, Any]]) -> list[str]:
    return [row["check"] for row in outcomes if row["outcome"] == "fail" and row["explained_by"] is None]


def row_of(outcomes: list[dict[str, Any]], check: str) -> dict[str, Any]:
    return next(row for row in outcomes if row["check"] == check)


def test_of_two_instances_the_one_with_another_certificate_is_found_behind_their_load_balancer(
    shared_stack: Stack, lone_registries: LoneRegistries, processes: Processes, tmp_path: Path
) -> None:
    one, other = lone_registries("one"), lone_registries("other")
    serve(one, shared_stack, shared_stack.material.signer.certificate)
    serve(other, shared_stack, signing_pair().certificate)
    site = Site(tmp_path, processes, one)
    pair = f"upstream pair {{ zone pair 64k; server 127.0.0.1:{one.port}; server 127.0.0.1:{other.port}; }}"
    site.front({"pass": "proxy_pass http://pair;"}, outside=pair)
    ca_file = tmp_path / "both.crt"
    ca_file.write_text((tmp_path / "server.crt").read_text() + shared_stack.tree.ca_file.read_text())

    code, outcomes = checked(shared_stack, site.url, ca_file)

    row = row_of(outcomes, tokens_refused_by_some.name)
    assert (code, causes(outcomes)) == (1, [tokens_refused_by_some.name])
    told = r"[1-5] of 6 answers refused the same token: instances that differ take turns behind \S+:\d+"
    assert re.fullmatch(told, row["message"])
    assert "token signed by untrusted key" in other.log
    assert "token signed by untrusted key" not in one.log

    serve(other, shared_stack, shared_stack.material.signer.certificate)
    code, outcomes = checked(shared_stack, site.url, ca_file)

    row = row_of(outcomes, tokens_refused_by_some.name)
    assert (code, causes(outcomes), row["outcome"]) == (0, [], "pass")
    assert row["message"] == "6 of 6 answers take the same token"


def fresh(stack: Stack, left: float) -> tuple[str, float]:
    """A token for push to `a` that the registry takes for `left` seconds more, and until when, by the clock.

    It is as old as a token that was got when an upload of so many minutes began.
    """
    key = load_pem_private_key(stack.material.signer.key.encode(), None)
    until = time.time() + left
    token = sign_token(
        key,
        issuer=ISSUER,
        audience=SERVICE,
        subject=LOGIN,
        access=(Access("repository", "a", ("pull", "push")),),
        now=until - 60 - LIFETIME,
    )
    return token.reveal(), until


def patched_slowly(port: int, path: str, token: str, until: float) -> int:
    """The status of a PATCH whose second half is sent when the token is no longer taken."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.putrequest("PATCH", path)
        connection.putheader("Authorization", f"Bearer {token}")
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"a")
        wait_until(lambda: time.time() > until + 1, "the end of the token")
        connection.send(b"b")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(("buffered", "status"), [(False, 202), (True, 401)])
def test_a_token_that_ends_during_a_patch_is_refused_where_a_proxy_hands_the_body_over_late(
    shared_stack: Stack, lone_registry: LoneRegistry, processes: Processes, buffered: bool, status: int
) -> None:
    serve(lone_registry, shared_stack, shared_stack.material.signer.certificate)
    port = lone_registry.port
    if buffered:
        site = Site(lone_registry.folder, processes, lone_registry)
        (port,) = free_ports(1)
        plain = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {lone_registry.url}; }} }}"
        site.front(outside=plain)
    token, until = fresh(shared_stack, 3)
    bearer = {"Authorization": f"Bearer {token}"}
    begun = lone_registry.ask("POST", "/v2/a/blobs/uploads/", headers=bearer)
    path = "/v2/" + begun.headers["location"].partition("/v2/")[2]

    assert begun.status == 202
    assert patched_slowly(port, path, token, until) == status
    assert (LATE in lone_registry.log) is (status == 401)
    assert LATE in token_expires_in_upload.symptoms


def test_the_speed_of_a_real_upload_is_held_against_the_life_of_real_tokens(
    shared_stack: Stack, lone_registry: LoneRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    lone_registry.serve()
    realm = Exchange("GET", shared_stack.settings.realm, status=200)
    token = read_token(shared_stack.token("pull", "push"))
    trials = TokenTrials((Trial(f"from {realm.url} for {LOGIN}", True, realm, token, None),))

    (finding,) = judged(trials, measured(lone_registry, 900 * 10**12))
    (usual,) = judged(trials, measured(lone_registry, 10**6))

    assert isinstance(finding, Fail)
    assert finding.message.startswith("A layer of 900.0 TB takes ")
    assert finding.message.endswith("tokens live 5 min: the token expires during the upload")
    assert isinstance(usual, Pass)


def judged(trials: TokenTrials, upload: UploadLimit) -> list[Outcome]:
    """What the check says."""
    told = token_expires_in_upload.judge(trials=trials, upload=upload)
    return [told] if isinstance(told, Outcome) else list(told)


def measured(registry: LoneRegistry, layer_size: int) -> UploadLimit:
    """What the probe measures at a real registry that asks for no token."""
    door, target = Http(TrustedCAs(())), Target(allow_writes=True, layer_size=layer_size)
    at = Endpoints(Endpoint(registry.url, Quote("", "")), None, None, None)
    given = (TokenSource(False, "", "", ""), door, Installation(Path("/"), Dialect.PLAIN, live=True), registry.config())
    found = upload_limit.gather(target, upload_start.gather(target, at, *given), *given)
    assert isinstance(found, UploadLimit)
    assert [body.size for body in found.timed[-2:]] == [4 << 20, 8 << 20]
    assert all(body.seconds > 0 for body in found.timed)
    return found


def mount(stack: Stack, source: str) -> int:
    """What the registry answers to a mount from `source`, with the token that docker would ask for."""
    login = base64.b64encode(f"{LOGIN}:{stack.material.password}".encode()).decode()
    scopes = f"scope=repository:{PROJECT}:pull,push&scope=repository:{source}:pull"
    asked = send(
        "GET",
        f"{stack.settings.realm}?service={SERVICE}&{scopes}",
        headers={"Authorization": f"Basic {login}"},
        trust=stack.trust(),
    )
    token = json.loads(asked.body)["token"]
    answer = send(
        "POST",
        f"{stack.settings.internal_url}/v2/{PROJECT}/blobs/uploads/?mount={EMPTY}&from={source}",
        headers={"Authorization": f"Bearer {token}", "Content-Length": "0"},
    )
    if answer.status == 401:
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    return answer.status


def test_a_mount_from_a_repository_that_the_token_does_not_open_is_refused_and_foretold(shared_stack: Stack) -> None:
    shared_stack.heal()
    known = ("--repository", PROJECT, "--mount-from")
    url, ca_file = shared_stack.settings.registry_url, shared_stack.tree.ca_file

    _, outcomes = checked(shared_stack, url, ca_file, *known, "somebody/else")
    row = row_of(outcomes, mount_source_not_granted.name)
    assert (row["outcome"], row["severity"]) == ("fail", "warning")
    assert causes(outcomes) == [mount_source_not_granted.name]
    assert mount(shared_stack, "somebody/else") == 401  # no fall-back to an upload

    _, outcomes = checked(shared_stack, url, ca_file, *known, f"{PROJECT}/base")
    row = row_of(outcomes, mount_source_not_granted.name)
    assert (causes(outcomes), row["outcome"]) == ([], "pass")
    assert mount(shared_stack, f"{PROJECT}/base") == 202  # no such blob there: an upload was begun
