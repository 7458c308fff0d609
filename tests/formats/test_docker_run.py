"""The words of `docker run`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.docker_run import env_files, parse_docker_run
from regdoctor.formats.located import Computed
from regdoctor.formats.systemd_words import split
from regdoctor.formats.variable_file import parse_variable_file


def _run(text: str, **files: bytes) -> ContainerService:
    read = {path: parse_variable_file(data, path, quotes=False) for path, data in files.items()}
    found = parse_docker_run(split(text), "/u/x.service", read)
    assert found is not None
    return found


def test_options_of_all_forms_are_read() -> None:
    found = _run(
        "-d --rm --restart always --name=reg -e A=1 --env B=2 -eC=3 -p 5000:5000 --publish=127.0.0.1:5001:5001 "
        "-v /data:/var/lib/registry:ro --mount type=bind,source=/x,target=/y,readonly --network host "
        "registry:2 serve /etc/own.yml"
    )
    assert found.name == "reg"
    assert found.image is not None
    assert found.image.text() == "registry:2"
    assert [(one.name, one.value) for one in found.variables] == [("A", "1"), ("B", "2"), ("C", "3")]
    assert [(one.host_ip, one.published, one.target) for one in found.ports] == [
        ("", "5000", "5000"),
        ("127.0.0.1", "5001", "5001"),
    ]
    assert [(one.kind, one.source, one.target, one.read_only) for one in found.mounts] == [
        ("bind", "/data", "/var/lib/registry", True),
        ("bind", "/x", "/y", True),
    ]
    assert found.words == ("serve", "/etc/own.yml")
    assert found.host_network


def test_letters_in_a_row_end_with_the_one_that_takes_a_value() -> None:
    found = _run("-itd -dp 80:5000 registry:2")
    assert [(one.published, one.target) for one in found.ports] == [("80", "5000")]
    assert found.image is not None
    assert found.image.text() == "registry:2"


def test_variables_of_the_shell_and_of_systemd_are_not_known() -> None:
    found = _run("-e A -e B=${C} -e D=%i -e E=100%% -e F=$$x registry:2")
    values = {one.name: one.value for one in found.variables}
    assert all(isinstance(values[name], Computed) for name in "ABD")
    assert (values["E"], values["F"]) == ("100%", "$x")


def test_files_of_variables_come_before_options() -> None:
    text = "--env-file vars -e A=2 registry:2"
    assert env_files(split(text)) == ("vars",)
    found = _run(text, vars=b"A=1\nB=x\n")
    assert [(one.name, one.value) for one in found.variables] == [("A", "1"), ("B", "x"), ("A", "2")]
    assert found.elsewhere is None
    assert _run("--env-file gone registry:2").elsewhere is not None


def test_without_an_image_there_is_no_container() -> None:
    assert parse_docker_run(split("-e A=1 --rm"), "/u") is None


@given(st.text(alphabet="-epv=:/ab1$%,' ", max_size=60))
def test_no_command_crashes_it(text: str) -> None:
    parse_docker_run(split(text), "/u")
