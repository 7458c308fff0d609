"""A refused token whose kid this registry gives no key is a finding; what may be right somewhere is not."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from regdoctor.checks.auth.key_id_of_another_kind import key_id_of_another_kind
from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.tokens import read_token, sign_token
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.redaction import Secret
from tests.evidence.token_traffic import Traffic, jwt_of

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "https://auth.example.com/auth"
UNNAMED = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s"')
INVALID = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="s",error="invalid_token"')
LOGIN = (("Authorization", Secret("Basic dXNlcjpwYXNzd29yZA==", "credentials")),)
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB
HEX = "0123456789abcdef" * 4
THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
LIBTRUST = "VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5"
BARE = "auth: {token: {realm: https://auth.example.com/auth, rootcertbundle: /b.crt}}\n"
WITH_JWKS = "auth: {token: {realm: https://auth.example.com/auth, jwks: /keys.json}}\n"


def _trials(given: Given, kid: str | None, status: int = 401, **header: object) -> TokenTrials:
    signed = sign_token(given.rsa(1), issuer="i", audience="s", subject="u", access=(), now=1_700_000_000)
    token = replace(read_token(signed.reveal()), kid=kid, **header)  # type: ignore[arg-type]
    realm = replace(given.exchange(REALM), request_headers=LOGIN)
    ping = given.exchange(f"{given.public_url}/v2/", status, INVALID)
    return TokenTrials((Trial(f"from {REALM} for user", True, realm, token, ping),), given.public_url, REALM, "s")


@pytest.mark.parametrize("generation", [V2, FORK])
@pytest.mark.parametrize(("kid", "mode"), [(THUMBPRINT, "AUTH-03"), (HEX, "AUTH-04"), ("my-key", "AUTH-04")])
def test_a_registry_of_libtrust_ids_knows_no_other(given: Given, generation: Generation, kid: str, mode: str) -> None:
    fail = given.fail(key_id_of_another_kind, trials=_trials(given, kid), product=given.product(generation))
    assert fail.failure_modes == (mode,)
    assert f'its kid "{kid}"' in fail.message
    assert "knows keys by their libtrust ID" in fail.message
    assert fail.resource == REALM


@pytest.mark.parametrize("generation", [V2, FORK])
def test_a_libtrust_id_fits_it(given: Given, generation: Generation) -> None:
    assert given.passes(key_id_of_another_kind, trials=_trials(given, LIBTRUST), product=given.product(generation))


@pytest.mark.parametrize(("kid", "mode"), [(LIBTRUST, "AUTH-02"), (HEX, "AUTH-04"), ("my-key", "AUTH-04")])
def test_distribution_3_without_a_file_of_keys_knows_thumbprints_alone(given: Given, kid: str, mode: str) -> None:
    product, trials = given.product(V3, 3, 0, 0), _trials(given, kid)
    fail = given.fail(key_id_of_another_kind, trials=trials, product=product, config=given.config(BARE))
    assert fail.failure_modes == (mode,)
    named = given.unknown(key_id_of_another_kind, trials=trials, product=product, config=given.config(WITH_JWKS))
    assert "auth.token.jwks" in named
    given.unknown(key_id_of_another_kind, trials=trials, product=product)
    assert given.passes(key_id_of_another_kind, trials=_trials(given, THUMBPRINT), product=product)


def test_of_an_unknown_registry_only_what_none_reckons_is_a_finding(given: Given) -> None:
    product = given.product()
    fail = given.fail(key_id_of_another_kind, trials=_trials(given, HEX), product=product)
    assert "unless distribution 3 has the very name in a file of keys" in fail.message
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    possible = ((LIBTRUST, "distribution 3 does not"), (THUMBPRINT, "GitLab's registry do not"), ("k", "jwks"))
    for kid, told in (*possible, (uuid, "auth.token.jwks"), (HEX[:40], "auth.token.jwks")):
        assert told in given.skips(key_id_of_another_kind, trials=_trials(given, kid), product=product)


@pytest.mark.parametrize("generation", [None, V2, V3])
def test_a_header_without_any_key_is_known_to_none(given: Given, generation: Generation | None) -> None:
    for kid in (None, ""):
        fail = given.fail(key_id_of_another_kind, trials=_trials(given, kid), product=given.product(generation))
        assert "no kid, x5c or jwk" in fail.message
        assert fail.failure_modes == ("AUTH-04",)


@pytest.mark.parametrize("generation", [None, V2, V3, FORK])
@pytest.mark.parametrize("kid", [HEX, "my-key", THUMBPRINT, LIBTRUST, None])
def test_a_token_that_is_not_called_invalid_was_not_refused_for_its_key(
    given: Given, generation: Generation | None, kid: str | None
) -> None:
    # As Quay answers, whose key IDs are 64 hex digits, where a proxy takes the token away.
    (trial,) = _trials(given, kid).trials
    ping = given.exchange(f"{given.public_url}/v2/", 401, UNNAMED)
    trials = TokenTrials((replace(trial, ping=ping),), given.public_url, REALM, "s")
    skipped = given.skips(key_id_of_another_kind, trials=trials, product=given.product(generation))
    assert "does not call the token invalid" in skipped


def test_a_header_with_its_own_key_is_spared(given: Given) -> None:
    for header in ("x5c", "jwk"):
        trials = _trials(given, HEX, **{header: True})
        assert given.passes(key_id_of_another_kind, trials=trials, product=given.product(V2))


def test_how_the_kid_was_reckoned_is_said_where_the_certificate_is_at_hand(given: Given) -> None:
    files = given.files(given.certificate(given.rsa()), None)
    assert files.bundle is not None
    assert files.bundle.contents is not None
    key = files.bundle.contents.certificates[0].key
    product = given.product(V2)
    pairs = ":".join(key.spki_sha256.upper()[at : at + 2] for at in range(0, 64, 2))
    for kid in (key.spki_sha256, pairs):
        fail = given.fail(key_id_of_another_kind, trials=_trials(given, kid), product=product, files=files)
        assert "the SHA-256 of the very key that the registry trusts" in fail.message
        assert any(str(key.libtrust_id) in quote.quote for quote in fail.evidence)
    fail = given.fail(key_id_of_another_kind, trials=_trials(given, str(key.rfc7638)), product=product, files=files)
    assert "an RFC 7638 thumbprint of the very key that the registry trusts" in fail.message
    other = given.fail(key_id_of_another_kind, trials=_trials(given, HEX), product=product, files=files)
    assert "the very key" not in other.message


def _short_coordinate() -> ec.EllipticCurvePrivateKey:
    """A key of which distribution 3 makes another ID than RFC 7638 (about one in 128)."""
    return next(
        key
        for key in (ec.derive_private_key(number, ec.SECP256R1()) for number in range(1, 20_000))
        if rfc7638_thumbprint(key.public_key()) != distribution3_key_id(key.public_key())
    )


def test_a_thumbprint_that_distribution_3_reckons_otherwise_is_auth_23(given: Given) -> None:
    key = _short_coordinate()
    trials = _trials(given, rfc7638_thumbprint(key.public_key()))
    files = given.files(given.certificate(key), None)
    fail = given.fail(key_id_of_another_kind, trials=trials, product=given.product(V3, 3), files=files)
    assert fail.failure_modes == ("AUTH-23",)
    assert any(distribution3_key_id(key.public_key()) in quote.quote for quote in fail.evidence)
    skipped = given.skips(key_id_of_another_kind, trials=trials, product=given.product(), files=files)
    assert "thumbprint" in skipped
    usual = given.files(given.certificate(given.rsa()), None)
    assert given.passes(key_id_of_another_kind, trials=trials, product=given.product(V3, 3), files=usual)
    assert libtrust_key_id(key.public_key()) not in fail.message


def test_what_was_not_refused_by_all_is_no_concern(given: Given) -> None:
    product: Product = given.product(V2)
    accepted = given.passes(key_id_of_another_kind, trials=_trials(given, HEX, status=200), product=product)
    assert "is accepted" in accepted
    given.skips(key_id_of_another_kind, trials=TokenTrials(()), product=product)
    (trial,) = _trials(given, HEX).trials
    taken = given.exchange(f"{given.public_url}/v2/", 200)
    given.skips(key_id_of_another_kind, trials=TokenTrials((replace(trial, repeats=(taken,)),)), product=product)


def test_a_kid_of_any_length_and_any_characters_stays_one_short_line(given: Given) -> None:
    kid = base64.b64encode(b"x" * 9000).decode() + "\n\x1b[31m"
    fail = given.fail(key_id_of_another_kind, trials=_trials(given, kid), product=given.product(V2))
    assert len(fail.message) < 400
    told = [fail.message, *(quote.quote for quote in fail.evidence)]
    assert not any("\n" in text or "\x1b" in text for text in told)


def test_traffic_shows_a_thumbprint_that_gitlabs_registry_does_not_know() -> None:
    seen = Traffic()
    own = ("Gitlab-Container-Registry-Version", "v4.39.0-gitlab")
    seen.ask("GET /v2/", 200, own)
    seen.given(jwt_of(kid="NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"))
    seen.invalid()

    assert {"key_id_of_another_kind", "login_unauthorized"} == seen.names()


def test_traffic_does_not_tell_which_kind_an_unknown_registry_wants() -> None:
    seen = Traffic()
    seen.given(jwt_of(kid="NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"))
    seen.invalid()

    assert seen.names() == {"login_unauthorized"}
