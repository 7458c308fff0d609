"""Words become a target and places to write to; what is unusable is told without showing a password."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from regdoctor.cli import options
from regdoctor.exit_codes import UsageError
from regdoctor.redaction import Secret, redact
from regdoctor.target import Login, Target


def target(**changes: Any) -> Target:
    words: dict[str, Any] = {
        "registry": None,
        "gitlab": None,
        "debug_url": None,
        "config": [],
        "roots": [],
        "repository": None,
        "login": None,
        "ca_file": None,
        "allow_writes": False,
        "timeout": 60.0,
        "dialect": None,
    }
    return options.target(changes.pop("names", ["all"]), **(words | changes))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://registry.example.com", "https://registry.example.com"),
        ("https://registry.example.com/", "https://registry.example.com"),
        ("https://registry.example.com:5050/v2/", "https://registry.example.com:5050"),
        ("HTTP://Registry.Example.COM:80", "http://registry.example.com:80"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        (None, None),
    ],
)
def test_an_address_is_scheme_host_and_port(text: str | None, address: str | None) -> None:
    assert options.url("--registry", text) == address


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("registry.example.com", "Did you mean https://registry.example.com?"),
        ("registry.example.com:5050", "Did you mean https://registry.example.com:5050?"),
        ("ftp://registry.example.com", "Did you mean https://registry.example.com?"),
        ("https://registry.example.com/group/image", "give scheme, host and port alone"),
        ("https://registry.example.com?a=b", "give scheme, host and port alone"),
        ("https://registry.example.com#a", "give scheme, host and port alone"),
        ("https://registry.example.com:99999", "Port out of range"),
        ("https://registry.example.com:port", "Port could not be cast"),
        ("https://registry.example.com:0", "port 0"),
        ("https://[::1", "Invalid IPv6 URL"),
        ("https://", "not an address"),
        ("", "not an address"),
        ("https://two words", "not an address"),
        ("https://a\x1b[2Jb", "not an address"),
    ],
)
def test_what_is_no_address_is_told_with_the_option(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        options.url("--registry", text)

    assert str(raised.value).startswith("--registry ")
    assert complaint in str(raised.value)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("password", ["hunter22", "pw", "pa/ss", "p@ss", "a:b", "50/50@x"])
@pytest.mark.parametrize("scheme", ["https://", "http://", "", "ftp://"])
def test_a_password_in_an_address_is_refused_and_not_shown(scheme: str, password: str) -> None:
    with pytest.raises(UsageError) as raised:
        options.url("--registry", f"{scheme}bob:{password}@registry.example.com:5050")

    told = str(raised.value)
    assert "registry.example.com" in told
    assert password not in told.replace("password", "").replace("http", "")
    assert "bob" not in told


def test_a_password_in_an_address_is_wiped_wherever_else_it_appears() -> None:
    with pytest.raises(UsageError, match="--password-stdin"):
        options.url("--registry", "https://bob:hunter-of-options@registry.example.com")

    assert redact("it was hunter-of-options") == "it was [redacted password]"


def test_gitlab_may_live_in_a_folder_of_its_host() -> None:
    made = target(gitlab="https://example.com/gitlab/", registry="https://registry.example.com")

    assert made.gitlab_url == "https://example.com/gitlab"


def test_without_words_this_host_is_examined_and_with_an_address_no_host_is() -> None:
    assert target().root == Path("/")
    assert target(gitlab="https://gitlab.example.com").root == Path("/")
    assert target(registry="https://registry.example.com").root is None
    assert target(debug_url="http://127.0.0.1:5001").root is None
    assert target(config=[Path("a.yml")]).root is None


def test_the_root_of_a_process_is_not_taken_for_this_hosts() -> None:
    root = Path(f"/proc/{os.getpid()}/root")

    assert target(roots=[root]).root == root


def test_a_repository_that_can_be_none_is_refused() -> None:
    assert target(repository="group/project").repository == "group/project"
    with pytest.raises(UsageError, match="not the name of a repository"):
        target(repository="../../Bad Repo")


def test_a_folder_is_taken_as_it_really_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert target(roots=[tmp_path / "link"]).root == (tmp_path / "real").resolve()
    assert target(config=[Path("a.yml")]).config_files == (Path.cwd() / "a.yml",)


@pytest.mark.parametrize("name", ["missing", "file", "x" * 300])
def test_a_root_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="is no folder"):
        target(roots=[tmp_path / name])


def test_a_password_comes_from_standard_input_up_to_the_end_of_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter of stdin \r\nsecond line\n"))

    login = options.login("bob", from_stdin=True)

    assert login is not None
    assert (login.username, login.password.reveal()) == ("bob", "hunter of stdin ")


@pytest.mark.parametrize(
    ("username", "from_stdin", "typed", "complaint"),
    [
        (None, True, b"hunter\n", "--password-stdin needs --username"),
        ("bob", False, b"hunter\n", "--username needs --password-stdin"),
        ("bob", True, b"\n", "the password is empty"),
        ("bob", True, b"", "the password is empty"),
        ("bob", True, b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_an_unusable_login_is_told(
    monkeypatch: pytest.MonkeyPatch, username: str | None, from_stdin: bool, typed: bytes, complaint: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))

    with pytest.raises(UsageError, match=complaint):
        options.login(username, from_stdin=from_stdin)


@pytest.mark.parametrize("from_stdin", [True, False])
def test_closed_standard_input_is_no_bug(monkeypatch: pytest.MonkeyPatch, from_stdin: bool) -> None:
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(UsageError):
        options.login("bob", from_stdin=from_stdin)


def test_no_name_is_no_login() -> None:
    assert options.login(None, from_stdin=False) is None


@pytest.mark.parametrize(
    ("formats", "outputs", "pairs"),
    [
        ([], [], [("human", None)]),
        (["json"], [], [("json", None)]),
        ([], ["a"], [("human", "a")]),
        (["json", "short"], ["a"], [("json", "a"), ("short", None)]),
        (["json", "short"], ["a", "b"], [("json", "a"), ("short", "b")]),
        (["json", "short"], ["-", "b"], [("json", None), ("short", "b")]),
        (["json"], ["/dev/stdout"], [("json", None)]),
    ],
)
def test_formats_and_files_are_paired_in_order(
    formats: list[str], outputs: list[str], pairs: list[tuple[str, str | None]]
) -> None:
    writers = options.writers(formats, [Path(output) for output in outputs])

    assert [(writer.format, writer.path and str(writer.path)) for writer in writers] == pairs


@pytest.mark.parametrize(
    ("formats", "outputs", "complaint"),
    [
        (["json"], ["a", "b"], "more --output than --format"),
        ([], ["a", "b"], "more --output than --format"),
        (["json", "short"], ["a", "./a"], "two --output name the same file"),
        (["json", "short"], [], "only one --format can go to standard output"),
        (["json", "short"], ["-"], "only one --format can go to standard output"),
        (["xml"], [], "there is no format 'xml'"),
        (["json"], ["nowhere/a"], "there is no folder"),
        (["json"], ["/"], "/ is a folder"),
    ],
)
def test_what_cannot_be_paired_is_told(formats: list[str], outputs: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        options.writers(formats, [Path(output) for output in outputs])


def test_several_roots_are_several_nodes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    found = target(roots=[tmp_path / "a", tmp_path / "b"])
    assert (found.root, found.more_roots) == ((tmp_path / "a").resolve(), ((tmp_path / "b").resolve(),))
    with pytest.raises(UsageError, match="same folder"):
        target(roots=[tmp_path / "a", tmp_path / "b/../a"])


@pytest.mark.parametrize(("names", "offline"), [(["config"], True), (["Config"], True), (["config", "tls"], False)])
def test_config_alone_asks_nothing_over_the_network(names: list[str], offline: bool) -> None:
    assert target(names=names).offline is offline


def test_words_that_look_like_paths_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gitlab.rb").touch()
    (tmp_path / "auth").touch()
    assert options.words(["auth", "gitlab.rb"]) == (["auth"], [Path("gitlab.rb")])
    assert options.words(["gitlab.rb"]) == (["config"], [Path("gitlab.rb")])
    assert options.words(["./auth"]) == (["config"], [Path("./auth")])
    assert options.words([]) == ([], [])
    with pytest.raises(UsageError, match=r"values\.yaml: no such file"):
        options.words(["values.yaml"])


def test_each_named_file_is_a_target_of_its_own(tmp_path: Path) -> None:
    both = target(config=[tmp_path / "a.rb", tmp_path / "b.rb"])
    assert [one.config_files for one in options.one_by_one(both)] == [(tmp_path / "a.rb",), (tmp_path / "b.rb",)]
    with pytest.raises(UsageError, match="--each needs files"):
        options.one_by_one(target())


def test_a_file_that_says_nothing_of_a_registry_is_told_from_ours_and_from_one_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    for name, text in {"chart.yaml": "replicaCount: 2\n", "b.yaml": "a: [\n", "config.yml": "version: 0.1\n"}.items():
        (tmp_path / name).write_text(text)
    ours = {name for name in ("chart.yaml", "b.yaml", "config.yml") if options.may_be_ours(tmp_path / name)}
    assert ours == {"b.yaml", "config.yml"}


def test_anonymous_is_kept_and_goes_with_no_login() -> None:
    assert target(anonymous=True).anonymous
    assert not target().anonymous
    with pytest.raises(UsageError, match="--anonymous and --username exclude each other"):
        target(anonymous=True, login=Login("alice", Secret("correct horse", "password")))


@pytest.mark.parametrize("named", ["gitlab.example.com", "gitlab_1:8443", "10.0.0.1", "::1", "[::1]:443", None])
def test_a_host_that_may_have_the_password_is_kept_as_it_was_named(named: str | None) -> None:
    assert target(send_credentials_to=named).send_credentials_to == named


@pytest.mark.parametrize("named", ["", "https://gitlab.example.com", "a/b", "a b", "me@h", "h:x", "https://u:geheim@h"])
def test_what_is_no_host_gets_no_password_and_is_not_shown_with_one(named: str) -> None:
    with pytest.raises(UsageError, match=r"--send-credentials-to .*: give a host, or host:port") as refused:
        target(send_credentials_to=named)
    assert "geheim" not in str(refused.value)
