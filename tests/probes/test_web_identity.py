"""A web identity's token goes to the token service alone, and by TLS or to loopback only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.formats.located import Located, Place
from regdoctor.http import Http
from regdoctor.probes.web_identity import role_by_web_identity, sts_url

ROLE = "arn:aws:iam::111122223333:role/registry"
ANSWER = (
    b"<R><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG"
    b"</SecretAccessKey><SessionToken>FwoGZXIvYXdz</SessionToken></Credentials></R>"
)


def settings(token: Path | str, root: Path | None = None, **more: str) -> AwsSettings:
    given = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": ROLE, **more}
    place = Place("environment of process 7", layer="environment")
    return AwsSettings(place.source, {name: Located(value, place, name) for name, value in given.items()}, root=root)


def test_the_token_is_exchanged(serve: Callable[..., Any], door: Http, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.web.identity\n")
    server = serve(lambda _: (200, {}, ANSWER))
    keys, problem = role_by_web_identity(door, server.url, settings("/token", tmp_path))
    assert keys is not None
    assert problem == ""
    assert keys.access_key.reveal() == "ASIAIOSFODNN7EXAMPLE"
    asked = parse_qs(server.seen[0].body.decode())
    assert (asked["WebIdentityToken"], asked["RoleArn"]) == (["a.web.identity"], [ROLE])


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, b"<Error><Code>AccessDenied</Code></Error>", "403 AccessDenied"),
        (200, b"<html>", "answers with no credentials"),
    ],
)
def test_a_refusal_is_told(
    serve: Callable[..., Any], door: Http, tmp_path: Path, status: int, body: bytes, reason: str
) -> None:
    (tmp_path / "token").write_text("a.web.identity")
    keys, problem = role_by_web_identity(door, serve(lambda _: (status, {}, body)).url, settings("/token", tmp_path))
    assert keys is None
    assert reason in problem


@pytest.mark.parametrize("url", ["http://192.0.2.1", "http://sts.example.com", "http://[bad"])
def test_the_token_does_not_go_out_in_clear(door: Http, tmp_path: Path, url: str) -> None:
    (tmp_path / "token").write_text("a.web.identity")
    keys, problem = role_by_web_identity(door, url, settings("/token", tmp_path))
    assert keys is None
    assert "was not sent there" in problem


def test_a_token_that_is_not_there_is_told(door: Http, tmp_path: Path) -> None:
    assert "cannot be read" in role_by_web_identity(door, "http://127.0.0.1:9", settings("/none", tmp_path))[1]
    assert "no absolute path" in role_by_web_identity(door, "http://127.0.0.1:9", settings("none", tmp_path))[1]
    assert "within the registry's container" in role_by_web_identity(door, "http://127.0.0.1:9", settings("/t"))[1]


def test_without_a_region_nothing_is_sent(door: Http, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.web.identity")
    given = settings("/token", tmp_path)
    assert sts_url("", "", given, sdk_2=False) == ""
    assert "no region is set" in role_by_web_identity(door, "", given)[1]


def test_which_service_each_sdk_asks() -> None:
    given = settings("/t", AWS_ENDPOINT_URL_STS="https://sts.internal/")
    assert sts_url("eu-central-1", "", given, sdk_2=False) == "https://sts.eu-central-1.amazonaws.com"
    assert sts_url("cn-north-1", "", given, sdk_2=False) == "https://sts.cn-north-1.amazonaws.com.cn"
    assert sts_url("eu-central-1", "https://minio:9000", given, sdk_2=False) == "https://minio:9000"
    assert sts_url("eu-central-1", "https://minio:9000", given, sdk_2=True) == "https://sts.internal"
