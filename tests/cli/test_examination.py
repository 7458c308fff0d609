"""What the report says was examined, and as whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.cli.examination import describe, run
from regdoctor.cli.options import Writer
from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.examination import Examination, Gathered
from regdoctor.injection import Absent
from regdoctor.probes.token_source import token_source
from regdoctor.redaction import Secret
from regdoctor.reporters import reporter
from regdoctor.target import Login, Target

REGISTRY = "https://registry.example.com"
STORED = Login("lab", Secret("hunter-of-the-login", "password"), "config.json")
KEY = SigningKey(Secret("pem", "key"), "/etc/key", "omnibus-gitlab-issuer")


def login_in(evidence: TokenSource | Absent) -> object:
    gathered = (Gathered(token_source, evidence, 0.0),)
    return describe(Examination(Target(), gathered, (), 0.0, 0.0), Dialect.PLAIN).get("login")


def source(
    login: Login | None = None,
    *,
    realm: str = "https://gitlab.example.com/jwt/auth",
    key: SigningKey | None = None,
    why: str = "",
) -> TokenSource:
    return TokenSource(True, REGISTRY, realm, "container_registry", login=login, key=key, why_no_login=why)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (source(STORED), "as lab (config.json)"),
        (source(STORED, key=KEY), "as lab (config.json)"),
        (source(), "without a login"),
        (source(why="docker-credential-x failed"), "without a login (docker-credential-x failed)"),
        (source(key=KEY), "with a token signed with /etc/key"),
        (
            source(STORED, realm="http://elsewhere.example.com/token"),
            "without the login of lab (config.json), which was not sent",
        ),
        (TokenSource(True, REGISTRY, "", "", scheme="basic", login=STORED), "as lab (config.json)"),
        (TokenSource(False, REGISTRY, "", "", login=STORED), "without a login: the registry asks for none"),
        (Absent("no registry answered"), None),
    ],
)
def test_whose_login_was_used_is_told(evidence: TokenSource | Absent, words: str | None) -> None:
    assert login_in(evidence) == words


def test_what_is_noted_of_a_hostile_name_cannot_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config\x1b[31m.yml"
    file.write_text("a: [1\nb: }\n")
    run(
        ["config"],
        [Target(config_files=(file,), offline=True)],
        [Writer("human", reporter("human"), None)],
        ignore=(),
        show=Severity.INFO,
        fail_on=Severity.ERROR,
        strict=False,
        verbose=True,
    )

    noted = capsys.readouterr().err
    assert "\x1b" not in noted
    assert noted.count("config\\x1b[31m.yml") >= 2
