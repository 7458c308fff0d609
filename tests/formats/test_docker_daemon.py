"""daemon.json: read as dockerd reads it, and what dockerd refuses is told with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.docker_daemon import parse_docker_daemon
from regdoctor.formats.located import UnreadableError

SOURCE = "/etc/docker/daemon.json"
FILE = b'{\n\t"insecure-registries": [\n\t\t"a.example.com:5000",\n\t\t"10.0.0.0/8"\n\t],\n\t"debug": true\n}\n'


def test_values_have_their_lines_also_with_tabs() -> None:
    daemon = parse_docker_daemon(FILE, SOURCE)
    assert daemon.refusals == ()
    assert [(item.text(), item.place.line) for item in daemon.listed("insecure-registries")] == [
        ("a.example.com:5000", 3),
        ("10.0.0.0/8", 4),
    ]
    assert daemon.listed("registry-mirrors") == ()


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"null\n", b"{}", b'\xef\xbb\xbf{"debug": false}', b'{"debug": true} rest']
)
def test_what_dockerd_takes_is_no_refusal(data: bytes) -> None:
    assert parse_docker_daemon(data, SOURCE).refusals == ()


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b'{\n  "debug": true,\n}\n', 3, "a comma stands before the closing brace"),
        (b'{\n  "dns": [\n    "1.1.1.1",\n  ]\n}', 4, "a comma stands before the closing bracket"),
        (b'{\n  "debug": true\n  "dns": []\n}', 3, "a comma is missing before this"),
        (b"// mine\n{}", 1, "a comment stands here, and JSON has none"),
        (b'{\n  # mine\n  "debug": true}', 2, "a comment stands here, and JSON has none"),
        (b'{"debug": NaN}', 1, "NaN is no value of JSON"),
        (b"\n[]", 2, "not a JSON object"),
        (b'{\n"insecure-registries": "a.example.com"}', 2, "insecure-registries must be a list of texts"),
        (b'{\n"insecure-registries": [\n"a",\n5]}', 4, "insecure-registries must be a list of texts"),
        (b'{"debug": "true"}', 1, "debug must be true or false"),
        (b'{"max-concurrent-downloads": "3"}', 1, "max-concurrent-downloads must be a whole number"),
        (b'{"data-root": 5}', 1, "data-root must be a text"),
        (b'{"Insecure-Registries": ["a"]}', 1, "dockerd knows insecure-registries in these letters alone, not Insec"),
    ],
)
def test_what_dockerd_refuses_is_told_with_its_line(data: bytes, line: int, words: str) -> None:
    (refusal,) = parse_docker_daemon(data, SOURCE).refusals
    assert refusal.reason.startswith(words)
    assert refusal.place.line == line


def test_null_leaves_a_setting_at_its_default() -> None:
    assert parse_docker_daemon(b'{"insecure-registries": null, "debug": null}', SOURCE).refusals == ()


def test_a_proxys_password_is_wiped() -> None:
    daemon = parse_docker_daemon(b'{"proxies": {"http-proxy": "http://a:correct-horse@p.example.com"}}', SOURCE)
    assert "correct-horse" not in repr(daemon)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b'{"debug": true, "debug": true}', "already there"), (b'{"a": ' * 50_000, "nested too deeply")],
    ids=["twice", "deep"],
)
def test_what_only_this_reader_refuses_is_one_line(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        parse_docker_daemon(data, SOURCE)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.integers(0, 90), st.binary(max_size=3)).map(
            lambda cut: FILE[: cut[0]] + cut[1] + FILE[cut[0] + 1 :]
        ),
    )
)
def test_no_input_crashes_the_reader(data: bytes) -> None:
    with suppress(UnreadableError):
        daemon = parse_docker_daemon(data, SOURCE)
        assert all("\n" not in refusal.reason for refusal in daemon.refusals)
