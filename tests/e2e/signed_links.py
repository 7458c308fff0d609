"""Links to buckets as a registry signs them, but for what a test makes wrong: their time, their key, their rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from unittest.mock import patch
from urllib.parse import quote, urlencode

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from regdoctor.lab.object_store import Identity
from regdoctor.probes.azure_signers import SharedKey
from regdoctor.redaction import Secret
from tests.e2e.azurite import ACCOUNT, Azurite
from tests.hostile_servers import answering, hostile

LIFE = 1200
"""Seconds that distribution's links live (registry/storage/driver/s3-aws/s3.go, URLFor)."""
_SAS = "2021-08-06"


def s3_link(method: str, url: str, who: Identity, *, age: timedelta = timedelta(0)) -> str:
    """A link of S3 for one method, signed so long ago."""

    def then(*_: object, **__: object) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None) - age

    request = AWSRequest(method, url)
    signer = auth.S3SigV4QueryAuth(Credentials(who.access_key, who.secret_key), "s3", "us-east-1", LIFE)
    with patch.object(auth, "get_current_datetime", then):
        signer.add_auth(request)
    return str(request.prepare().url)


def azure_link(
    azurite: Azurite, container: str, name: str, *, letters: str = "r", ends: timedelta, key: str = "", sip: str = ""
) -> str:
    """A link of Azure for one blob: a service SAS that ends so far from now, signed with the account's key or another.

    sip: the one address that may use it, where there is one. Fields in the order of "Create a service SAS", 2020-12-06
    and later.
    """
    end = f"{datetime.now(UTC) + ends:%Y-%m-%dT%H:%M:%SZ}"
    fields = (letters, "", end, f"/blob/{ACCOUNT}/{container}/{name}", "", sip, "", _SAS, "b", *[""] * 7)
    words = {"sv": _SAS, "se": end, "sr": "b", "sp": letters, "sip": sip}
    words["sig"] = SharedKey(ACCOUNT, Secret(key or azurite.key, "accountkey"))._sign("\n".join(fields))
    query = urlencode({word: value for word, value in words.items() if value}, quote_via=quote)
    return f"{azurite.service}/{container}/{quote(name)}?{query}"


@contextmanager
def sending_on(link: str) -> Iterator[str]:
    """The address of what answers every request as a registry that sends clients to its bucket by this link."""
    headers = (
        "Docker-Distribution-Api-Version: registry/2.0",
        f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}",
        f"Location: {link}",
    )
    with hostile(answering("307 Temporary Redirect", *headers)) as front:
        yield front.url
