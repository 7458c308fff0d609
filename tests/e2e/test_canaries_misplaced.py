"""No secret comes out where it was handed over in the wrong place, or where output cannot be written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.distribution.jws import base64url, sign
from tests.canaries import leaks
from tests.e2e.canary_runs import Place, Run
from tests.hostile_servers import answering, hostile

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SIGNED = ".".join(
    base64url(json.dumps(part).encode())
    for part in ({"alg": "RS256", "kid": "K"}, {"iss": "gitlab-issuer", "aud": "registry", "exp": 4_000_000_000})
)
TOKEN = f"{SIGNED}.{base64url(sign(KEY, SIGNED.encode()))}"
REFRESH = "canary-refresh-Zk3v_77ab"
PASSWORD = 'Canary+7f1d/9b "quoted" \\ é%41'
SECRETS = {
    **{f"line {number} of the key": line for number, line in enumerate(PEM.splitlines()[1:-2], 1)},
    "token": TOKEN,
    "signature": TOKEN.rpartition(".")[2],
    "refresh token": REFRESH,
    "password": PASSWORD,
}
LOGIN = ("--username", "lab", "--password-stdin")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place with a token, a token service's answer, a key, and a key within a configuration."""
    made = Place(tmp_path)
    made.plant("work/token.txt", f"Authorization: Bearer {TOKEN}\n")
    made.plant("work/answer.json", json.dumps({"token": TOKEN, "refresh_token": REFRESH, "expires_in": 300}))
    made.plant("work/half.txt", TOKEN[:-40] + "%" + TOKEN[-40:])
    made.plant("work/refresh.txt", REFRESH)
    made.plant("work/key.pem", PEM)
    made.plant("work/key.json", json.dumps({"keys": [{"kty": "RSA", "d": PEM, "n": PEM}]}))
    made.plant("work/config.yml", f"auth: {{token: {{rootcertbundle: [{PEM!r}}}}}\n")
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("token.txt",),
        ("token.txt", "--format", "json"),
        ("answer.json",),
        ("answer.json", "--format", "json"),
        ("half.txt",),
        ("refresh.txt",),
        ("key.pem",),
        ("token.txt", "--cert", "key.pem"),
        ("token.txt", "--jwks", "key.json"),
        ("token.txt", "--jwks", "key.pem"),
        ("token.txt", "--config", "config.yml"),
        ("config.yml", "--cert", "token.txt"),
    ],
    ids=" ".join,
)
def test_what_is_inspected_is_not_shown(place: Place, words: tuple[str, ...]) -> None:
    assert_nothing(place.run(("token", "inspect", *words)))


def test_a_token_is_shown_to_one_who_asks_for_it_so_that_this_search_would_find_it(place: Place) -> None:
    run = place.run(("token", "inspect", "token.txt", "--show-token"))
    assert any(found.startswith("token as raw in stdout") for found in leaks(run.written, SECRETS))


def test_a_token_on_standard_input_is_not_shown(place: Place) -> None:
    assert_nothing(place.run(("token", "inspect", "-"), TOKEN))
    assert_nothing(place.run(("token", "inspect"), PEM))


@pytest.mark.parametrize("name", ["login_unauthorized", "token_key_mismatch"])
def test_a_page_has_no_secret_of_the_environment(place: Place, name: str) -> None:
    with_job = Place(place.folder, {"CI_JOB_TOKEN": REFRESH, "CI_REGISTRY_PASSWORD": PASSWORD}, place.planted)
    assert_nothing(with_job.run(("explain", name)))


AUTH = ("check", "auth", *LOGIN, "--verbose")


@pytest.mark.parametrize(
    "run",
    [
        lambda place, url: place.run((*AUTH, "--registry", url, "--output", "/proc/nowhere/report"), PASSWORD),
        lambda place, url: place.run((*AUTH, "--registry", url, "--output", "."), PASSWORD),
        lambda place, url: place.run((*AUTH, "--registry", url, "--ca-file", "key.pem"), PASSWORD),
        lambda place, url: place.run((*AUTH, "--registry", url.replace("//", f"//lab:{REFRESH}@")), PASSWORD),
        lambda place, url: place.run_into_a_closed_pipe((*AUTH, "--registry", url), PASSWORD),
        lambda place, url: place.run_into_a_closed_pipe(("token", "inspect", "token.txt")),
    ],
    ids=["no such folder", "a folder", "a key for authorities", "a login in the URL", "closed pipe", "closed, token"],
)
def test_output_that_fails_and_options_that_hold_secrets_tell_none(
    place: Place, run: Callable[[Place, str], Run]
) -> None:
    challenge = 'WWW-Authenticate: Bearer realm="http://127.0.0.1:@PORT@/auth",service="registry"'
    api = "Docker-Distribution-Api-Version: registry/2.0"
    with hostile(answering("401 Unauthorized", api, challenge, body=b"{}")) as server:
        assert_nothing(run(place, server.url))


def assert_nothing(run: Run) -> None:
    assert run.code in (0, 1, 2, 3), run.told
    assert "Traceback" not in run.told
    assert leaks(run.written, SECRETS) == []
