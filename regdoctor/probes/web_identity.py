"""Exchanges a web identity's token for the credentials of its role, as the SDKs do."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from regdoctor.distribution.aws_partitions import dns_suffix
from regdoctor.distribution.credential_chains import WEB_IDENTITY_TOKEN
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.s3_identity import Keys
from regdoctor.foreign_text import short
from regdoctor.http import Http
from regdoctor.probes.token_file import read_token
from regdoctor.redaction import Secret

_FIELD = r"<{0}>\s*([^<\s]{{1,8192}})\s*</{0}>"
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,80})</Code>")
_DEADLINE = 4.0
"""Seconds for the exchange."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def sts_url(region: str, endpoint: str, settings: AwsSettings, *, sdk_2: bool) -> str:
    """The token service that the SDK asks; empty where neither an endpoint nor a region is set.

    Version 1 keeps to the endpoint that the session has, which is the store's where `regionendpoint` is set
    (resolveEndpoint in aws/session/session.go); version 2 to AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL.
    """
    of_sdk_2 = settings.text("AWS_ENDPOINT_URL_STS") or settings.text("AWS_ENDPOINT_URL")
    named = of_sdk_2 if sdk_2 else endpoint
    return named.rstrip("/") or (f"https://sts.{region}.{dns_suffix(region)}" if region else "")


def role_by_web_identity(door: Http, url: str, settings: AwsSettings) -> tuple[Keys | None, str]:
    """The credentials of AWS_ROLE_ARN, and else why there are none.

    The token is read where the registry's process reads it, and sent by TLS, or to loopback.
    """
    if not url:
        return None, "no region is set, by which the token service would be found: the identity's token was not sent"
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    except ValueError:
        secure = False
    if not secure:
        return None, f"the token service {short(url)} is not asked by TLS: the identity's token was not sent there"
    token, problem = read_token(settings, WEB_IDENTITY_TOKEN)
    if token is None:
        return None, problem
    words = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": settings.text("AWS_ROLE_ARN"),
        "RoleSessionName": settings.text("AWS_ROLE_SESSION_NAME") or "regdoctor",
        "WebIdentityToken": token.reveal().strip(),
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
