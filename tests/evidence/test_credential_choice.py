"""The source that comes first is the one that the registry's own order puts first."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import botocore.credentials
import botocore.session
import pytest

from regdoctor.distribution.credential_chains import DISTRIBUTION_2, SDK_1, SDK_2, CredentialChain, Source
from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.evidence.credential_choice import Choice, choose, static_keys
from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters

ENV = {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "envsecret"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
ECS = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/creds"}
PAIR = "[{0}]\naws_access_key_id={1}\naws_secret_access_key=x\n"
FILE = PAIR.format("default", "FILEKEY") + PAIR.format("p", "PKEY")
STATIC = "accesskey: STATIC, secretkey: s, "


def parameters(more: str = "") -> S3Parameters:
    found = s3_parameters(parse_registry_config(f"storage: {{s3: {{{more}region: r, bucket: b}}}}".encode(), "c.yml"))
    assert found is not None
    return found


def settings(variables: dict[str, str], credentials: str = "", config: str = "") -> AwsSettings:
    place = Place("environment of process 7", layer="environment")
    first, second = (
        SharedFile(f"/home/.aws/{name}", parse_aws_profiles(text.encode(), f"/home/.aws/{name}"))
        for name, text in (("credentials", credentials), ("config", config))
    )
    given = {name: Located(value, place, name) for name, value in variables.items()}
    return AwsSettings(place.source, given, first, second)


def test_the_keys_of_the_configuration_go_without_a_session_token() -> None:
    choice = choose(SDK_1, parameters(STATIC + "sessiontoken: t, "), settings({}))
    assert choice.keys is not None
    assert choice.keys.session_token is None


def key_of(choice: Choice) -> str:
    return choice.keys.access_key.reveal() if choice.keys else ""


@pytest.mark.parametrize(
    ("chain", "static", "variables", "credentials", "config", "expected"),
    [
        (DISTRIBUTION_2, STATIC, ENV, FILE, "", (Source.CONFIG, "STATIC")),
        (DISTRIBUTION_2, "", ENV, FILE, "", (Source.ENVIRONMENT, "ENVKEY")),
        (DISTRIBUTION_2, "", ENV | {"AWS_PROFILE": "p"}, FILE, "", (Source.ENVIRONMENT, "ENVKEY")),
        (DISTRIBUTION_2, "", {"AWS_ACCESS_KEY": "OLD", "AWS_SECRET_KEY": "x"}, "", "", (Source.ENVIRONMENT, "OLD")),
        (DISTRIBUTION_2, "", {"AWS_ACCESS_KEY_ID": "ENVKEY"}, FILE, "", (Source.SHARED_FILE, "FILEKEY")),
        (DISTRIBUTION_2, "", {"AWS_PROFILE": "p"}, FILE, "", (Source.SHARED_FILE, "PKEY")),
        (DISTRIBUTION_2, "", {"AWS_DEFAULT_PROFILE": "p"}, FILE, "", (Source.SHARED_FILE, "FILEKEY")),
        (DISTRIBUTION_2, "", {"AWS_PROFILE": "nope"}, FILE, "", (Source.INSTANCE, "")),
        (DISTRIBUTION_2, "", WEB | ECS, "", "", (Source.INSTANCE, "")),
        (DISTRIBUTION_2, "", WEB, FILE, "", (Source.SHARED_FILE, "FILEKEY")),
        (DISTRIBUTION_2, "", {"AWS_SDK_LOAD_CONFIG": "1"}, "", FILE, (Source.INSTANCE, "")),
        (SDK_1, "", WEB | ENV, FILE, "", (Source.ENVIRONMENT, "ENVKEY")),
        (SDK_1, "", WEB, FILE, "", (Source.WEB_IDENTITY, "")),
        (SDK_1, "", ECS, FILE, "", (Source.SHARED_FILE, "FILEKEY")),
        (SDK_1, "", ECS, "", "", (Source.CONTAINER, "")),
        (SDK_1, "", {}, "", FILE, (Source.INSTANCE, "")),
        (SDK_1, "", {"AWS_SDK_LOAD_CONFIG": "true"}, "", FILE, (Source.SHARED_FILE, "FILEKEY")),
        (SDK_2, "", {"AWS_DEFAULT_PROFILE": "p"}, "", FILE, (Source.SHARED_FILE, "PKEY")),
    ],
)
def test_the_first_whole_pair_counts(
    chain: CredentialChain,
    static: str,
    variables: dict[str, str],
    credentials: str,
    config: str,
    expected: tuple[Source, str],
) -> None:
    choice = choose(chain, parameters(static), settings(variables, credentials, config))
    assert (choice.source, key_of(choice)) == expected


def test_half_a_pair_is_passed_over_and_told() -> None:
    choice = choose(DISTRIBUTION_2, parameters("accesskey: STATIC, "), settings({"AWS_SECRET_ACCESS_KEY": "x"}))
    assert [quote.source for quote in choice.passed_over] == ["c.yml", "environment of process 7"]
    assert static_keys(parameters("accesskey: STATIC, ")) is None


def test_a_profile_that_takes_a_role_over_is_not_followed_where_the_sdk_would() -> None:
    text = f"{FILE}\n[r]\nrole_arn=arn:aws:iam::1:role/x\nsource_profile=default\n"
    given = {"AWS_PROFILE": "r"}
    told = settings(given | {"AWS_SDK_LOAD_CONFIG": "1"}, text)
    assert "by role_arn, which regdoctor does not follow" in choose(SDK_1, parameters(), told).problem
    assert "by role_arn" in choose(SDK_2, parameters(), settings(given, text)).problem
    assert choose(SDK_1, parameters(), settings(given, text)).source is Source.INSTANCE
    assert choose(DISTRIBUTION_2, parameters(), settings(given, text)).source is Source.INSTANCE


@pytest.mark.parametrize(
    "other", ["sso_session=s", "sso_start_url=https://x", "credential_process=x", "web_identity_token_file=/t"]
)
def test_keys_win_over_what_stands_beside_them_and_a_role_over_keys(other: str) -> None:
    beside = settings({}, f"{FILE.partition('[p]')[0]}{other}\n")
    assert key_of(choose(SDK_2, parameters(), beside)) == "FILEKEY"
    alone = settings({}, f"[default]\n{other}\n")
    assert "which regdoctor does not follow" in choose(SDK_2, parameters(), alone).problem
    role = settings({}, f"{FILE.partition('[p]')[0]}role_arn=arn:aws:iam::1:role/x\n{other}\n")
    assert "by role_arn" in choose(SDK_2, parameters(), role).problem


def test_version_1_reads_processes_and_web_identities_of_a_profile_without_the_config_file_and_sso_not() -> None:
    for other in ("credential_process=x", "web_identity_token_file=/t"):
        assert (
            f"by {other.partition('=')[0]}"
            in choose(SDK_1, parameters(), settings({}, f"[default]\n{other}\n")).problem
        )
    assert choose(SDK_1, parameters(), settings({}, "[default]\nsso_session=s\n")).source is Source.INSTANCE


def test_a_pair_counts_whole_and_from_one_file() -> None:
    first = "[default]\naws_access_key_id=HALF\n"
    found = choose(SDK_2, parameters(), settings({}, first, FILE))
    assert key_of(found) == "FILEKEY"
    whole = FILE.partition("[p]")[0]
    token = "[default]\naws_access_key_id=X\naws_secret_access_key=y\naws_session_token=OF-ANOTHER\n"
    keys = choose(SDK_2, parameters(), settings({}, whole, token)).keys
    assert keys is not None
    assert keys.session_token is None


def test_a_file_that_was_not_looked_for_stops_the_search() -> None:
    given = AwsSettings("compose.yml", in_container=True)
    for chain in (DISTRIBUTION_2, SDK_1, SDK_2):
        choice = choose(chain, parameters(), given)
        assert (choice.source, choice.known) == (Source.SHARED_FILE, False)
        assert choice.problem
    assert choose(SDK_1, parameters(STATIC), given).source is Source.CONFIG


BOTOCORE = {
    "env": Source.ENVIRONMENT,
    "assume-role-with-web-identity": Source.WEB_IDENTITY,
    "shared-credentials-file": Source.SHARED_FILE,
    "container-role": Source.CONTAINER,
}


@pytest.mark.parametrize("present", list(itertools.product((False, True), repeat=4)))
def test_the_sdks_order_is_that_of_botocore(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, present: tuple[bool, ...]
) -> None:
    """AWS documents one order for its SDKs; botocore's own chain is a second implementation of it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    env, web, file, container = present
    variables = (ENV if env else {}) | (WEB if web else {}) | (ECS if container else {})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shared = FILE.partition("[p]")[0] if file else ""
    (tmp_path / "credentials").write_text(shared)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    answer = {"access_key": "CONTAINER", "secret_key": "x", "token": "t", "expiry_time": "2099-01-01T00:00:00Z"}
    monkeypatch.setattr(botocore.credentials.ContainerProvider, "_create_fetcher", lambda *_: lambda: answer)
    theirs = botocore.session.Session().get_credentials()
    expected = BOTOCORE[theirs.method] if theirs is not None else Source.INSTANCE
    for chain in (SDK_1, SDK_2):
        assert choose(chain, parameters(), settings(variables, shared)).source is expected


def test_a_web_identity_without_a_role_is_a_problem() -> None:
    choice = choose(SDK_1, parameters(), settings({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}))
    assert (choice.source, choice.keys) == (Source.WEB_IDENTITY, None)
    assert choice.problem


def test_a_shared_file_that_cannot_be_read_decides_nothing_behind_it() -> None:
    given = AwsSettings("unit", {}, SharedFile("/root/.aws/credentials", problem="permission denied"))
    choice = choose(DISTRIBUTION_2, parameters(), given)
    assert choice.source is Source.SHARED_FILE
    assert "permission denied" in choice.problem
