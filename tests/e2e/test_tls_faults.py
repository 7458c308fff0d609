"""The TLS faults of the lab make real clients say what the symptoms say; a real registry is asked without TLS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regdoctor.catalogue import named
from regdoctor.check import Check, Dialect, Fail, Outcome, Quote
from regdoctor.checks.tls.authority_unknown import authority_unknown
from regdoctor.checks.tls.certificate_expired import certificate_expired
from regdoctor.checks.tls.certificate_expires_soon import certificate_expires_soon
from regdoctor.checks.tls.client_certificates_demanded import client_certificates_demanded
from regdoctor.checks.tls.intermediate_missing import intermediate_missing
from regdoctor.checks.tls.tls_asked_by_http import tls_asked_by_http
from regdoctor.checks.tls.tls_protocol_old import tls_protocol_old
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.served_tls import TlsLooks
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab import skopeo
from regdoctor.lab.certificates import Authority, Wishes
from regdoctor.lab.docker import DockerDaemon
from regdoctor.lab.fault import discover
from regdoctor.lab.processes import Processes
from regdoctor.lab.stack import Stack
from regdoctor.probes.public_answer import public_answer
from regdoctor.probes.served_tls import served_tls
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site

StackWith = Callable[[str | None], Stack]
NOT_PART = Absent("not part of this test", applicable=False)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("tls-untrusted", "x509: certificate signed by unknown authority"),
        ("tls-intermediate-missing", "x509: certificate signed by unknown authority"),
        ("tls-common-name-only", "x509: certificate relies on legacy Common Name field, use SANs instead"),
        ("tls-wrong-name", "x509: certificate is valid for registry.example.com, *.localhost, not localhost"),
        ("tls-expired", "x509: certificate has expired or is not yet valid"),
        ("tls-not-yet-valid", "x509: certificate has expired or is not yet valid"),
        ("tls-not-reloaded", "x509: certificate has expired or is not yet valid"),
        ("tls-client-certificate-served", "x509: certificate specifies an incompatible key usage"),
        ("tls-plain-http", "http: server gave HTTP response to HTTPS client"),
        ("tls-client-certificates", "invalid status code from registry 400 (Bad Request)"),
        ("tls-name-unknown", "remote error: tls: unrecognized name"),
    ],
)
def test_a_real_client_fails_and_succeeds_once_it_is_mended(stack_with: StackWith, fault: str, says: str) -> None:
    stack = stack_with(fault)

    failed = skopeo.pull(stack)
    stack.heal()

    assert failed.exit_code != 0
    assert says in failed.output
    assert skopeo.pull(stack).exit_code == 0
    declared = discover()[fault]
    told = [symptom for name in (declared.check, *declared.also) for item in named(name) for symptom in item.symptoms]
    assert any(symptom in says for symptom in told) or fault == "tls-client-certificates"


def test_docker_itself_does_not_speak_an_old_version(stack_with: StackWith) -> None:
    stack = stack_with("tls-protocol-old")
    with DockerDaemon(stack) as docker:
        login = docker.log_in()
        log = docker.log.read_text()

    assert login.exit_code != 0
    assert any(symptom in log for symptom in tls_protocol_old.symptoms)


@pytest.mark.parametrize("fault", ["tls-expires-soon", None])
def test_what_ends_soon_still_works(stack_with: StackWith, fault: str | None) -> None:
    assert skopeo.pull(stack_with(fault)).exit_code == 0


def findings(item: Check, **evidence: object) -> list[Fail]:
    """The findings of a check."""
    told = item.judge(**evidence)
    return [one for one in ([told] if isinstance(told, Outcome) else told) if isinstance(one, Fail)]


def write_pair(folder: Path, authority: Authority) -> Mapping[str, Any]:
    """server.crt, server.key and ca.crt in `folder`, by name."""
    pair = authority.issue_for_localhost()
    written = {"server.crt": pair.certificate, "server.key": pair.key, "ca.crt": authority.certificate}
    for name, text in written.items():
        (folder / name).write_text(text)
    return {name: folder / name for name in written}


def serve_tls(registry: LoneRegistry, files: Mapping[str, Any], *more: str) -> None:
    """Start the registry with a certificate of its own."""
    lines = [f"certificate: {files['server.crt']}", f"key: {files['server.key']}", *more]
    tls = "".join(f"    {line}\n" for line in lines)
    registry.serve(f"http:\n  addr: 127.0.0.1:@PORT\n  tls:\n{tls}")


def endpoints(url: str) -> Endpoints:
    """This public address, and nothing else."""
    return Endpoints(Endpoint(url, Quote("command line", f"--registry {url}")), None, None, None)


def test_a_registry_with_tls_that_is_asked_by_plain_http_says_so(lone_registry: LoneRegistry, tmp_path: Path) -> None:
    authority = Authority("tests")
    serve_tls(lone_registry, write_pair(tmp_path, authority))
    door = Http(TrustedCAs((("ca.crt", authority.certificate),)))

    wrong = public_answer.gather(endpoints(f"http://localhost:{lone_registry.port}"), door)
    right = public_answer.gather(endpoints(f"https://localhost:{lone_registry.port}"), door)

    fail = findings(tls_asked_by_http, public=wrong)[0]
    assert f"https://localhost:{lone_registry.port}" in fail.remedy[Dialect.PLAIN].text
    assert findings(tls_asked_by_http, public=right) == []


def test_a_proxy_that_asks_a_registry_with_tls_by_plain_http_is_told(
    lone_registry: LoneRegistry, tmp_path: Path
) -> None:
    serve_tls(lone_registry, write_pair(tmp_path, Authority("tests")))
    processes = Processes()
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site", processes, lone_registry)
    door = Http(TrustedCAs((("site.crt", (site.folder / "server.crt").read_text()),)))
    where = endpoints(f"https://localhost:{site.outer}")
    try:
        site.front()
        wrong = public_answer.gather(where, door)
        site.front({"pass": "proxy_pass https://127.0.0.1:@INNER@;"})
        right = public_answer.gather(where, door)
    finally:
        processes.stop_all()

    assert "proxy at" in findings(tls_asked_by_http, public=wrong)[0].message
    assert findings(tls_asked_by_http, public=right) == []


def test_a_registry_that_demands_certificates_of_clients_is_told(lone_registry: LoneRegistry, tmp_path: Path) -> None:
    authority = Authority("tests")
    files = write_pair(tmp_path, authority)
    serve_tls(lone_registry, files, f"clientcas: [{files['ca.crt']}]")
    looks = look_at(lone_registry, authority)

    found = findings(client_certificates_demanded, config=NOT_PART, product=NOT_PART, looks=looks, rb=NOT_PART)
    assert ["CN=tests" in fail.message for fail in found] == [True]
    assert findings(certificate_expired, looks=looks) == []


@pytest.mark.parametrize(("days", "expired"), [(-1, True), (9, False)])
def test_an_intermediate_counts_as_the_servers_own_and_the_order_does_not(
    lone_registry: LoneRegistry, tmp_path: Path, days: int, expired: bool
) -> None:
    root = Authority("tests")
    dates = Wishes(since=timedelta(days=-300), until=timedelta(days=days))
    middle = Authority("middle", above=root, wishes=dates)
    files = write_pair(tmp_path, middle)
    with files["server.crt"].open("a") as file:
        file.write(root.certificate + middle.certificate)
    serve_tls(lone_registry, files)
    looks = look_at(lone_registry, root)

    assert len(findings(certificate_expired, looks=looks)) == expired
    assert len(findings(certificate_expires_soon, looks=looks)) == (not expired)
    assert findings(authority_unknown, looks=looks) == []
    assert findings(intermediate_missing, looks=looks, files=NOT_PART) == []


def look_at(registry: LoneRegistry, authority: Authority) -> TlsLooks:
    """What the probe sees."""
    door = Http(TrustedCAs((("ca.crt", authority.certificate),)))
    where = endpoints(f"https://localhost:{registry.port}")
    looks: TlsLooks = served_tls.gather(where, door, NOT_PART, NOT_PART)
    return looks
