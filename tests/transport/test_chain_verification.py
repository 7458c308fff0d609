"""A chain is judged as the registry's clients judge it: by the system's store and what is added to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL.crypto import FILETYPE_PEM, load_certificate

from regdoctor.evidence.served_tls import Distrust
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.transport.chain_verification import distrust_of
from tests.certificates import Pair, garbage, issue

ROOT = issue("test root", authority=True)
MIDDLE = issue("test intermediate", ROOT, authority=True)
SERVER = issue("server", MIDDLE, dns=("registry.example",))
ALONE = issue("alone", dns=("registry.example",))


def trusting(*pairs: Pair) -> TrustedCAs:
    return TrustedCAs(tuple((f"{number}.pem", pair.pem) for number, pair in enumerate(pairs)))


def verdict(*chain: Pair, trust: TrustedCAs | None = None) -> Distrust | None:
    return distrust_of([pair.der for pair in chain], trust or TrustedCAs())


@pytest.mark.parametrize("trusted", [(ROOT,), (MIDDLE,), (SERVER,), (ALONE, ROOT)])
def test_any_trusted_certificate_is_an_anchor_as_for_go(trusted: tuple[Pair, ...]) -> None:
    assert verdict(SERVER, MIDDLE, trust=trusting(*trusted)) is None


def test_order_and_needless_certificates_do_not_matter() -> None:
    assert verdict(SERVER, ALONE, ROOT, MIDDLE, trust=trusting(ROOT)) is None


@pytest.mark.parametrize(
    ("chain", "trust", "code", "depth"),
    [
        ((SERVER,), trusting(ROOT), 20, 0),
        ((SERVER, MIDDLE), trusting(), 20, 1),
        ((SERVER, MIDDLE, ROOT), trusting(), 19, 2),
        ((ALONE,), trusting(ROOT), 18, 0),
        ((issue("server", MIDDLE, days=-1), MIDDLE), trusting(ROOT), 10, 0),
        ((issue("server", MIDDLE, since=1), MIDDLE), trusting(ROOT), 9, 0),
    ],
)
def test_the_first_reason_is_told_with_the_certificate_it_is_about(
    chain: tuple[Pair, ...], trust: TrustedCAs, code: int, depth: int
) -> None:
    found = verdict(*chain, trust=trust)
    assert found is not None
    assert (found.code, found.depth) == (code, depth)
    assert found.words
    assert "\n" not in found.words


def test_an_expired_intermediate_is_told_by_its_place() -> None:
    old = issue("old intermediate", ROOT, authority=True, days=-1)
    found = verdict(issue("server", old), old, trust=trusting(ROOT))
    assert found is not None
    assert (found.code, found.words, found.depth) == (10, "certificate has expired", 1)


def test_an_expired_cross_certificate_does_no_harm_where_the_root_itself_is_trusted() -> None:
    older = issue("older root", authority=True, days=-1)
    crossed = issue("test root", older, authority=True, days=-1, key=ROOT.key)
    assert verdict(SERVER, MIDDLE, crossed, trust=trusting(ROOT, older)) is None


def test_a_certificate_for_clients_alone_is_not_accepted() -> None:
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    client = issue("client", ROOT, extensions=[(uses, False)])
    assert verdict(client, trust=trusting(ROOT)) == Distrust(26, "unsuitable certificate purpose", 0)


def test_a_leaf_is_no_authority() -> None:
    found = verdict(issue("below a leaf", SERVER), SERVER, MIDDLE, trust=trusting(ROOT))
    assert found is not None
    assert found.depth == 1


@pytest.mark.parametrize("oid", ["2.5.29.17", "2.5.29.19", "2.5.29.15", "1.3.6.1.5.5.7.1.1"])
def test_garbage_in_an_extension_gives_a_verdict(oid: str) -> None:
    broken = issue("server", ROOT, extensions=[garbage(oid)])
    assert verdict(broken) is not None


def test_what_is_no_certificate_is_passed_over_but_not_as_the_first() -> None:
    assert distrust_of([SERVER.der, b"garbage", MIDDLE.der], trusting(ROOT)) is None
    for chain in ([], [b"garbage", SERVER.der]):
        with pytest.raises(ValueError, match="no certificate"):
            distrust_of(chain, trusting(ROOT))


def test_a_broken_block_in_a_trusted_file_adds_nothing_and_takes_nothing() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert verdict(SERVER, MIDDLE, trust=TrustedCAs((("ca.crt", f"# côté\n{broken}{ROOT.pem}"),))) is None


def test_ssl_cert_file_is_the_systems_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bundle.pem").write_text(ROOT.pem)
    assert verdict(SERVER, MIDDLE) is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "bundle.pem"))
    assert verdict(SERVER, MIDDLE) is None


def test_ssl_cert_dir_is_the_systems_store_and_may_name_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = int(load_certificate(FILETYPE_PEM, ROOT.pem.encode()).subject_name_hash())
    (tmp_path / f"{digest:08x}.0").write_text(ROOT.pem)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("SSL_CERT_DIR", f"/nowhere:{tmp_path}")
    assert verdict(SERVER, MIDDLE) is None


def test_an_empty_store_trusts_nobody_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", "")
    found = verdict(SERVER, MIDDLE)
    assert found is not None
    assert found.code == 20


def test_two_hundred_certificates_are_judged() -> None:
    assert verdict(SERVER, *[ALONE] * 199, MIDDLE, trust=trusting(ROOT)) is None
