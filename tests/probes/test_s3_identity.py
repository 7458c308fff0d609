"""As whom the bucket is asked: the registry's own source, or nobody, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.credential_chains import Source
from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.s3_identity import s3_identity

HERE, COPY = (Installation(Path("/"), Dialect.PLAIN, live=live) for live in (True, False))
NEW = Product(Generation.DISTRIBUTION_3, (3, 0, 0))
ANY = Product(None, reason="nothing tells")
ROLE = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret-of-the-role", "Token": "session-of-the-role"}
KEYS = {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "env-secret"}


def settings(unseen: str = "", **variables: str) -> AwsSettings:
    place = Place("environment of process 7", layer="environment")
    given = {name: Located(value, place, name) for name, value in variables.items()}
    return AwsSettings(place.source, given, SharedFile("/root/.aws/credentials"), unseen=unseen)


def identity(
    door: Http, given: AwsSettings | Absent, static: str = "", product: Product = NEW, where: Installation = HERE
) -> S3Identity:
    config = parse_registry_config(f"storage: {{s3: {{{static}bucket: b, region: r}}}}".encode(), "config.yml")
    found: S3Identity = s3_identity.gather(where, config, product, given, door)
    if found.keys is None:
        with pytest.raises(CouldNotGatherError, match="the bucket was not asked: "):
            registry_bucket(config, door, 1.0, found)
    else:
        assert registry_bucket(config, door, 1.0, found).access_key == found.keys.access_key
    return found


def test_static_keys_need_no_more(door: Http) -> None:
    for given in (Absent("unreadable"), settings("a gap"), settings(**KEYS)):
        found = identity(door, given, "accesskey: STATIC, secretkey: s, ", ANY, COPY)
        assert (found.source, found.words) == (Source.CONFIG, "static keys of the configuration")


def test_what_is_not_seen_is_not_guessed(door: Http) -> None:
    assert "a gap" in identity(door, settings("a gap", **KEYS)).problem
    assert "unreadable" in identity(door, Absent("unreadable")).problem


def test_an_unknown_registry_with_keys_of_its_environment_asks_with_them(door: Http) -> None:
    assert identity(door, settings(**KEYS), product=ANY).source is Source.ENVIRONMENT
    web = settings(AWS_WEB_IDENTITY_TOKEN_FILE="/t", AWS_ROLE_ARN="arn")
    assert "which registry this is, is not known" in identity(door, web, product=ANY).problem


def test_the_role_of_a_container_and_of_the_machine(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda seen: (200, {}, b"role" if seen.path.endswith("/") else json.dumps(ROLE).encode()))
    container = settings(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{server.url}/creds")
    found = identity(door, container)
    assert (found.source, found.words) == (Source.CONTAINER, "the container's role")
    machine = settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url)
    found = identity(door, machine)
    assert (found.source, found.words) == (Source.INSTANCE, "the role role, by IMDSv2")
    assert "secret-of-the-role" not in str(found)


def test_a_copy_asks_nobody(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda _: (200, {}, b""))
    for given in (
        settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url),
        settings(AWS_CONTAINER_CREDENTIALS_FULL_URI=server.url),
    ):
        assert "are a copy" in identity(door, given, where=COPY).problem
    assert server.seen == []


def test_nothing_anywhere_is_known_as_that(door: Http) -> None:
    disabled = identity(door, settings(AWS_EC2_METADATA_DISABLED="true"))
    assert (disabled.none_found, disabled.source) == (True, None)
    gone = identity(door, settings(AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:9"))
    assert gone.none_found
    assert "no instance metadata service" in gone.problem


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_unwell_does_not_prove_that_there_is_nothing(
    door: Http, serve: Callable[..., Any], status: int
) -> None:
    found = identity(door, settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=serve(lambda _: (status, {}, b"")).url))
    assert (found.none_found, found.source) == (False, Source.INSTANCE)
    assert str(status) in found.problem


def test_a_file_that_could_not_be_looked_for_does_not_lead_to_the_role(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda seen: (200, {}, b"role" if seen.path.endswith("/") else json.dumps(ROLE).encode()))
    machine = settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url)
    for file in (None, SharedFile("none", problem="none is relative to a folder that is not known")):
        found = identity(door, replace(machine, credentials=file))
        assert (found.keys, found.none_found) == (None, False)
        assert "not known" in found.problem
    assert server.seen == []


def test_pod_identity_is_asked_with_the_token_of_the_file_that_the_registry_sees(
    door: Http, serve: Callable[..., Any], tmp_path: Path
) -> None:
    """The agent of Amazon EKS, which answers nobody without the token; the file is read anew each time."""
    valid = "a.pod.token"

    def agent(seen: Any) -> tuple[int, dict[str, str], bytes]:
        if seen.headers.get("Authorization") != valid:
            return 401, {}, b""
        return 200, {}, json.dumps(ROLE).encode()

    server = serve(agent)
    (tmp_path / "token").write_text("an.old.token")
    variables = settings(
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{server.url}/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/token",
        AWS_CONTAINER_AUTHORIZATION_TOKEN="of-the-variable",
    )
    given = replace(variables, root=tmp_path)
    assert "401" in identity(door, given).problem
    (tmp_path / "token").write_text(valid)
    found = identity(door, given)
    assert (found.source, found.words) == (Source.CONTAINER, "the container's role")
    assert valid not in str(found)
    (tmp_path / "token").write_text(f"{valid}\r\nX-Other: 1")
    asked = len(server.seen)
    assert "line break" in identity(door, given).problem
    (tmp_path / "token").unlink()
    assert "cannot be read" in identity(door, given).problem
    assert len(server.seen) == asked


def test_the_loopback_of_a_container_is_not_ours(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda _: (200, {}, json.dumps(ROLE).encode()))
    given = replace(settings(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{server.url}/creds"), own_network=True)
    assert "within the registry's own network" in identity(door, given).problem
    assert server.seen == []


def test_the_token_of_a_web_identity_is_read_where_the_registry_reads_it(
    door: Http, serve: Callable[..., Any], tmp_path: Path
) -> None:
    answer = "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    server = serve(lambda _: (200, {}, answer.encode()))
    (tmp_path / "token").write_text("a.web.identity")
    variables = settings(AWS_WEB_IDENTITY_TOKEN_FILE="/token", AWS_ROLE_ARN="arn:aws:iam::1:role/r")
    given = replace(variables, root=tmp_path, own_network=True, in_container=True)
    found = identity(door, given, f"regionendpoint: '{server.url}', ")
    assert found.words == "the role arn:aws:iam::1:role/r, by web identity"
    assert b"a.web.identity" in server.seen[0].body


def test_another_storage_has_no_identity(door: Http) -> None:
    with pytest.raises(NotApplicableError):
        s3_identity.gather(HERE, parse_registry_config(b"storage: {inmemory: {}}", "c"), NEW, settings(), door)
