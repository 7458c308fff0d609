"""Signed requests to the registry's bucket, with the registry's own credentials, through the HTTP door."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.credential_choice import static_keys
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Endpoint, s3_endpoint, s3_parameters
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.redaction import Secret

_KEY = re.compile(r"<Key>([^<]{1,2048})</Key>")
_TRUNCATED = re.compile(rb"<IsTruncated>\s*true\s*</IsTruncated>")
_RESULT = re.compile(rb"<ListBucketResult[\s>/]")

_EXPIRES = 20 * 60
"""Seconds, as in RedirectURL of registry/storage/driver/s3-aws/s3.go."""


class _Signer(NamedTuple):
    """What botocore's signer takes for credentials; its own type costs the import of every way to find some."""

    access_key: str
    secret_key: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to a listing."""

    exchange: Exchange
    keys: tuple[str, ...]
    """Empty also where the listing was refused: see `listed`."""
    more: bool
    """Whether there are keys behind the last of these, or what came broke off behind it."""
    listed: bool = True
    """Whether the answer is a listing at all, and not an error or some proxy's page."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket, with what it takes to ask it."""

    door: Http
    endpoint: S3Endpoint
    access_key: Secret
    secret_key: Secret
    named_by: Quote
    """What names the access key: a setting, a variable, a line of a shared file, the answer of a metadata service."""
    session_token: Secret | None = None
    deadline: float = 10.0
    """Seconds for each request."""
    identity: str = ""
    """Whose keys these are, for people."""

    def list(self, prefix: str, limit: int, after: str = "") -> Listing:
        """ListObjects, as 2.8's driver lists (version 1 of the call): up to `limit` keys behind the key `after`."""
        words = {"max-keys": str(limit), "prefix": prefix} | ({"marker": after} if after else {})
        query = urlencode(sorted(words.items()), quote_via=quote)
        exchange = self.send("GET", f"{self.endpoint.bucket_url}?{query}")
        listed = exchange.status == 200 and _RESULT.search(exchange.body[:1024]) is not None
        keys = _KEY.findall(exchange.text()) if listed else ()
        more = exchange.truncated or _TRUNCATED.search(exchange.body) is not None
        return Listing(exchange, tuple(map(html.unescape, keys)), more, listed)

    def head(self, key: str) -> Exchange:
        """HeadObject."""
        return self.send("HEAD", f"{self.endpoint.bucket_url}/{quote(key)}")

    def first_byte(self, key: str) -> Exchange:
        """GetObject of no more than the first byte."""
        return self.send("GET", f"{self.endpoint.bucket_url}/{quote(key)}", {"Range": "bytes=0-0"})

    def location(self) -> Exchange:
        """GetBucketLocation."""
        return self.send("GET", f"{self.endpoint.bucket_url}?location=")

    def running_uploads(self, prefix: str, limit: int = 1) -> Exchange:
        """ListMultipartUploads of keys with this prefix, at most `limit`."""
        query = urlencode({"max-uploads": str(limit), "prefix": prefix, "uploads": ""}, quote_via=quote)
        return self.send("GET", f"{self.endpoint.bucket_url}?{query}")

    def presigned(self, method: str, key: str) -> Exchange:
        """HeadObject, or GetObject of the first byte, by a URL that is signed as the registry signs those that it sends
        clients on with (RedirectURL in s3.go: 20 minutes); the request itself carries no credentials.

        Raises CouldNotGatherError without botocore, which signs.
        """
        plain = f"{self.endpoint.bucket_url}/{quote(key)}"
        url = str(self._signed(method, plain, {}, b"", in_link=True).url)
        first = (("Range", "bytes=0-0"),) if method == "GET" else ()
        return self.door.send(method, url, headers=first, deadline=self.deadline, cap=1 << 16)

    def delete(self, key: str) -> Exchange:
        """DeleteObject."""
        return self.send("DELETE", f"{self.endpoint.bucket_url}/{quote(key)}")

    def get(self, key: str, cap: int) -> Exchange:
        """GetObject, up to `cap` bytes."""
        return self.send("GET", f"{self.endpoint.bucket_url}/{quote(key)}", cap=cap)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        cap: int = 2 << 20,
    ) -> Exchange:
        """One request, signed with the registry's credentials; `cap`: bytes of the answer.

        2 MiB hold a full page of the longest keys (1000 of 1024 bytes). Raises CouldNotGatherError without botocore.
        """
        request = self._signed(method, url, headers or {}, body, in_link=False)
        signed = tuple((name, str(value)) for name, value in request.headers.items())
        return self.door.send(method, url, headers=signed, body=body, deadline=self.deadline, cap=cap)

    def _signed(self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, in_link: bool) -> Any:
        """botocore's AWSRequest with Signature Version 4, in its headers or, `in_link`, in its URL.

        Whoever has such a URL may do what the identity may, until it expires.
        """
        try:
            from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
            from botocore.awsrequest import AWSRequest
        except ImportError as error:
            raise CouldNotGatherError("the bucket was not asked: `pip install regdoctor[s3]` first") from error
        request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
        given = (self._credentials(), "s3", self.endpoint.region)
        signer = S3SigV4QueryAuth(*given, expires=_EXPIRES) if in_link else S3SigV4Auth(*given)
        signer.add_auth(request)
        return request

    def _credentials(self) -> _Signer:
        token = self.session_token.reveal() if self.session_token else None
        return _Signer(self.access_key.reveal(), self.secret_key.reveal(), token)


def require_live(installation: Installation | Absent) -> None:
    """Raise NotApplicableError where the configuration is of a host that this machine does not run.

    What its addresses lead to from here may be somebody else's, and it would be given signed requests.
    """
    if not (isinstance(installation, Installation) and installation.live):
        raise NotApplicableError("the files are a copy: the object store that they name was not asked")


def registry_bucket(
    config: RegistryConfig, door: Http, deadline: float = 10.0, identity: S3Identity | Absent | None = None
) -> Bucket:
    """The registry's bucket with the registry's credentials; `deadline`: seconds for each request.

    identity: as whom the registry asks. Without it, only the keys of the configuration itself are known.

    Raises NotApplicableError for another storage than S3, CouldNotGatherError where the registry's credentials are not
    to be had, or its endpoint is no URL.
    """
    endpoint, driver, s3 = s3_endpoint(config), config.storage_driver(), s3_parameters(config)
    if endpoint is None or driver is None or s3 is None:
        raise NotApplicableError(
            f"the registry stores in {driver[0]}, not in S3" if driver else "the configuration names no storage"
        )
    try:
        urlsplit(endpoint.bucket_url)
    except ValueError as error:
        raise CouldNotGatherError(f"the bucket's endpoint {endpoint.url!r} is no URL: {error}") from error
    if isinstance(identity, S3Identity):
        if identity.keys is None:
            raise CouldNotGatherError(f"the bucket was not asked: {identity.problem}")
        keys, named_by, words = identity.keys, identity.named_by, identity.words
    else:
        choice = static_keys(s3)
        if choice is None or choice.keys is None:
            raise CouldNotGatherError(
                "the registry's configuration has no accesskey and secretkey, and whose credentials it takes instead "
                f"is not known{f': {identity.reason}' if isinstance(identity, Absent) else ''}"
            )
        keys, named_by, words = choice.keys, choice.named_by, choice.words
    return Bucket(
        door, endpoint, keys.access_key, keys.secret_key, named_by, keys.session_token, deadline, identity=words
    )
