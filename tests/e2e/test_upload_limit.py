"""The largest body that a real proxy lets through is found, to the byte where it refuses by the length alone.

nginx and Apache stand in front of a real docker-registry 2.8, whose storage is the same afterwards as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Fail, Pass, Quote
from regdoctor.checks.proxy.body_size_limited import body_size_limited
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.upload_limit import upload_limit
from regdoctor.probes.upload_start import upload_start
from regdoctor.probes.uploads import uploads_of
from regdoctor.target import Target
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import ABSENT, Site

MIB = 1 << 20
OPEN = TokenSource(False, "", "", "")
NOTHING = Absent("none")


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger of a user of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Ledger()


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Ends what a test starts."""
    started = Processes()
    try:
        yield started
    finally:
        started.stop_all()


@pytest.fixture
def site(tmp_path: Path, processes: Processes, lone_registry: LoneRegistry) -> Site:
    """A registry that runs, and an nginx that does not yet."""
    lone_registry.serve()
    return Site(tmp_path, processes, lone_registry)


def measured(url: str, registry: LoneRegistry, certificate: Path | None = None) -> UploadLimit:
    """What the probes find at `url`, the registry's own installation being at hand; it leaves nothing behind."""
    pem = ((str(certificate), certificate.read_text()),) if certificate else ()
    door, target = Http(TrustedCAs(pem)), Target(allow_writes=True)
    installation = Installation(Path("/"), Dialect.PLAIN, live=True)
    at = Endpoints(Endpoint(url, Quote("", "")), None, None, None)
    before = stored(registry)
    given = (OPEN, door, installation, registry.config())
    start = upload_start.gather(target, at, *given)
    assert isinstance(start, UploadStart)
    found = upload_limit.gather(target, start, *given)
    assert isinstance(found, UploadLimit)
    assert (found.removed, Ledger().entries(url)) == (True, ())
    assert stored(registry) == before
    return found


def stored(registry: LoneRegistry) -> set[str]:
    """The files of the registry's storage."""
    data = registry.folder / "data"
    return {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        (None, MIB),
        ("client_max_body_size 700k;", 700 << 10),
        ("client_max_body_size 5m;", 5 * MIB),
        ("client_max_body_size 100m;", 100 * MIB),
        ("client_max_body_size 13107200;", 13107200),
    ],
)
def test_nginx_limit_is_found_to_the_byte(site: Site, line: str | None, limit: int) -> None:
    site.front({"size": line, "buffering": "proxy_request_buffering off;", "http": "proxy_http_version 1.1;"})
    found = measured(site.url, site.registry, site.folder / "server.crt")
    assert (found.limit, found.refused) == (limit, limit + 1)
    assert found.refusal is not None
    assert found.refusal.status == 413
    blamed = site.blamed(body_size_limited, limit=found)
    assert blamed is not None
    assert f"{limit:,} bytes" in blamed.message
    assert "nginx" in blamed.message
    assert any(quote.source.endswith("nginx.conf") for quote in blamed.evidence)


def test_without_a_limit_all_that_is_tried_gets_through(site: Site) -> None:
    site.front()
    found = measured(site.url, site.registry, site.folder / "server.crt")
    assert (found.taken, found.let_in, found.refused) == (8 * MIB, 128 * MIB + 1, None)
    assert site.blamed(body_size_limited, limit=found) is None


def test_the_registry_alone_takes_everything(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    found = measured(lone_registry.url, lone_registry)
    assert (found.taken, found.let_in, found.refused) == (8 * MIB, 128 * MIB + 1, None)


def test_the_limit_of_an_inner_nginx_is_found_by_what_is_sent(site: Site) -> None:
    (inner,) = free_ports(1)
    passed = f"location / {{ proxy_pass {site.registry.url}; }}"
    limited = f"server {{ listen 127.0.0.1:{inner}; client_max_body_size 3m; {passed} }}"
    site.front(
        {"pass": f"proxy_pass http://127.0.0.1:{inner};", "buffering": "proxy_request_buffering off;"},
        outside=limited,
    )
    found = measured(site.url, site.registry, site.folder / "server.crt")
    assert (found.taken, found.refused, found.limit) == (2 * MIB, 4 * MIB, None)


def test_an_upload_that_grew_unnoticed_is_cancelled_all_the_same(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    before, door = stored(lone_registry), Http(TrustedCAs())
    installation = Installation(Path("/"), Dialect.PLAIN, live=True)
    uploads = uploads_of(Target(allow_writes=True), OPEN, door, installation, lone_registry.config())
    started = uploads.start("a/b", lone_registry.url)
    assert started.entry is not None
    # A run that is killed here has noted the state from before this body.
    assert lone_registry.ask("PATCH", started.entry.path, b"x" * 1000).status == 202
    assert uploads.cancel(started.entry)
    assert stored(lone_registry) == before


APACHE = """\
ServerRoot "{folder}"
ServerName localhost
Listen 127.0.0.1:{port}
PidFile "{folder}/httpd.pid"
ErrorLog "{folder}/httpd.log"
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
ProxyPreserveHost On
ProxyPass / {upstream}/
{line}
"""
RULE = """\
RewriteEngine On
RewriteCond expr "%{HTTP:Content-Length} -gt 10485760"
RewriteRule . - [R=413,L]
"""


@pytest.mark.parametrize(("line", "limit"), [(RULE, 10 * MIB), ("LimitRequestBody 1000000", None)])
def test_a_rule_of_apache_limits_bodies_and_limitrequestbody_limits_none_that_it_passes_on(
    tmp_path: Path, processes: Processes, lone_registry: LoneRegistry, line: str, limit: int | None
) -> None:
    lone_registry.serve()
    (port,) = free_ports(1)
    conf = tmp_path / "httpd.conf"
    conf.write_text(APACHE.format(folder=tmp_path, port=port, upstream=lone_registry.url, line=line))
    command: list[str | Path] = [find_program("apache2"), "-X", "-f", conf]
    process = processes.start("apache2", command, log=tmp_path / "out", environment=minimal_environment(tmp_path))
    process.wait_ready(lambda: listens(port))

    found = measured(f"http://127.0.0.1:{port}", lone_registry)

    assert found.limit == limit
    outcomes = body_size_limited.judge(limit=found, nginx=ABSENT, config=ABSENT, gitlab=ABSENT)
    assert isinstance(outcomes, Iterable)
    (outcome,) = outcomes
    if limit is None:
        assert isinstance(outcome, Pass)
    else:
        assert isinstance(outcome, Fail)
        assert outcome.message.startswith("Apache refuses requests above 10,485,760 bytes")
