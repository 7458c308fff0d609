"""Builders of evidence for the tests of checks, and what every finding must have."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from regdoctor import redaction
from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Quote, Skip, Unknown
from regdoctor.evidence.answers import API_VERSION_HEADER, InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.pem import read_pem
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

CRT = "/var/opt/gitlab/registry/gitlab-registry.crt"
KEY = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
PUBLIC = "https://registry.example.com:5050"
INNER = "http://127.0.0.1:5000"
NOT_HERE = Absent("it could not be looked at")
NO_SUCH = Absent("there is no such thing here", applicable=False)
UNAUTHORIZED = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}'
UNHEALTHY = (
    b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable",'
    b'"detail":"health check failed: please see /debug/health"}]}'
)
BEARER = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"')
API = (API_VERSION_HEADER, "registry/2.0")
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
SAID = Quote("/etc/x.yml", "said: so", 7)


class Given:
    """Evidence, made from the few words that a test cares for."""

    crt, key_path, public_url, inner_url = CRT, KEY, PUBLIC, INNER
    not_here, no_such = NOT_HERE, NO_SUCH
    bearer, api, html, json = BEARER, API, HTML, JSON

    # Exchanges and pings

    def exchange(
        self,
        url: str,
        status: int | None = 200,
        *headers: tuple[str, str],
        body: bytes = b"",
        method: str = "GET",
        fails: tuple[FailureKind, str] | None = None,
    ) -> Exchange:
        """An exchange; with `fails` one without an answer."""
        if fails:
            return Exchange(method, url, failure=Failure(*fails))
        return Exchange(method, url, status=status, headers=headers, body=body)

    def ping(
        self,
        url: str = PUBLIC,
        status: int = 401,
        *headers: tuple[str, str],
        body: bytes = b"",
        fails: tuple[FailureKind, str] | None = None,
    ) -> Ping:
        """GET /v2/ at `url`, with what came of it."""
        return Ping(Endpoint(url, SAID), self.exchange(f"{url}/v2/", status, *headers, body=body, fails=fails))

    def asks(self, url: str = PUBLIC) -> Ping:
        """A healthy registry with token authentication (distribution 2.8)."""
        return self.ping(url, 401, API, BEARER, JSON, body=UNAUTHORIZED)

    def open(self, url: str = PUBLIC) -> Ping:
        """A registry that serves without credentials."""
        return self.ping(url, 200, API, JSON, body=b"{}")

    def unhealthy(self, url: str = PUBLIC) -> Ping:
        """A registry whose health check fails."""
        return self.ping(url, 503, API, JSON, body=UNHEALTHY)

    def gateway(self, url: str = PUBLIC, status: int = 502) -> Ping:
        """A proxy that does not reach what is behind it."""
        return self.ping(url, status, HTML, ("Server", "nginx"), body=b"<html>Bad Gateway</html>")

    def refused(self, url: str = INNER) -> Ping:
        """Nobody listens."""
        where = url.partition("://")[2]
        return self.ping(url, fails=(FailureKind.REFUSED, f"{where}: connection refused"))

    def down(self, url: str, kind: FailureKind) -> Ping:
        """No answer, for another reason."""
        return self.ping(url, fails=(kind, f"{url.partition('://')[2]}: {kind.value}"))

    def public(self, ping: Ping, **looks: Ping) -> PublicAnswer:
        """The public answer."""
        return PublicAnswer(ping, **looks)

    def internal(self, ping: Ping) -> InternalAnswer:
        """The registry's own answer."""
        return InternalAnswer(ping)

    def date(self, url: str, ahead: float, *headers: tuple[str, str], seconds: float = 0.0) -> Exchange:
        """An answer whose Date is `ahead` seconds of the local clock; `ahead` may have a fraction."""
        started = 1_700_000_000.0 - (ahead % 1)
        moment = datetime.fromtimestamp(started + ahead, UTC)
        shown = ("Date", format_datetime(moment, usegmt=True))
        return Exchange("GET", url, status=401, headers=(shown, *headers), started=started, seconds=seconds)

    # Configurations and installations

    def config(self, text: str, source: str = "/etc/docker/registry/config.yml") -> RegistryConfig:
        """The registry's config.yml."""
        return parse_registry_config(text.encode(), source)

    def storage(self, parameters: str, driver: str = "s3") -> RegistryConfig:
        """A config.yml with this storage driver; `parameters` as they stand in a YAML mapping on one line."""
        return self.config(f"version: 0.1\nstorage:\n  {driver}: {{{parameters}}}\n")

    def gitlab(self, text: str) -> GitLabConfig:
        """gitlab.yml."""
        return parse_gitlab_yml(text.encode(), "/var/opt/gitlab/gitlab-rails/etc/gitlab.yml")

    def rb(self, code: str) -> GitLabRb:
        """gitlab.rb."""
        return parse_gitlab_rb(code.encode(), "/etc/gitlab/gitlab.rb")

    def product(self, generation: Generation | None = None, *version: int) -> Product:
        """The registry software; nothing is known of it where nothing is said."""
        if generation is None:
            return Product(None, reason="nothing tells which registry it is")
        return Product(generation, version, (Quote("/var/lib/dpkg/status", "Version: x", 6),))

    def installation(self, dialect: Dialect = Dialect.OMNIBUS, *, pid: int | None = None) -> Installation:
        """An installation of this machine; with `pid` its registry runs."""
        process = RunningRegistry(pid, ("registry", "serve"), None) if pid else None
        return Installation(Path("/"), dialect, live=True, process=process)

    # Keys and certificates

    def rsa(self, number: int = 1) -> PrivateKey:
        """One of several RSA keys, the same for the same number."""
        return _rsa(number)

    def ec(self) -> PrivateKey:
        """An elliptic-curve key."""
        return ec.generate_private_key(ec.SECP256R1())

    def ed25519(self) -> PrivateKey:
        """An Ed25519 key."""
        return ed25519.Ed25519PrivateKey.generate()

    def key_pem(self, key: PrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        """A private key as PEM."""
        return key.private_bytes(Encoding.PEM, form, NoEncryption())

    def public_pem(self, key: PrivateKey) -> bytes:
        """The bare public half as PEM."""
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def certificate(self, key: PrivateKey, encoding: Encoding = Encoding.PEM) -> bytes:
        """A certificate that the key signed itself."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gitlab-issuer")])
        start = datetime.now(UTC) - timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
        )
        signed = builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
        return signed.public_bytes(encoding)

    def file(self, path: str, data: bytes) -> HostFile:
        """A file of the signer with this content, which everybody who must may read."""
        named = Quote("/etc/x.yml", f"names: {path}", 3)
        if not data.strip():
            return HostFile(named, path, FileState.EMPTY, f"{path} is empty", mode=0o600, owner="git:git")
        contents = read_pem(data, path)
        return HostFile(named, path, FileState.READABLE, "", contents, 0o600, "git:git", readable_by_git=True)

    def no_file(self, path: str, state: FileState, problem: str = "") -> HostFile:
        """A file that could not be read."""
        words = problem or {
            FileState.MISSING: f"{path} does not exist",
            FileState.DIRECTORY: f"{path} is a directory",
            FileState.UNREADABLE: f"{path}: permission denied",
        }.get(state, "")
        return HostFile(Quote("/etc/x.yml", f"names: {path}", 3), path, state, words)

    def files(self, bundle: bytes | HostFile | None, key: bytes | HostFile | None) -> SignerFiles:
        """Both halves, each by its content or as it is."""
        return SignerFiles(
            self.file(CRT, bundle) if isinstance(bundle, bytes) else bundle,
            self.file(KEY, key) if isinstance(key, bytes) else key,
        )

    # Outcomes

    def fail(self, item: Check, **evidence: object) -> Fail:
        """The only outcome of a check, which must be a finding."""
        outcome = self.outcome(item, **evidence)
        assert isinstance(outcome, Fail), outcome
        return outcome

    def fails(self, item: Check, **evidence: object) -> list[Fail]:
        """The findings among what a check says."""
        return [outcome for outcome in self.outcomes(item, **evidence) if isinstance(outcome, Fail)]

    def passes(self, item: Check, **evidence: object) -> str:
        """The message of a Pass."""
        outcome = self.outcome(item, **evidence)
        assert isinstance(outcome, Pass), outcome
        return outcome.message

    def unknown(self, item: Check, **evidence: object) -> str:
        """The reason of an Unknown, which must not be empty."""
        outcome = self.outcome(item, **evidence)
        assert isinstance(outcome, Unknown), outcome
        assert outcome.reason.strip()
        return outcome.reason

    def skips(self, item: Check, **evidence: object) -> str:
        """The reason of a Skip, which must not be empty."""
        outcome = self.outcome(item, **evidence)
        assert isinstance(outcome, Skip), outcome
        assert outcome.reason.strip()
        return outcome.reason

    def outcome(self, item: Check, **evidence: object) -> Outcome:
        """The only outcome of a check."""
        outcomes = self.outcomes(item, **evidence)
        assert len(outcomes) == 1, outcomes
        return outcomes[0]

    def outcomes(self, item: Check, **evidence: object) -> list[Outcome]:
        """All that a check says, after seeing that each finding has what a finding must have.

        Evidence that is not given, and may be absent, is absent.
        """
        absent = {name: NOT_HERE for name, wanted in item.inputs.items() if wanted.optional}
        told = item.judge(**(absent | evidence))
        outcomes = [told] if isinstance(told, Outcome) else list(told)
        assert outcomes
        for outcome in outcomes:
            assert isinstance(outcome, Outcome)
            if isinstance(outcome, Fail):
                _complete(item, outcome)
        return outcomes


@cache
def _rsa(number: int) -> rsa.RSAPrivateKey:
    assert number
    return rsa.generate_private_key(65537, 2048)


_SHELL = re.compile(r"(?:sudo|sudoedit|curl|kubectl|helm|docker|openssl|timedatectl|getent|ss) ")
_PLACEHOLDER = re.compile(r"<[A-Za-z_][^>\n]*>|\.\.\.|…")


@cache
def _syntax_error(command: str) -> str:
    run = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, timeout=10, check=False)
    return run.stderr


def _complete(item: Check, fail: Fail) -> None:
    assert fail.message.strip()
    assert "\n" not in fail.message
    assert not fail.message.endswith((".", "!"))
    assert fail.resource
    assert set(fail.failure_modes or ()) <= set(item.failure_modes)
    assert fail.evidence
    assert all(quote.source and quote.quote.strip() for quote in fail.evidence)
    told = [fail.message, *(quote.quote for quote in fail.evidence)]
    for dialect in Dialect:
        remedy = fail.remedy.get(dialect) or fail.remedy[Dialect.PLAIN]
        assert remedy.text.strip().endswith((".", ":", ".)")), remedy.text
        told += [remedy.text, *remedy.commands]
        for command in remedy.commands:
            assert command.strip()
            assert not _PLACEHOLDER.search(command), command
            if _SHELL.match(command):
                assert not _syntax_error(command)
    assert not any("PRIVATE KEY-----" in text for text in told)
    # Our own sentences hold no secret, and must not look as if they did: `refuses redis.password: each request …`.
    for sentence in (fail.message, *(remedy.text for remedy in fail.remedy.values())):
        assert redaction.redact(sentence) == sentence


@pytest.fixture
def given() -> Given:
    """The builders."""
    return Given()


@pytest.fixture(autouse=True, scope="module")
def _secrets_of_this_module() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_known", {})
        yield
