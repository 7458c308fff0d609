"""Recorded exchanges as a client makes them, one after the other, for the tests of what is told of them."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from regdoctor.distribution.scopes import parse_scopes
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded, Shown

REGISTRY = "https://registry.example.com"
REALM = "https://gitlab.example.com/jwt/auth"
BUCKET = "https://bucket.s3.amazonaws.com/docker/registry/v2/blobs/sha256"
START = 1_700_000_000.0
CHALLENGE = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="container_registry"')
API = ("Docker-Distribution-Api-Version", "registry/2.0")
TOKEN = Token(
    "RS256", None, False, False, "gitlab", ("container_registry",), False, "me", (), START + 300, START, START, "1"
)


def _granting(url: str) -> Token:
    """A token that grants what its request asked for."""
    scopes = parse_qs(url.partition("?")[2]).get("scope", [])
    return dataclasses.replace(TOKEN, access=tuple(one for scope in scopes for one in parse_scopes(scope)))


def digest(text: str) -> str:
    """Of a blob that holds this text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass
class Conversation:
    """What one client and its servers said; each call takes a tenth of a second."""

    client: str = "10.0.0.1"
    now: float = START
    said: list[Recorded] = field(default_factory=list)
    token: str = ""

    def ask(
        self,
        method: str,
        url: str,
        status: int | None,
        *headers: tuple[str, str],
        given: str = "",
        body: bytes = b"",
        by_recorder: str = "",
    ) -> Recorded:
        """One exchange, with the token that the client has by now."""
        address = url if "://" in url else f"{REGISTRY}{url}"
        ours = (API,) if address.startswith(REGISTRY) and not by_recorder else ()
        recorded = Recorded(
            Exchange(method, address, (), status, (*headers, *ours), body, started=self.now, seconds=0.05),
            id=f"{self.client}-{len(self.said)}",
            ended=self.now + 0.1,
            client=self.client,
            request_digest=digest("a") if method in ("PATCH", "PUT") else "",
            shown=Shown("Bearer", self.token, TOKEN) if self.token and ours else None,
            given=Shown("", given, _granting(address)) if given else None,
            by_recorder=by_recorder,
        )
        self.now += 0.2
        self.said.append(recorded)
        return recorded

    def login(self) -> None:
        """As `docker login` does it."""
        self.token = ""
        self.ask("GET", "/v2/", 401, CHALLENGE)
        self.ask("GET", f"{REALM}?service=container_registry&account=me", 200, given="a" * 12)
        self.token = "a" * 12
        self.ask("GET", "/v2/", 200)

    def begin(self, repository: str, actions: str = "pull,push") -> None:
        """A ping and a token for a repository."""
        self.token = ""
        self.ask("GET", "/v2/", 401, CHALLENGE)
        scope = f"repository:{repository}:{actions}"
        self.ask("GET", f"{REALM}?service=container_registry&scope={scope}", 200, given="b" * 12)
        self.token = "b" * 12

    def push_blob(self, repository: str, text: str, verified: int = 200) -> None:
        """HEAD, POST, PATCH, PUT, and HEAD again, which leads to the bucket.

        verified: the bucket's status.
        """
        base, name, upload = f"/v2/{repository}/blobs", digest(text), f"00000000-{text}"
        self.ask("HEAD", f"{base}/{name}", 404)
        where = ("Location", f"{REGISTRY}{base}/uploads/{upload}?_state=x")
        self.ask("POST", f"{base}/uploads/", 202, where, ("Docker-Upload-UUID", upload))
        self.ask("PATCH", f"{base}/uploads/{upload}?_state=x", 202, where, ("Range", "0-9"))
        self.ask("PUT", f"{base}/uploads/{upload}?_state=x&digest={name}", 201, ("Docker-Content-Digest", name))
        self.from_bucket("HEAD", repository, text, verified)

    def from_bucket(self, method: str, repository: str, text: str, status: int) -> None:
        """A blob that the registry sends on for."""
        name = digest(text)
        link = f"{BUCKET}/{name[7:9]}/{name[7:]}/data?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=[redacted]"
        self.ask(method, f"/v2/{repository}/blobs/{name}", 307, ("Location", link))
        self.ask(method, link, status)

    def push(self, repository: str, tag: str, *layers: str) -> None:
        """A whole push that goes well."""
        self.begin(repository)
        for layer in layers:
            self.push_blob(repository, layer)
        self.ask("PUT", f"/v2/{repository}/manifests/{tag}", 201, ("Docker-Content-Digest", digest(tag)))

    def pull(self, repository: str, tag: str, *layers: str) -> None:
        """A whole pull that goes well."""
        self.begin(repository, "pull")
        self.ask("HEAD", f"/v2/{repository}/manifests/{tag}", 200)
        self.ask("GET", f"/v2/{repository}/manifests/{tag}", 200)
        for layer in layers:
            self.from_bucket("GET", repository, layer, 200)
