"""Exchanges a web identity's token for the credentials of its role, as the SDKs do."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.s3_identity import Keys
from regdoctor.foreign_text import short
from regdoctor.formats.located import UnreadableError
from regdoctor.http import Http
from regdoctor.probes.host_tree import read_below
from regdoctor.redaction import Secret

_FIELD = r"<{0}>\s*([^<\s]{{1,8192}})\s*</{0}>"
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,80})</Code>")
_DEADLINE = 4.0
"""Seconds for the exchange."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def sts_url(region: str, endpoint: str, settings: AwsSettings, *, sdk_2: bool) -> str:
    """The token service that the SDK asks.

    Version 1 keeps to the endpoint that the session has, which is the store's where `regionendpoint` is set
    (resolveEndpoint in aws/session/session.go); version 2 to AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL.
    """
    of_sdk_2 = settings.text("AWS_ENDPOINT_URL_STS") or settings.text("AWS_ENDPOINT_URL")
    named = of_sdk_2 if sdk_2 else endpoint
    return named.rstrip("/") or f"https://sts.{region}.amazonaws.com"


def role_by_web_identity(door: Http, url: str, settings: AwsSettings, root: Path) -> tuple[Keys | None, str]:
    """The credentials of AWS_ROLE_ARN, and else why there are none.

    root: what the registry's process sees as `/`. The token is sent by TLS, or to loopback.
    """
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    except ValueError:
        secure = False
    if not secure:
        return None, f"the token service {short(url)} is not asked by TLS: the identity's token was not sent there"
    named = Path(settings.text("AWS_WEB_IDENTITY_TOKEN_FILE"))
    if not named.is_absolute():
        return None, f"AWS_WEB_IDENTITY_TOKEN_FILE is {short(str(named))}, which is no absolute path"
    try:
        path = named if named.is_relative_to(root) else root / named.relative_to("/")
        text = read_below(root, path, 1 << 16).decode("utf-8", "replace").strip()
    except UnreadableError as error:
        return None, f"the web identity's token cannot be read: {error}"
    token = Secret(text, "token")
    words = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": settings.text("AWS_ROLE_ARN"),
        "RoleSessionName": settings.text("AWS_ROLE_SESSION_NAME") or "regdoctor",
        "WebIdentityToken": token.reveal(),
        "DurationSeconds": "900",
    }
    exchange = door.send(
        "POST",
        f"{url}/",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=urlencode(words).encode(),
        deadline=_DEADLINE,
        cap=1 << 16,
    )
    if exchange.status != 200:
        code = _CODE.search(exchange.text()[:65536])
        said = exchange.failure.message if exchange.failure else f"{exchange.status} {code.group(1) if code else ''}"
        return None, f"the token service {short(url)} gives no credentials for the role: {short(said.strip())}"
    return _keys(exchange.text(), url)


def _keys(text: str, url: str) -> tuple[Keys | None, str]:
    names = (("AccessKeyId", "accesskey"), ("SecretAccessKey", "secretkey"), ("SessionToken", "sessiontoken"))
    found = [
        Secret(match.group(1), kind, received=True) if (match := re.search(_FIELD.format(name), text)) else None
        for name, kind in names
    ]
    access, secret, session = found
    if access is None or secret is None:
        return None, f"the token service {short(url)} answers with no credentials"
    return Keys(access, secret, session), ""
