"""What a token is judged to be for 2.8 is what a real docker-registry 2.8 does with it, and logs, word for word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.go_formats import logged_field
from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey, Verdict, judge
from tests.certificates import Key, issue
from tests.e2e.lone_registry import LoneRegistry

ISSUER, SERVICE = "gitlab-issuer", "container_registry"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(65537, 2048)
TRUST = TokenTrust(tuple(TrustedKey(key.public_key(), "root.crt") for key in (RSA_KEY, EC_KEY)), ISSUER, SERVICE)
PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = RSA_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Case:
    """One token, broken in one way: what differs from a good one, and the failure mode that it must be named."""

    name: str
    mode: str = ""
    claims: Mapping[str, Any] | bytes | None = None
    header: Mapping[str, Any] | bytes | None = None
    key: Key = RSA_KEY
    signature: bytes | None = None
    whole: str | None = None
    exp_in: int = 300
    """Seconds from when the token is made to its `exp`, where the claims do not say."""
    nbf_in: int = -5
    line: str = ""
    """What the line must begin with; so that both sides cannot be wrong alike."""


def _hs256(message: bytes) -> bytes:
    return hmac.new(PEM, message, hashlib.sha256).digest()


def token_of(case: Case) -> str:
    """The case's token, as text."""
    if case.whole is not None:
        return case.whole
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": SERVICE,
        "sub": "root",
        "nbf": now + case.nbf_in,
        "exp": now + case.exp_in,
        "access": [],
    }
    named = {"alg": algorithm_of(case.key), "typ": "JWT", "kid": libtrust_key_id(case.key.public_key())}
    signed = f"{_part(named, case.header)}.{_part(good, case.claims)}".encode()
    if case.header and isinstance(case.header, dict) and case.header.get("alg") == "HS256":
        return f"{signed.decode()}.{base64url(_hs256(signed))}"
    signature = sign(case.key, signed) if case.signature is None else case.signature
    return f"{signed.decode()}.{base64url(signature)}"


def _part(good: dict[str, Any], changes: Mapping[str, Any] | bytes | None) -> str:
    if isinstance(changes, bytes):
        return base64url(changes)
    return base64url(json.dumps({**good, **(changes or {})}).encode())


def _deep(levels: int) -> bytes:
    return b'{"x":' + b"[" * levels + b"]" * levels + b"}"


KID = libtrust_key_id(RSA_KEY.public_key())
MALFORMED = "error while unmarshalling raw token: "
UNREAD = "error authorizing context: malformed token"
REFUSED = [
    Case("signed-by-another-key", "AUTH-01", key=STRANGER, line="token signed by untrusted key with ID: "),
    Case("other-key-with-our-kid", "AUTH-01", key=STRANGER, header={"kid": KID}, line="unable to verify token sig"),
    Case("thumbprint-as-kid", "AUTH-03", header={"kid": rfc7638_thumbprint(RSA_KEY.public_key())}, line="token signed"),
    Case("hex-kid", "AUTH-04", header={"kid": hashlib.sha256(DER).hexdigest()}, line="token signed by untrusted"),
    Case("odd-kid", "AUTH-04", header={"kid": 'é"\\\n\x01\u200b\U000e0001😀'}, line="token signed by untrusted"),
    Case("no-kid", "AUTH-04", header={"kid": None}, line="unable to get token signing key"),
    Case("issuer", "AUTH-05", claims={"iss": "omnibus-gitlab-issuer"}, line="token from untrusted issuer: "),
    Case("issuer-with-quotes", "AUTH-05", claims={"iss": 'a "b"\t'}, line="token from untrusted issuer: "),
    Case("no-issuer", "AUTH-05", claims={"iss": None}, line='token from untrusted issuer: ""'),
    Case("audience", "AUTH-06", claims={"aud": "registry.example.com"}, line="token intended for another audience: "),
    Case("no-audience", "AUTH-06", claims={"aud": None}, line='token intended for another audience: ""'),
    Case("audience-as-list", "AUTH-07", claims={"aud": [SERVICE]}, line=f"{MALFORMED}json: cannot unmarshal array"),
    Case("expired", "AUTH-09", exp_in=-120, line="token not to be used after "),
    Case("no-exp", "AUTH-09", claims={"exp": None}, line="token not to be used after 1970-01-01 00:01:00 +0000 UTC"),
    Case("exp-beyond-time", "AUTH-09", claims={"exp": (1 << 63) - 1}, line="error authorizing context: invalid token"),
    Case("not-yet-valid", "AUTH-08", nbf_in=900, line="token not to be used before "),
    Case(
        "not-before-year-9999", "AUTH-08", claims={"nbf": 253370764800}, line="token not to be used before 9998-12-31"
    ),
    Case("issuer-before-audience", "AUTH-05", claims={"iss": "x", "aud": "y", "exp": 0}, line="token from untrusted"),
    Case("expiry-before-key", "AUTH-09", claims={"exp": 0}, key=STRANGER, line="token not to be used after "),
    Case("no-signature", "AUTH-24", signature=b"", line="token has no signature"),
    Case("alg-none", "AUTH-24", header={"alg": "none"}, line="unable to verify token signature: unable to verify Sig"),
    Case("alg-none-unsigned", "AUTH-24", header={"alg": "none"}, signature=b"", line="token has no signature"),
    Case("hs256-with-the-public-key", "AUTH-24", header={"alg": "HS256"}, line="unable to verify token signature: "),
    Case("ec-with-rs256", "AUTH-01", key=EC_KEY, header={"alg": "RS256"}, line="unable to verify token signature: "),
    Case("ec-signature-too-short", "AUTH-01", key=EC_KEY, signature=b"x" * 63, line="unable to verify token sig"),
    Case("ec-signature-wrong", "AUTH-01", key=EC_KEY, signature=b"x" * 64, line="unable to verify token signature: "),
    Case(
        "rsa-signature-wrong", "AUTH-01", signature=b"x" * 256, line="unable to verify token signature: invalid RS256"
    ),
    Case("exp-as-text", claims={"exp": "tomorrow"}, line=f"{MALFORMED}json: cannot unmarshal string into Go struct"),
    Case(
        "exp-as-fraction",
        claims={"exp": 1700000000.5},
        line=f"{MALFORMED}json: cannot unmarshal number 1700000000.5 into",
    ),
    Case("exp-beyond-64-bits", claims={"exp": 1 << 63}, line=f"{MALFORMED}json: cannot unmarshal number 9223372036"),
    Case("issuer-as-number", claims={"iss": 5}, line=f"{MALFORMED}json: cannot unmarshal number into Go struct field"),
    Case("access-as-text", claims={"access": "all"}, line=f"{MALFORMED}json: cannot unmarshal string into Go struct"),
    Case("kid-as-list", header={"kid": [KID]}, line=f"{MALFORMED}json: cannot unmarshal array into Go struct field"),
    Case("claims-are-a-list", claims=b"[]", line=f"{MALFORMED}json: cannot unmarshal array into Go value"),
    Case("claims-are-null", "AUTH-05", claims=b"null", line='token from untrusted issuer: ""'),
    Case("claims-are-empty", claims=b"", line=f"{MALFORMED}unexpected end of JSON input"),
    Case("claims-are-html", claims=b"<html>", line=f"{MALFORMED}invalid character '<' looking for beginning of value"),
    Case("claims-end-early", claims=b'{"iss":', line=UNREAD),
    Case("claims-deeper-than-go-reads", claims=_deep(10_001), line=UNREAD),
    Case(
        "issuer-twice", "AUTH-05", claims=b'{"iss":"gitlab-issuer","ISS":"x"}', line='token from untrusted issuer: "x"'
    ),
    Case("no-dots", whole="abc", line=UNREAD),
    Case("three-dots", whole="e30.e30.e30.e30", line=UNREAD),
    Case("a-space", whole="e30.e30.e30 x", line="error authorizing context: authorization token required"),
    Case("not-base64", whole="e*0.e30.e30", line=f"{MALFORMED}unable to decode header: illegal base64 data at input b"),
    Case("claims-not-base64", whole="e30.ab+d.e30", line=f"{MALFORMED}unable to decode claims: illegal base64 data"),
    Case("signature-cut-off", whole="e30.e30.abcde", line=f"{MALFORMED}unable to decode signature: illegal base64url"),
    Case("padding-in-the-middle", whole="e3=0.e30.e30", line=UNREAD),
]
ACCEPTED = [
    Case("good"),
    Case("good-ec", key=EC_KEY),
    Case("expired-within-the-leeway", exp_in=-5),
    Case("good-until-9999", claims={"exp": 253402300799}),
    Case("no-nbf", claims={"nbf": None}),
    Case("unknown-claims", claims={"x": [{"iss": "x"}], "jwk": 1}),
    Case("issuer-twice-the-last-right", claims={"ISS": ISSUER}),
    Case("many-claims", claims={"x": "x" * 100_000}),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneRegistry]:
    """A registry that trusts two keys, and whose log has its times in UTC."""
    running = LoneRegistry(tmp_path_factory.mktemp("registry"))
    (running.folder / "root.crt").write_text("".join(issue("signer", key=key).pem for key in (RSA_KEY, EC_KEY)))
    options = f"realm: https://gitlab.example.com/jwt/auth, service: {SERVICE}, issuer: {ISSUER}"
    try:
        running.serve(
            f"auth: {{token: {{{options}, rootcertbundle: {running.folder}/root.crt}}}}\n", variables={"TZ": "UTC"}
        )
        yield running
    finally:
        running.stop()


def judged(token: str) -> Verdict:
    """The verdict for 2.8."""
    return next(one for one in judge(token, TRUST, time.time()) if one.product is Generation.DISTRIBUTION_2)


def answered(registry: LoneRegistry, token: str) -> tuple[int, str]:
    """The status that the token gets, and what the registry logged meanwhile."""
    before = len(registry.log)
    status = registry.ask("GET", "/v2/", headers={"Authorization": f"Bearer {token}"}).status
    return status, registry.log[before:]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_refused_token_is_logged_as_foretold(registry: LoneRegistry, case: Case) -> None:
    token = token_of(case)
    verdict = judged(token)

    status, log = answered(registry, token)

    assert status == 401, log
    assert verdict.accepted is False
    assert verdict.mode == case.mode, verdict
    assert verdict.line.startswith(case.line)
    # The present moment has fractions and a monotonic reading in the registry's line.
    exact, currently, _ = verdict.line.partition(" - currently ")
    field = logged_field("msg", exact)
    wanted = f"{field[:-1]}{currently}" if currently else f"{field} "
    assert wanted in log.replace("\n", " \n")


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_an_accepted_token_is_foretold(registry: LoneRegistry, case: Case) -> None:
    token = token_of(case)
    status, log = answered(registry, token)
    assert status == 200, log
    assert judged(token).accepted is True, judged(token)


def test_padding_at_the_end_is_taken(registry: LoneRegistry) -> None:
    header, claims, signature = token_of(Case("good")).split(".")
    padded = base64.urlsafe_b64encode(base64.urlsafe_b64decode(signature + "==")).decode()
    assert padded.endswith("==")
    assert answered(registry, f"{header}.{claims}.{padded}")[0] == 200
    assert judged(f"{header}.{claims}.{padded}").accepted is True


def test_a_token_larger_than_headers_may_be_is_refused_without_a_word(registry: LoneRegistry) -> None:
    token = token_of(Case("large", claims={"x": "x" * 1_000_000}))
    verdict = judged(token)
    assert (verdict.accepted, verdict.line) == (False, "")
    status, log = answered(registry, token)
    assert status == 431
    assert "msg=" not in log


def test_what_is_nested_deeper_than_is_judged_is_left_open(registry: LoneRegistry) -> None:
    now = int(time.time())
    claims = json.dumps({"iss": ISSUER, "aud": SERVICE, "exp": now + 300}).encode()[:-1]
    token = token_of(Case("deep", claims=claims + b", " + _deep(9_990)[1:]))
    assert answered(registry, token)[0] == 200
    assert judged(token).accepted is None
