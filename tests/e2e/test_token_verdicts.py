"""What a token is judged to be for 2.8 is what a real docker-registry 2.8 does with it, and logs, word for word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.go_formats import logged_field
from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id, public_jwk, rfc7638_thumbprint
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.token_verdicts import TokenTrust, Verdict, judge
from regdoctor.formats.token_keys import keys_of_certificates
from tests.certificates import Key, Pair, issue
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry

ISSUER, SERVICE = "gitlab-issuer", "container_registry"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(65537, 2048)
ROOT = issue("token root", authority=True)
BETWEEN = issue("token intermediate", ROOT, authority=True)
BUNDLE = (issue("rsa signer", key=RSA_KEY), issue("ec signer", key=EC_KEY), ROOT)
BUNDLE_PEM = "".join(pair.pem for pair in BUNDLE)
TRUST = TokenTrust(keys_of_certificates(BUNDLE_PEM.encode(), "root.crt"), ISSUER, SERVICE)
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


def x5c(*chain: Pair) -> list[str]:
    """The member of a header, or of a JWK, that carries these certificates."""
    return [base64.b64encode(pair.der).decode() for pair in chain]


LEAF, DEEP_LEAF = issue("leaf", ROOT), issue("deep leaf", BETWEEN)
STALE_LEAF = issue("stale leaf", ROOT, since=-9, days=-5)
ALONE = issue("alone")
"""Signed by itself, and trusted by nobody."""
FALSE_ROOT = issue("token root", authority=True)
FALSE_LEAF = issue("false leaf", FALSE_ROOT)
BY_NO_AUTHORITY = issue("leaf of a leaf", BUNDLE[0])
LEAF_JWK = dict(public_jwk(LEAF.key.public_key()))
OUR_JWK = dict(public_jwk(RSA_KEY.public_key()))
KID = libtrust_key_id(RSA_KEY.public_key())
CHAIN = "unable to verify certificate chain: x509: certificate signed by unknown authority"
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
    *(
        Case(f"x5c-{name}", "AUTH-01", header={"x5c": x5c(*chain)}, key=chain[0].key, line=line)
        for name, chain, line in [
            ("of-a-stranger", (ALONE,), CHAIN),
            ("without-its-intermediate", (DEEP_LEAF,), CHAIN),
            ("by-another-of-that-name", (FALSE_LEAF,), f"{CHAIN} (possibly because of "),
            ("by-no-authority", (BY_NO_AUTHORITY,), f"{CHAIN} (possibly because of "),
        ]
    ),
    Case("x5c-and-another-signature", "AUTH-01", header={"x5c": x5c(LEAF)}, key=EC_KEY, line="unable to verify token"),
    Case("jwk-of-a-stranger", "AUTH-01", header={"jwk": LEAF_JWK}, key=LEAF.key, line="untrusted JWK with no cert"),
    Case("jwk-with-another-kid", "AUTH-04", header={"jwk": {**OUR_JWK, "kid": "x"}}, line="unable to decode raw JWK"),
    Case(
        "jwk-with-a-strangers-chain",
        "AUTH-01",
        header={"jwk": {**public_jwk(ALONE.key.public_key()), "x5c": x5c(ALONE)}},
        key=ALONE.key,
        line="could not verify JWK certificate chain: unable to verify certificate chain: x509: certificate signed by",
    ),
    Case(
        "jwk-with-the-chain-of-another",
        "AUTH-01",
        header={"jwk": {**LEAF_JWK, "x5c": x5c(DEEP_LEAF, BETWEEN)}},
        key=LEAF.key,
        line="leaf certificate public key ID does not match JWK key ID",
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
    Case("crit", header={"crit": ["x"], "x": 1}),
    Case("x5c-of-the-bundle", header={"x5c": x5c(BUNDLE[0]), "kid": "whatever"}),
    Case("x5c-of-a-root", header={"x5c": x5c(LEAF)}, key=LEAF.key),
    Case("x5c-with-its-intermediate", header={"x5c": x5c(DEEP_LEAF, BETWEEN)}, key=DEEP_LEAF.key),
    Case("x5c-empty", header={"x5c": []}),
    Case("jwk-of-the-bundle", header={"jwk": {**OUR_JWK, "kid": KID}}),
    Case("jwk-with-its-chain", header={"jwk": {**LEAF_JWK, "x5c": x5c(LEAF)}}, key=LEAF.key),
    Case("many-claims", claims={"x": "x" * 100_000}),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneRegistry]:
    """A registry that trusts two keys, and whose log has its times in UTC."""
    running = LoneRegistry(tmp_path_factory.mktemp("registry"))
    (running.folder / "root.crt").write_text(BUNDLE_PEM)
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


def test_a_carried_certificate_that_is_out_of_date_is_foretold_but_for_the_second(registry: LoneRegistry) -> None:
    token = token_of(Case("stale", header={"x5c": x5c(STALE_LEAF)}, key=STALE_LEAF.key))
    verdict = judged(token)
    status, log = answered(registry, token)

    assert (status, verdict.accepted) == (401, False)
    before, _, after = verdict.line.partition("current time ")
    assert before == "unable to verify certificate chain: x509: certificate has expired or is not yet valid: "
    assert re.search(f"{re.escape(before)}current time [0-9TZ:-]+{re.escape(after[20:])}", log)


@pytest.mark.parametrize("actions", [("pull",), ("pull", "push")])
def test_what_a_good_token_does_not_grant_is_logged_as_foretold(
    registry: LoneRegistry, actions: tuple[str, ...]
) -> None:
    access = Access("repository", "group/project", actions)
    some = [{"type": "repository", "name": "group/project", "actions": ["pull"]}]
    given = {("pull",): [], ("pull", "push"): some}[actions]
    token = token_of(Case("grant", claims={"access": given}))
    before = len(registry.log)
    method, path = ("GET", "tags/list") if actions == ("pull",) else ("POST", "blobs/uploads/")
    answer = registry.ask(method, f"/v2/group/project/{path}", headers={"Authorization": f"Bearer {token}"})

    verdict = next(one for one in judge(token, TRUST, time.time(), access) if one.product is Generation.DISTRIBUTION_2)
    assert (answer.status, verdict.accepted, verdict.mode) == (401, False, "AUTH-17")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in verdict.why
    assert logged_field("msg", verdict.line) in registry.log[before:]
    assert judged(token).accepted is True


def test_what_it_does_grant_is_accepted(registry: LoneRegistry) -> None:
    access = Access("repository", "group/project", ("pull",))
    token = token_of(Case("grant", claims={"access": [access.as_claim()]}))
    answer = registry.ask("GET", "/v2/group/project/tags/list", headers={"Authorization": f"Bearer {token}"})

    assert answer.status == 404
    assert judge(token, TRUST, time.time(), access)[0].accepted is True


NAMED = {
    "another-key": Case("", key=STRANGER),
    "another-issuer": Case("", claims={"iss": "omnibus-gitlab-issuer"}),
    "another-service": Case("", claims={"aud": "registry.example.com"}),
    "audience-as-list": Case("", claims={"aud": [SERVICE]}),
    "expired": Case("", exp_in=-120),
    "not-yet-valid": Case("", nbf_in=900),
    "kid-by-another-algorithm": Case("", header={"kid": rfc7638_thumbprint(RSA_KEY.public_key())}),
}


def told(registry: LoneRegistry, token: str) -> tuple[bool, str, str]:
    """What `regdoctor token inspect` says of it for 2.8: whether it is accepted, the line and the first sentence."""
    words = ("token", "inspect", "-", "--config", registry.file, "--cert", registry.folder / "root.crt")
    ran = warm_runs.run([str(word) for word in (*words, "--format", "json")], stdin=token, environment=os.environ)
    document = json.loads(ran.stdout)
    verdict = next(one for one in document["verdicts"] if one["product"] == "distribution 2")
    return verdict["accepted"], verdict["line"] or "", document["sentence"]


@pytest.mark.parametrize("name", NAMED)
def test_token_inspect_foretells_the_line_of_each_fault(registry: LoneRegistry, name: str) -> None:
    token = token_of(NAMED[name])
    accepted, line, _ = told(registry, token)
    status, log = answered(registry, token)

    assert (status, accepted) == (401, False)
    exact, _, _ = line.partition(" - currently ")
    assert exact
    assert logged_field("msg", exact)[:-1] in log


@pytest.mark.parametrize("order", ["key-first", "key-between", "key-last"])
def test_a_bundle_of_two_certificates_and_a_key_trusts_both_certificates(tmp_path: Path, order: str) -> None:
    parts = [BUNDLE[0].pem, BUNDLE[1].pem]
    parts.insert(("key-first", "key-between", "key-last").index(order), BUNDLE[0].key_pem)
    running = LoneRegistry(tmp_path / "registry")
    (running.folder / "root.crt").write_text("".join(parts))
    options = f"realm: https://gitlab.example.com/jwt/auth, service: {SERVICE}, issuer: {ISSUER}"
    try:
        running.serve(f"auth: {{token: {{{options}, rootcertbundle: {running.folder}/root.crt}}}}\n")
        for case, status in [(Case(""), 200), (Case("", key=EC_KEY), 200), (Case("", key=STRANGER), 401)]:
            token = token_of(case)
            accepted, line, _ = told(running, token)
            got, log = answered(running, token)
            assert (got, accepted) == (status, status == 200)
            assert not line or logged_field("msg", line) in log
    finally:
        running.stop()
