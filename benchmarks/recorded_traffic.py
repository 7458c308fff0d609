"""Writes recordings as mitmproxy does: pushes and pulls with their own digests, tokens, `_state` and signed links."""

from __future__ import annotations

import base64
import email.utils
import functools
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regdoctor.formats.tnetstring import dumps

_BEGIN = 1_700_000_000.0
_REGISTRY = "registry.example.com"
_BUCKET = "bucket.s3.eu-central-1.amazonaws.com"
_LAYERS = 6
_REPOSITORIES = 400
_API = {"Docker-Distribution-Api-Version": "registry/2.0", "Server": "nginx", "X-Content-Type-Options": "nosniff"}
_AGENT = "docker/29.0.0 go/go1.25.1 git-commit/abc1234 kernel/6.8.0-60-generic os/linux arch/amd64"
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONNECTION: dict[str, Any] = {
    "alpn": b"http/1.1",
    "alpn_offers": [],
    "certificate_list": [],
    "cipher": "TLS_AES_128_GCM_SHA256",
    "cipher_list": [],
    "error": None,
    "peername": ["192.0.2.7", 40404],
    "sni": _REGISTRY,
    "sockname": ["192.0.2.1", 8080],
    "timestamp_end": None,
    "timestamp_start": _BEGIN,
    "timestamp_tls_setup": _BEGIN,
    "tls": True,
    "tls_version": "TLSv1.3",
    "transport_protocol": "tcp",
}
Step = tuple[str, str, str, Mapping[str, str], int, Mapping[str, str], bytes | None]
"""Method, host, path with query, request headers, status, response headers, body of the answer."""


def write_traffic(path: Path, exchanges: int) -> None:
    """So many exchanges, pushes and pulls in turn, as a flow file of format 21."""
    with path.open("wb") as file:
        for number, step in zip(range(exchanges), _steps(), strict=False):
            file.write(_record(number, step))


def _steps() -> Iterator[Step]:
    number = 0
    while True:
        client = _Client(number)
        yield from client.push()
        yield from client.pull()
        number += 1


class _Client:
    """One push and one pull of a repository."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._name = f"group-{number % 20}/project-{number % _REPOSITORIES}/app"
        self._layers = [_digest(f"{number} {layer}") for layer in range(_LAYERS)]

    def push(self) -> Iterator[Step]:
        yield from self._login("pull,push")
        for layer in self._layers:
            yield self._ask("HEAD", f"blobs/{layer}", 404, _JSON)
            upload = str(uuid.UUID(hashlib.md5(layer.encode(), usedforsecurity=False).hexdigest()))
            start, end = self._state(upload, 0), self._state(upload, 5_242_880)
            yield self._ask("POST", "blobs/uploads/", 202, self._going_on(upload, start, "0-0"))
            yield self._ask(
                "PATCH",
                f"blobs/uploads/{upload}?_state={start}",
                202,
                self._going_on(upload, end, "0-5242879"),
                {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"},
            )
            finish = f"blobs/uploads/{upload}?_state={end}&digest={layer.replace(':', '%3A')}"
            yield self._ask("PUT", finish, 201, {"Docker-Content-Digest": layer, "Content-Length": "0"})
        yield self._ask("HEAD", f"manifests/v{self._number}", 404, _JSON)
        yield self._ask("PUT", f"manifests/v{self._number}", 201, {"Docker-Content-Digest": _digest(self._name)})

    def pull(self) -> Iterator[Step]:
        yield from self._login("pull")
        described = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": one, "size": 5_242_880}
                     for one in self._layers]  # fmt: skip
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": described[0], "layers": described[1:]}
        body = json.dumps(manifest, indent=3).encode()
        headers = {"Content-Type": _MANIFEST, "Docker-Content-Digest": f"sha256:{hashlib.sha256(body).hexdigest()}"}
        yield self._ask("GET", f"manifests/v{self._number}", 200, headers, {"Accept": f"{_MANIFEST}, */*"}, body)
        for layer in self._layers:
            digits = layer.partition(":")[2]
            signed = (
                f"/docker/registry/v2/blobs/sha256/{digits[:2]}/{digits}/data?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20231114%2Feu-central-1%2Fs3%2Faws4_request"
                f"&X-Amz-Date=20231114T221320Z&X-Amz-Expires=1200&X-Amz-SignedHeaders=host"
                f"&X-Amz-Signature={hashlib.sha256(digits.encode()).hexdigest()}"
            )
            yield self._ask("GET", f"blobs/{layer}", 307, {"Location": f"https://{_BUCKET}{signed}"})
            stored = {"Server": "AmazonS3", "ETag": f'"{digits[:32]}"', "x-amz-request-id": digits[:16].upper()}
            yield "GET", _BUCKET, signed, {"User-Agent": _AGENT}, 200, stored | {"Content-Length": "5242880"}, None

    def _login(self, actions: str) -> Iterator[Step]:
        challenge = (
            f'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry",'
            f'scope="repository:{self._name}:{actions}"'
        )
        denied = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}\n'
        yield "GET", _REGISTRY, "/v2/", {}, 401, _API | _JSON | {"WWW-Authenticate": challenge}, denied
        asked = f"/jwt/auth?account=alice&scope=repository%3A{self._name}%3A{actions}&service=container_registry"
        login = {"Authorization": f"Basic {base64.b64encode(b'alice:a-long-password').decode()}"}
        answer = json.dumps({"token": self._token(actions), "expires_in": 300}).encode()
        yield "GET", "gitlab.example.com", asked, login, 200, _JSON, answer

    @functools.cache  # noqa: B019 - lives as long as the client, which is short
    def _token(self, actions: str) -> str:
        access = [{"type": "repository", "name": self._name, "actions": actions.split(",")}]
        claims = {"iss": "gitlab-issuer", "aud": "container_registry", "sub": "alice", "jti": _digest(self._name),
                  "iat": _BEGIN, "nbf": _BEGIN - 5, "exp": _BEGIN + 1e6, "access": access}  # fmt: skip
        parts = (json.dumps({"alg": "RS256", "kid": "ABCD:EFGH", "typ": "JWT"}), json.dumps(claims))
        signature = hashlib.sha512(f"{self._number} {actions}".encode()).digest() * 4
        return ".".join(_base64url(part) for part in (*(part.encode() for part in parts), signature))

    def _state(self, upload: str, offset: int) -> str:
        shown = {"Name": self._name, "UUID": upload, "Offset": offset, "StartedAt": "2023-11-14T22:13:20.123456789Z"}
        text = json.dumps(shown).encode()
        return _base64url(hashlib.sha256(text).digest() + text)

    def _going_on(self, upload: str, state: str, got: str) -> dict[str, str]:
        location = f"https://{_REGISTRY}/v2/{self._name}/blobs/uploads/{upload}?_state={state}"
        return {"Location": location, "Docker-Upload-UUID": upload, "Range": got, "Content-Length": "0"}

    def _ask(
        self,
        method: str,
        path: str,
        status: int,
        headers: Mapping[str, str],
        sent: Mapping[str, str] | None = None,
        body: bytes | None = b"",
    ) -> Step:
        token = self._token("pull,push" if method != "GET" else "pull")
        return (
            method,
            _REGISTRY,
            f"/v2/{self._name}/{path}",
            {"Authorization": f"Bearer {token}", **(sent or {})},
            status,
            {**_API, **headers},
            body,
        )


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _record(number: int, step: Step) -> bytes:
    method, host, path, sent, status, came, body = step
    at = _BEGIN + number / 10
    connected = _BEGIN + number // 10
    address = f"192.0.2.{number // 1000 % 200 + 8}"
    first = {"Host": host, "User-Agent": _AGENT, "Accept-Encoding": "gzip"}
    date = {"Date": _date(int(at))}
    # Keys in the order in which mitmproxy 10 to 12 write them; all flows of a connection have the same bytes of it.
    flow: dict[str, Any] = {
        "websocket": None,
        "response": {
            "reason": b"OK",
            "status_code": status,
            "timestamp_end": at + 0.03,
            "timestamp_start": at + 0.02,
            "trailers": None,
            "content": body,
            "headers": _headers({**date, **came}),
            "http_version": b"HTTP/1.1",
        },
        "request": {
            "path": path.encode(),
            "authority": b"",
            "scheme": b"https",
            "method": method.encode(),
            "port": 443,
            "host": host,
            "timestamp_end": at + 0.01,
            "timestamp_start": at,
            "trailers": None,
            "content": None if method == "PATCH" else b"",
            "headers": _headers({**first, **sent}),
            "http_version": b"HTTP/1.1",
        },
        "backup": None,
        "timestamp_created": at,
        "comment": "",
        "metadata": {},
        "marked": "",
        "is_replay": None,
        "intercepted": False,
        "server_conn": {"via": None, "timestamp_tcp_setup": connected, "address": [host, 443]}
        | _CONNECTION
        | {"timestamp_start": connected, "id": f"s{number // 10} {host}", "peername": ["198.51.100.3", 443]},
        "client_conn": {"proxy_mode": "regular", "mitmcert": None}
        | _CONNECTION
        | {"timestamp_start": connected, "id": f"c{number // 10}", "peername": [address, 40000]},
        "error": None,
        "id": str(uuid.UUID(int=number)),
        "type": "http",
        "version": 21,
    }
    return dumps(flow)


def _headers(named: Mapping[str, str]) -> list[list[bytes]]:
    return [[name.encode(), value.encode()] for name, value in named.items()]


@functools.lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    return email.utils.formatdate(seconds, usegmt=True)
