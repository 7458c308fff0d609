"""Nothing that could be a secret leaves the cleaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regdoctor.distribution.jws import base64url
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.writing import write_recording
from tests.canaries import leaks

C = "Qx7f1dZ9b22kLmC0ffee55T"


def _jwt(**claims: object) -> str:
    header = base64url(json.dumps({"alg": "RS256", "kid": "AAAA:BBBB"}).encode())
    return f"{header}.{base64url(json.dumps(claims).encode())}.{C}"


def _raw(**changes: object) -> RawExchange:
    fields: dict[str, object] = {"id": "1", "method": "GET", "url": "https://r/v2/", "status": 200, "started": 1.0}
    return RawExchange(**(fields | changes))  # type: ignore[arg-type]


CASES = {
    "authorization": _raw(request_headers=(("Authorization", f"Basic {C}"),)),
    "bearer": _raw(request_headers=(("Authorization", f"Bearer {_jwt(sub=C, jti=C, user=C)}"),)),
    "own scheme": _raw(request_headers=(("Authorization", C), ("Proxy-Authorization", f"Basic {C}"))),
    "unknown header": _raw(request_headers=(("X-Own", C), (C, "x")), response_headers=(("X-Own", C),)),
    "cookies": _raw(request_headers=(("Cookie", f"a={C}"),), response_headers=(("Set-Cookie", f"a={C}; Path=/"),)),
    "GitLab": _raw(request_headers=(("Private-Token", C), ("Job-Token", C), ("X-Registry-Auth", C))),
    "userinfo": _raw(url=f"https://alice:{C}@r/v2/"),
    "unknown query": _raw(url=f"https://r/v2/?own={C}&{C}=1#{C}"),
    "signature": _raw(url=f"https://b/k?X-Amz-Signature={C}&X-Amz-Security-Token={C}&X-Amz-Credential={C}"),
    "_state": _raw(url=f"https://r/v2/a/blobs/uploads/1?_state={C}"),
    "Location": _raw(status=307, response_headers=(("Location", f"https://b/k?sig={C}&sv=1"), ("Link", f"<{C}>; x"))),
    "challenge": _raw(status=401, response_headers=(("WWW-Authenticate", f'Bearer realm="https://a:{C}@g/",x="{C}"'),)),
    "token answer": _raw(response_body=json.dumps({"token": C, "refresh_token": C, "own": C}).encode()),
    "form": _raw(
        request_headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        request_body=f"grant_type=password&username=al&password={C}&own={C}".encode(),
    ),
    "config blob": _raw(response_body=json.dumps({"config": {"Env": [C]}, "history": [C]}).encode()),
    "schema1": _raw(
        response_body=json.dumps({"schemaVersion": 1, "history": [{"v1Compatibility": C}], "signatures": [C]}).encode()
    ),
    "annotation": _raw(
        response_body=json.dumps({"schemaVersion": 2, "annotations": {"a": C}, "layers": [{"data": C}]}).encode()
    ),
    "envelope": _raw(status=403, response_body=json.dumps({"errors": [{"code": "X", "detail": {"k": [C]}}]}).encode()),
    "bucket": _raw(
        status=403,
        response_body=f"<Error><Code>X</Code><StringToSign>{C}</StringToSign><Message>{C}</Message></Error>".encode(),
    ),
    "page": _raw(status=502, response_body=f"<html><input value='{C}'><script>{C}</script><p>{C}</p></html>".encode()),
    "error": _raw(status=None, error=f"cannot reach https://u:{C}@h/ with {C}"),
}


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_left(name: str, tmp_path: Path) -> None:
    recorded = clean(CASES[name], Marks())
    for kind in ("flow", "har"):
        write_recording([recorded], tmp_path / kind, kind)
    written = {kind: (tmp_path / kind).read_bytes() for kind in ("flow", "har")}

    assert leaks(written | {"repr": f"{recorded!r} {recorded.exchange!r}".encode()}, {name: C}) == []


def test_claims_are_told_and_whose_they_are_is_not() -> None:
    token = _jwt(iss="gitlab-issuer", aud="container_registry", sub="alice", exp=1_700_000_300)
    shown = clean(_raw(request_headers=(("Authorization", f"Bearer {token}"),)), Marks()).shown

    assert shown is not None
    assert shown.token is not None
    assert (shown.token.issuer, shown.token.expires) == ("gitlab-issuer", 1_700_000_300)
    assert shown.token.subject == "[redacted user]"


def test_the_same_login_has_the_same_mark_within_one_recording_only() -> None:
    raw, marks = _raw(request_headers=(("Authorization", f"Basic {C}"),)), Marks()

    assert clean(raw, marks).shown == clean(raw, marks).shown
    assert clean(raw, marks).shown != clean(raw, Marks()).shown


def test_a_layer_is_not_kept_and_not_taken_for_an_empty_body() -> None:
    exchange = clean(_raw(url="https://r/v2/a/blobs/sha256:1", response_body=b"\x1f\x8b layer"), Marks()).exchange

    assert exchange.body == b""
    assert exchange.truncated


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Certificate verify failed: unable to get local issuer certificate", "TLS"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 1)", "REFUSED"),
        ("server closed connection", "RESET"),
        ("net::ERR_NAME_NOT_RESOLVED", "NAME"),
        ("", "TIMEOUT"),
    ],
)
def test_the_reason_is_told_from_the_recorders_words(error: str, kind: str) -> None:
    failure = clean(_raw(status=None, error=error), Marks()).exchange.failure

    assert failure is not None
    assert failure.kind.name == kind
