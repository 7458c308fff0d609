"""Makes the recordings beside this file anew, with the mitmproxy that is installed: run it as a script.

The flows are those of a push that a bucket refuses to answer HEAD for; the HAR is mitmproxy's own of the same flows.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recordings"
BEGIN = 1_700_000_000.0
DIGEST = "sha256:" + "ab" * 32
REGISTRY = "https://registry.example.com"
SIGNED = (
    f"https://bucket.s3.eu-central-1.amazonaws.com/docker/registry/v2/blobs/sha256/ab/{'ab' * 32}/data"
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20231114%2Feu-central-1%2Fs3%2F"
    f"aws4_request&X-Amz-Date=20231114T221320Z&X-Amz-Expires=1200&X-Amz-SignedHeaders=host&X-Amz-Signature={'5e' * 32}"
)
LOGIN = {"Authorization": "Basic YWxpY2U6YS1wYXNzd29yZA=="}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"'}
API = {"Docker-Distribution-Api-Version": "registry/2.0"}
STEPS: tuple[tuple[str, str, dict[str, str], int, dict[str, str], bytes], ...] = (
    ("GET", f"{REGISTRY}/v2/", {}, 401, API | CHALLENGE, b'{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}'),
    (
        "GET",
        "https://gitlab.example.com/jwt/auth?service=container_registry&scope=repository:group/app:pull,push&account=al",
        LOGIN,
        200,
        {"Content-Type": "application/json"},
        json.dumps({"token": "a.b.c"}).encode(),
    ),
    (
        "HEAD",
        f"{REGISTRY}/v2/group/app/blobs/{DIGEST}",
        {"Authorization": "Bearer a.b.c"},
        307,
        {"Location": SIGNED},
        b"",
    ),
    ("HEAD", SIGNED, {}, 403, {"Server": "AmazonS3", "Content-Type": "application/xml"}, b""),
)


def flows() -> list[Any]:
    """The steps as mitmproxy's own flows."""
    http = importlib.import_module("mitmproxy.http")
    tflow = importlib.import_module("mitmproxy.test.tflow")
    made = []
    for number, (method, url, sent, status, came, body) in enumerate(STEPS):
        flow = tflow.tflow()
        at = BEGIN + number
        flow.id = f"00000000-0000-4000-8000-{number:012}"
        flow.request = http.Request.make(method, url, b"", sent)
        flow.request.timestamp_start, flow.request.timestamp_end = at, at + 0.01
        flow.response = http.Response.make(status, body, came)
        flow.response.timestamp_start, flow.response.timestamp_end = at + 0.1, at + 0.2
        made.append(flow)
    return made


def main() -> None:
    """Write the flow file and the HAR."""
    FOLDER.mkdir(exist_ok=True)
    made = flows()
    writer = importlib.import_module("mitmproxy.io").FlowWriter
    with (FOLDER / "push_head_refused.flow").open("wb") as file:
        out = writer(file)
        for flow in made:
            out.add(flow)
    har = importlib.import_module("mitmproxy.addons.savehar").SaveHar().make_har(made)
    (FOLDER / "push_head_refused.har").write_text(json.dumps(har, indent=1) + "\n")


if __name__ == "__main__":
    main()
