"""`regdoctor token inspect` on tokens made to break it: a verdict each, in bounded time, and no raw character."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.distribution.jws import base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id
from tests.certificates import issue

Command = Callable[..., Any]
SIGNER = issue("signer", key=ec.generate_private_key(ec.SECP256R1()))
PEM = SIGNER.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
KID = libtrust_key_id(SIGNER.key.public_key())
LIMIT = 10.0
"""Seconds for one, on a busy machine; a good token takes a tenth of one."""


def claims(**changes: Any) -> bytes:
    """Those of a good token, but for the changes."""
    now = int(time.time())
    return json.dumps({"iss": "i", "aud": "s", "nbf": now - 5, "exp": now + 300, "access": [], **changes}).encode()


def token(body: bytes, signature: bytes | None = None, **header: Any) -> str:
    """Signed by the trusted key, whatever it holds."""
    named = json.dumps({"alg": "ES256", "typ": "JWT", "kid": KID, **header}).encode()
    signed = f"{base64url(named)}.{base64url(body)}"
    return f"{signed}.{base64url(sign(SIGNER.key, signed.encode()) if signature is None else signature)}"


def hs256() -> str:
    """Signed with the public key as if that were a secret."""
    signed, _, _ = token(claims(), alg="HS256").rpartition(".")
    return f"{signed}.{base64url(hmac.new(PEM, signed.encode(), hashlib.sha256).digest())}"


ODD = "\x1b[2Jaccepts it\r\n\x07\x9b31m\u202e\u2066\u200f\u2028\ud800"
BROKEN: dict[str, Callable[[], str]] = {
    "alg none": lambda: token(claims(), b"", alg="none"),
    "alg none with a signature": lambda: token(claims(), alg="none"),
    "alg nOnE": lambda: token(claims(), b"", alg="nOnE"),
    "HS256 with the public key": hs256,
    "a megabyte of claims": lambda: token(claims(x="y" * 1_000_000)),
    "a megabyte of names": lambda: token(claims(**{f"claim{number}": number for number in range(50_000)})),
    "nested 10,000 deep": lambda: token(b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "objects nested 10,000 deep": lambda: token(b'{"x":' * 10_000 + b"1" + b"}" * 10_000),
    "a header nested 10,000 deep": lambda: f"{base64url(b'[' * 10_000 + b']' * 10_000)}.e30.e30",
    "no base64": lambda: "e*0.?.!",
    "padding alone": lambda: "==.==.==",
    "three dots": lambda: f"{token(claims())}.x",
    "no dot": lambda: "abc",
    "dots alone": lambda: "..",
    "year 9999 and after": lambda: token(claims(exp=253402300800, nbf=253402300799)),
    "the end of 64 bits": lambda: token(claims(exp=-(1 << 63), nbf=(1 << 63) - 1, iat=1 << 64)),
    "dates as text": lambda: token(claims(exp="tomorrow", nbf="2026-01-01T00:00:00Z", iat=None)),
    "dates as fractions": lambda: token(claims(exp=1e300)),
    "no numbers": lambda: token(b'{"exp": NaN, "nbf": Infinity}'),
    "claims twice": lambda: token(claims()[:-1] + b', "iss": "other", "aud": "other"}'),
    "a huge kid": lambda: token(claims(), kid="K" * 700_000),
    "a kid that is a list": lambda: token(claims(), kid=[["x"] * 100]),
    "characters of control": lambda: token(
        claims(iss=ODD, aud=[ODD], sub=ODD, jti=ODD, **{ODD: ODD}), kid=ODD, alg=ODD
    ),
    "characters of control in access": lambda: token(claims(access=[{"type": ODD, "name": ODD, "actions": [ODD]}])),
    "characters of control in its certificates": lambda: token(claims(), x5c=[ODD], jwk={ODD: ODD}),
    "characters of control in what is critical": lambda: token(claims(), crit=[ODD]),
    "a certificate with characters of control": lambda: token(
        claims(), x5c=[base64.b64encode(issue("a\u202e\x1b[2J", issue("signer", authority=True)).der).decode()]
    ),
}


@pytest.fixture
def trust(tmp_path: Path) -> list[object]:
    """The options that say what the registry trusts."""
    (tmp_path / "root.crt").write_text(SIGNER.pem)
    return ["--cert", tmp_path / "root.crt", "--issuer", "i", "--service", "s"]


def test_the_good_one_is_accepted_where_its_kid_is_known(
    regdoctor: Command, trust: list[object], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(token(claims()))
    assert regdoctor("token", "inspect", tmp_path / "token", *trust, "--product", "2.8").code == 0


@pytest.mark.parametrize("form", ["human", "json"])
@pytest.mark.parametrize("name", BROKEN)
def test_each_gets_a_verdict(regdoctor: Command, trust: list[object], tmp_path: Path, name: str, form: str) -> None:
    (tmp_path / "token").write_bytes(BROKEN[name]().encode("utf-8", "surrogatepass"))
    began = time.monotonic()
    ended = regdoctor("token", "inspect", tmp_path / "token", *trust, "--format", form)

    assert time.monotonic() - began < LIMIT
    assert ended.code in (1, 3), ended.err
    first = (ended.out if form == "human" else json.loads(ended.out)["sentence"]).replace("\n", " ")
    assert "refuse" in first or "cannot be told" in first
    assert "Traceback" not in ended.out + ended.err
    assert all(char.isprintable() or char == "\n" for char in ended.out + ended.err)
    assert len(ended.out) < 100_000


@pytest.mark.parametrize(
    "name", ["alg none", "alg none with a signature", "alg nOnE", "HS256 with the public key", "three dots", "no dot"]
)
def test_no_registry_takes_a_forged_one(regdoctor: Command, trust: list[object], tmp_path: Path, name: str) -> None:
    (tmp_path / "token").write_text(BROKEN[name]())
    document = json.loads(regdoctor("token", "inspect", tmp_path / "token", *trust, "--format", "json").out)
    assert [verdict["accepted"] for verdict in document["verdicts"]] == [False, False, False]
