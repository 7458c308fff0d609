"""Units with their drop-ins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.systemd_unit import SystemdUnit, parse_systemd_unit

UNIT = b"""\
[Unit]
Environment=NOT_THIS=one
[Service]
User=registry
Environment=REGISTRY_A=1 "REGISTRY_B=two words"
# a comment \\
Environment=REGISTRY_HTTP_SECRET=planted-secret-1
ExecStart=/usr/bin/registry \\
  serve \\
  # between
  /etc/registry.yml
EnvironmentFile=-/etc/default/registry
"""


def _unit(*texts: bytes) -> SystemdUnit:
    return parse_systemd_unit([(text, f"/u/{number}") for number, text in enumerate(texts)])


def test_variables_come_with_file_and_line() -> None:
    found = [(one.name, one.value, one.place.source, one.place.line) for one in _unit(UNIT).environment()]
    assert found == [
        ("REGISTRY_A", "1", "/u/0", 5),
        ("REGISTRY_B", "two words", "/u/0", 5),
        ("REGISTRY_HTTP_SECRET", "planted-secret-1", "/u/0", 7),
    ]


def test_a_secret_is_wrapped_where_it_is_shown() -> None:
    shown = [one.located().quote().quote for one in _unit(UNIT).environment()]
    assert shown[2] == "REGISTRY_HTTP_SECRET: [redacted secret]"


def test_a_continued_command_is_one() -> None:
    words = _unit(UNIT).registry_command()
    assert words is not None
    assert [(word.text, word.line) for word in words] == [
        ("/usr/bin/registry", 8),
        ("serve", 9),
        ("/etc/registry.yml", 11),
    ]


def test_drop_ins_add_and_an_empty_assignment_takes_back() -> None:
    more = _unit(UNIT, b"[Service]\nEnvironment=REGISTRY_C=3\nUser=other\n")
    assert [one.name for one in more.environment()][-1] == "REGISTRY_C"
    user = more.last("User")
    assert user is not None
    assert (user.value, user.place.source) == ("other", "/u/1")
    reset = _unit(UNIT, b"[Service]\nEnvironment=\nEnvironment=ONLY=1\nExecStart=\nUser=\n")
    assert [one.name for one in reset.environment()] == ["ONLY"]
    assert reset.registry_command() is None
    assert reset.last("User") is None


def test_a_file_of_variables_may_be_missing_where_a_dash_says_so() -> None:
    found = _unit(UNIT, b"[Service]\nEnvironmentFile=/etc/needed\n").environment_files()
    assert [(path, needed) for path, needed, _ in found] == [("/etc/default/registry", False), ("/etc/needed", True)]


def test_containers_are_told_from_registries() -> None:
    found = _unit(b"[Service]\nExecStart=-/usr/bin/docker run -p 1:1 registry:2\n")
    assert found.registry_command() is None
    words = found.container_command()
    assert words is not None
    assert [word.text for word in words] == ["-p", "1:1", "registry:2"]
    other = _unit(b"[Service]\nExecStart=/usr/bin/docker pull registry:2\n")
    assert other.container_command() is None


@given(st.binary(max_size=300))
def test_no_input_crashes_the_reader(data: bytes) -> None:
    unit = _unit(b"[Service]\nEnvironment=" + data, data)
    unit.environment()
    unit.registry_command()
    unit.container_command()
    unit.environment_files()


def test_thousands_of_variables_are_kept_in_order() -> None:
    lines = "".join(f"Environment=A{index}=x\n" for index in range(5000))
    unit = parse_systemd_unit([(f"[Service]\nEnvironment=OLD=x\nEnvironment=\n{lines}".encode(), "r.service")])
    assert [one.name for one in unit.environment()] == [f"A{index}" for index in range(5000)]
