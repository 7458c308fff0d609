"""How one process reaches the lab that another runs."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from regdoctor.lab.control import ControlSocket, Reply, ask_running_lab, pointer_file
from regdoctor.lab.errors import LabError


@pytest.fixture(autouse=True)
def _private_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


def answer_until(control: ControlSocket, wanted: str, reply: Reply) -> None:
    """Answer as the lab does; a connection that only looked whether somebody is there names nothing."""
    while True:
        name = control.next_request()
        control.reply(reply if name else Reply(error="no fault was named"))
        if name == wanted:
            return


def test_the_name_arrives_and_the_answer_comes_back(tmp_path: Path) -> None:
    with ControlSocket(tmp_path) as control:
        lab = threading.Thread(target=answer_until, args=(control, "location-http", Reply(command="run this")))
        lab.start()
        reply = ask_running_lab("location-http")
        lab.join()

    assert reply == Reply(command="run this")


def test_without_a_lab_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no lab runs; start one with: regdoctor lab up"):
        ask_running_lab("healthy")


def test_the_note_of_a_lab_that_died_counts_for_nothing(tmp_path: Path) -> None:
    pointer_file().parent.mkdir(parents=True)
    pointer_file().write_text(str(tmp_path / "gone.sock"))

    with pytest.raises(LabError, match="no lab runs"):
        ask_running_lab("healthy")


def test_a_second_lab_is_refused_and_the_first_keeps_its_note(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    with ControlSocket(tmp_path):
        with pytest.raises(LabError, match="a lab already runs in"), ControlSocket(tmp_path / "second"):
            pass

        assert pointer_file().read_text() == str(tmp_path / "control.sock")
    assert not pointer_file().exists()


def test_the_note_is_for_its_user_alone_also_where_one_was_left_that_all_may_read(tmp_path: Path) -> None:
    pointer_file().parent.mkdir(parents=True)
    pointer_file().write_text(str(tmp_path / "gone.sock"))
    pointer_file().chmod(0o644)

    with ControlSocket(tmp_path):
        assert stat.S_IMODE(pointer_file().stat().st_mode) == 0o600
