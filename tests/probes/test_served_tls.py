"""Each server that speaks TLS is looked at once, and judged by this host's trust and by docker's certs.d."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.served_tls import TlsLooks
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes import served_tls as module
from regdoctor.transport.tls_look import Handshake
from tests.certificates import Pair, context_of, garbage, issue

SAID = Quote("command line", "--registry …")
NOWHERE = Absent("not part of this test", applicable=False)
ROOT = issue("test root", authority=True)
MIDDLE = issue("test intermediate", ROOT, authority=True, issuer_url="http://ca.example/root.der")
SERVER = issue("registry.example", MIDDLE, dns=("localhost",), ips=("127.0.0.1",))


def endpoints(public: str | None, realm: str | None = None) -> Endpoints:
    return Endpoints(Endpoint(public, SAID) if public else None, None, None, Endpoint(realm, SAID) if realm else None)


def gather(
    public: str | None,
    realm: str | None = None,
    *,
    door: Http | None = None,
    answer: PublicAnswer | Absent = NOWHERE,
    root: Path | None = None,
) -> TlsLooks:
    """The probe's looks, with what certs.d of `root` holds."""
    installation = Installation(root, Dialect.PLAIN, live=False) if root else NOWHERE
    found = module.served_tls.gather(endpoints(public, realm), door or Http(TrustedCAs()), answer, installation)
    assert isinstance(found, TlsLooks)
    return found


@pytest.fixture
def start(serve: Callable[..., Any]) -> Callable[..., str]:
    """Starts an HTTPS server with these certificates; gives its URL."""

    def begin(*chain: Pair) -> str:
        context: ssl.SSLContext = context_of(*chain)
        url: str = serve(lambda _: (401, {}, b"{}"), context).url
        return url

    return begin


def shown(monkeypatch: pytest.MonkeyPatch, seen: Handshake) -> list[tuple[str, int, float]]:
    """Has every server show this handshake; gives the list of what is looked at."""
    asked: list[tuple[str, int, float]] = []

    def look(host: str, port: int, seconds: float) -> Handshake:
        asked.append((host, port, seconds))
        return seen

    monkeypatch.setattr(module, "look_at_tls", look)
    return asked


def test_the_chain_is_described_and_judged(start: Callable[..., str]) -> None:
    url = start(SERVER, MIDDLE)
    (look,) = gather(url).looks
    assert (look.whose, look.endpoint, look.failure) == ("registry", Endpoint(url, SAID), None)
    assert (look.served, look.unreadable, look.protocol) == (2, 0, "TLSv1.3")
    assert look.own_address
    assert abs((datetime.now(UTC) - look.looked).total_seconds()) < 60
    assert look.leaf is not None
    assert (look.leaf.common_name, look.leaf.dns_names, look.leaf.ip_addresses, look.leaf.has_san) == (
        "registry.example",
        ("localhost",),
        ("127.0.0.1",),
        True,
    )
    middle = look.chain[1]
    assert (middle.is_authority, middle.issuer_urls) == (True, ("http://ca.example/root.der",))
    assert middle.facts.issuer == "CN=test root"
    assert middle.pem.strip() == MIDDLE.pem.strip()
    assert look.by_system is not None
    assert (look.by_system.code, look.by_system.depth) == (20, 1)
    assert look.by_docker == look.by_system
    assert look.docker_folder is None


def test_what_the_door_trusts_is_trusted(start: Callable[..., str]) -> None:
    door = Http(TrustedCAs((("ca.pem", ROOT.pem),)))
    (look,) = gather(start(SERVER, MIDDLE), door=door).looks
    assert (look.by_system, look.by_docker) == (None, None)


def certs_folder(root: Path, name: str, **files: str) -> None:
    folder = root / "etc/docker/certs.d" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file.replace("_", ".")).write_text(text)


def test_docker_trusts_what_its_folder_adds_for_the_registry_and_its_token_service(
    start: Callable[..., str], tmp_path: Path
) -> None:
    registry, tokens = start(SERVER, MIDDLE), start(SERVER, MIDDLE)
    name = registry.removeprefix("https://")
    certs_folder(tmp_path, name, ca_crt=ROOT.pem)
    certs_folder(tmp_path, tokens.removeprefix("https://"), ca_crt="")
    looks = gather(registry, f"{tokens}/jwt/auth", root=tmp_path).looks
    assert [look.whose for look in looks] == ["registry", "token service"]
    for look in looks:
        assert look.by_system is not None
        assert look.by_docker is None
        assert look.docker_folder == Quote(f"{tmp_path}/etc/docker/certs.d/{name}", f"{name}/: ca.crt")


def test_docker_takes_authorities_from_crt_files_alone(start: Callable[..., str], tmp_path: Path) -> None:
    registry = start(SERVER, MIDDLE)
    name = registry.removeprefix("https://")
    certs_folder(tmp_path, name, ca_pem=ROOT.pem, ca_cert=ROOT.pem, bad_crt="no certificate", crt=ROOT.pem)
    (tmp_path / "etc/docker/certs.d" / name / "folder.crt").mkdir()
    (look,) = gather(registry, root=tmp_path).looks
    assert look.by_docker is not None
    assert look.docker_folder is not None


@pytest.mark.parametrize(
    ("url", "folder", "taken"),
    [
        ("https://registry.example", "registry.example", True),
        ("https://registry.example:443", "registry.example", True),
        ("https://registry.example", "registry.example:443", False),
        ("https://registry.example:5050", "registry.example:5050", True),
        ("https://registry.example:5050", "registry.example", False),
        ("https://[2001:db8::1]:5050", "[2001:db8::1]:5050", True),
    ],
)
def test_the_folder_is_named_as_images_name_the_registry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, folder: str, taken: bool
) -> None:
    shown(monkeypatch, Handshake(chain=(SERVER.der, MIDDLE.der)))
    certs_folder(tmp_path, folder, ca_crt=ROOT.pem)
    (look,) = gather(url, root=tmp_path).looks
    assert (look.docker_folder is not None, look.by_docker is None) == (taken, taken)


@pytest.mark.parametrize(
    ("public", "realm", "asked"),
    [
        ("https://r.example", "https://r.example/jwt/auth", ["r.example:443"]),
        ("https://r.example", "https://r.example:443/jwt/auth", ["r.example:443"]),
        ("https://r.example:5050", "https://r.example/jwt/auth", ["r.example:5050", "r.example:443"]),
        ("http://r.example", "https://gitlab.example/jwt/auth?x=1", ["gitlab.example:443"]),
        (None, "https://gitlab.example/jwt/auth", ["gitlab.example:443"]),
        ("https://[2001:db8::1]", "http://gitlab.example/jwt/auth", ["2001:db8::1:443"]),
    ],
)
def test_each_server_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, public: str | None, realm: str | None, asked: list[str]
) -> None:
    seen = shown(monkeypatch, Handshake(Failure(FailureKind.REFUSED, "connection refused")))
    looks = gather(public, realm).looks
    assert [f"{host}:{port}" for host, port, _ in seen] == asked
    assert len(looks) == len(asked)
    assert all(look.failure is not None and look.chain == () and look.by_system is None for look in looks)
    assert all("/jwt" not in look.endpoint.url for look in looks)


@pytest.mark.parametrize(("public", "realm"), [(None, None), ("http://r.example", "http://gitlab.example/jwt/auth")])
def test_without_https_nothing_applies(public: str | None, realm: str | None) -> None:
    with pytest.raises(NotApplicableError, match="https"):
        gather(public, realm)


def test_a_url_that_cannot_be_asked_is_told_and_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = shown(monkeypatch, Handshake())
    (look,) = gather(None, "https://regis\ttry.example:99999/jwt").looks
    assert look.failure is not None
    assert look.failure.kind is FailureKind.SCHEME
    assert seen == []


def test_the_date_is_that_of_the_same_server(monkeypatch: pytest.MonkeyPatch) -> None:
    shown(monkeypatch, Handshake(chain=(SERVER.der,)))
    dated = Exchange("GET", "x", status=401, headers=(("Date", "Wed, 01 Jul 2026 10:00:00 GMT"),))

    def dates(public: str) -> list[float | None]:
        answer = PublicAnswer(Ping(Endpoint(public, SAID), dated))
        return [one.server_date for one in gather(public, "https://gitlab.example/jwt", answer=answer).looks]

    then = datetime(2026, 7, 1, 10, tzinfo=UTC).timestamp()
    assert dates("https://r.example") == [then, None]
    assert dates("https://r.example:443") == [then, None]
    assert dates("https://gitlab.example") == [then]
    assert dates("http://gitlab.example") == [None]


def test_of_a_long_chain_twenty_are_kept_and_all_are_counted_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    filler = issue("x", authority=True).der
    shown(monkeypatch, Handshake(chain=(SERVER.der, *[filler] * 198, MIDDLE.der)))
    (look,) = gather("https://r.example", door=Http(TrustedCAs((("ca.pem", ROOT.pem),)))).looks
    assert (len(look.chain), look.served, look.unreadable, look.by_system) == (20, 200, 0, None)


def test_certificates_that_cannot_be_read_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    shown(monkeypatch, Handshake(chain=(SERVER.der, b"\x30\x03\x02\x01\x01", MIDDLE.der)))
    (look,) = gather("https://r.example").looks
    assert [one.common_name for one in look.chain] == ["registry.example", "test intermediate"]
    assert (look.served, look.unreadable, look.failure) == (3, 1, None)


def test_where_the_servers_own_cannot_be_read_there_is_no_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    shown(monkeypatch, Handshake(chain=(b"\x30\x03\x02\x01\x01", MIDDLE.der)))
    (look,) = gather("https://r.example").looks
    assert look.failure == Failure(FailureKind.TLS, "r.example:443: its certificate cannot be read")
    assert (look.leaf, look.served, look.unreadable, look.by_system) == (None, 2, 1, None)


def test_garbage_in_an_extension_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = issue("server", dns=("r.example",), extensions=[garbage("2.5.29.19")])
    shown(monkeypatch, Handshake(chain=(broken.der,)))
    (look,) = gather("https://r.example").looks
    assert look.leaf is not None
    assert (look.leaf.dns_names, look.leaf.is_authority) == (("r.example",), False)


def test_no_look_takes_longer_than_the_door_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = shown(monkeypatch, Handshake(chain=(SERVER.der,)))
    gather("https://r.example", door=Http(TrustedCAs(), longest=1.5))
    gather("https://r.example")
    assert [seconds for *_, seconds in seen] == [1.5, 10.0]
    assert module.served_tls.limit >= 2 * module._DEADLINE
    assert module.served_tls.network


def test_without_a_root_the_folder_of_this_host_counts(
    start: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start(SERVER, MIDDLE)
    monkeypatch.setattr(module, "_THIS_HOST", Installation(tmp_path, Dialect.PLAIN, live=True))
    certs_folder(tmp_path, url.removeprefix("https://"), ca_crt=ROOT.pem)

    (look,) = gather(url).looks

    assert look.by_system is not None
    assert look.by_docker is None


@pytest.mark.parametrize(
    ("names", "shows"),
    [
        (["client.cert", "client.key"], True),
        (["ca.crt", "me.cert", "me.key"], True),
        (["client.cert"], False),
        (["client.cert", "other.key"], False),
        (["ca.crt", "client.key"], False),
    ],
)
def test_docker_shows_a_certificate_where_its_key_lies_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: list[str], shows: bool
) -> None:
    folder = tmp_path / "etc/docker/certs.d/registry.example"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x")
    shown(monkeypatch, Handshake(chain=(SERVER.der,)))
    (look,) = gather("https://registry.example", root=tmp_path).looks
    assert look.client_pair == (look.docker_folder if shows else None)
    assert look.own_address is False
