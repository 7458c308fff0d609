"""Tokens that the real distribution 2.8 refuses: the check that names the cause, and the line that is logged."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from regdoctor.check import Check, Fail, Pass, Quote
from regdoctor.checks.auth.key_id_of_another_kind import key_id_of_another_kind
from regdoctor.checks.auth.token_not_in_its_time import token_not_in_its_time
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.key_ids import libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.token_refusals import meanings
from regdoctor.distribution.tokens import read_token, sign_token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.product import Product
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.certificates import signing_pair
from regdoctor.redaction import Secret
from tests.e2e.lone_registry import LoneRegistry

REALM = "https://gitlab.example.com/jwt/auth"
SERVICE, ISSUER = "container_registry", "gitlab-issuer"
NOT_HERE = Absent("it could not be looked at")
PRODUCT = Product(Generation.DISTRIBUTION_2, (2, 8), (Quote("docker-registry --version", "v2.8.2"),))


class Issuer:
    """Signs tokens for a registry that trusts its key, and shows them to it."""

    def __init__(self, registry: LoneRegistry, folder: Path) -> None:
        """The registry runs when this returns."""
        pair = signing_pair()
        bundle = folder / "bundle.crt"
        bundle.write_text(pair.certificate)
        token = f"{{realm: '{REALM}', service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {bundle}}}"
        registry.serve(f"auth: {{token: {token}}}\n")
        self.registry = registry
        key = load_pem_private_key(pair.key.encode(), password=None)
        assert isinstance(key, RSAPrivateKey)
        self.key = key

    def shown(
        self,
        *,
        key: RSAPrivateKey | None = None,
        kid: str | None = None,
        ahead: float = 0.0,
        issuer: str = ISSUER,
        audience: str = SERVICE,
    ) -> TokenTrials:
        """What comes of a token of that kid, issued by a clock that is so many seconds ahead."""
        signed = sign_token(
            key or self.key, issuer=issuer, audience=audience, subject="u", access=(), now=time.time() + ahead, kid=kid
        )
        ping = Http(TrustedCAs()).send("GET", f"{self.registry.url}/v2/", bearer=signed, deadline=5.0)
        login = (("Authorization", Secret("Basic dXNlcjpwYXNzd29yZA==", "credentials")),)
        realm = Exchange("GET", REALM, request_headers=login, status=200)
        trial = Trial(f"from {REALM} for user", True, realm, read_token(signed.reveal()), ping)
        return TokenTrials((trial,), self.registry.url, REALM, SERVICE)


@pytest.fixture
def issuer(lone_registry: LoneRegistry, tmp_path: Path) -> Issuer:
    """One whose key a running registry trusts."""
    return Issuer(lone_registry, tmp_path)


def test_a_key_is_known_by_its_libtrust_id_alone(issuer: Issuer) -> None:
    public = issuer.key.public_key()
    in_hex = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    for kid, mode in ((rfc7638_thumbprint(public), "AUTH-03"), (in_hex, "AUTH-04"), ("my-key", "AUTH-04")):
        found = judged(key_id_of_another_kind, issuer.shown(kid=kid))
        assert isinstance(found, Fail)
        assert found.failure_modes == (mode,)
        assert f'token signed by untrusted key with ID: \\"{kid}\\"' in issuer.registry.log
    found = judged(key_id_of_another_kind, issuer.shown(kid=""))
    assert isinstance(found, Fail)
    assert "unable to get token signing key" in issuer.registry.log
    accepted = issuer.shown(kid=libtrust_key_id(public))
    assert accepted.trials[0].ping is not None
    assert accepted.trials[0].ping.status == 200


@pytest.mark.parametrize(
    ("ahead", "told", "logged"),
    [
        (600, "it is good only", "token not to be used before"),
        (-600, "it expired", "token not to be used after"),
    ],
)
def test_a_token_that_comes_too_early_or_too_late(issuer: Issuer, ahead: float, told: str, logged: str) -> None:
    found = judged(token_not_in_its_time, issuer.shown(ahead=ahead))
    assert isinstance(found, Fail)
    assert told in found.message
    assert logged in issuer.registry.log


@pytest.mark.parametrize("ahead", [50, -340])
def test_within_the_leeway_a_token_is_taken(issuer: Issuer, ahead: float) -> None:
    found = judged(token_not_in_its_time, issuer.shown(ahead=ahead))
    assert isinstance(found, Pass)
    assert "is accepted" in found.message


def test_the_registry_logs_what_the_meaning_of_its_refusal_says(issuer: Issuer) -> None:
    other = load_pem_private_key(signing_pair().key.encode(), password=None)
    assert isinstance(other, RSAPrivateKey)
    for mode, trials in (
        ("AUTH-01", issuer.shown(key=other)),
        ("AUTH-05", issuer.shown(issuer="somebody else")),
        ("AUTH-06", issuer.shown(audience="another")),
    ):
        (trial,) = trials.trials
        assert trial.token is not None
        assert trial.called_invalid
        left = meanings(
            trial.token, trials.service, PRODUCT.candidates(), called_invalid=True, names_invalid_tokens=True
        )
        (line,) = [one.logged for one in left if one.mode == mode]
        escaped = line.replace('"', '\\"')
        assert f'msg="{escaped}"' in issuer.registry.log


def judged(check: Check, trials: TokenTrials) -> object:
    """What the check says of it, with nothing else at hand but the product."""
    known = {"trials": trials, "product": PRODUCT}
    return check.judge(**{name: known.get(name, NOT_HERE) for name in check.inputs})
