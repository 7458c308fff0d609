"""Ctrl-C and SIGTERM as an exception."""

from __future__ import annotations

import os
import signal

import pytest

from regdoctor.lab.interruption import Interrupted, interruptible, shielded


def test_a_signal_becomes_an_exception_that_knows_it() -> None:
    with pytest.raises(Interrupted) as raised, interruptible():
        os.kill(os.getpid(), signal.SIGTERM)

    assert raised.value.number == signal.SIGTERM


def test_a_second_signal_does_not_break_off_the_cleaning_up() -> None:
    cleaned = []

    def be_interrupted_twice() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), signal.SIGINT)
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                cleaned.append("all of it")

    with pytest.raises(Interrupted):
        be_interrupted_twice()
    assert cleaned == ["all of it"]


def test_a_shielded_block_is_finished_first() -> None:
    done = []

    def start_and_record() -> None:
        with interruptible(), shielded():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("recorded")

    with pytest.raises(Interrupted):
        start_and_record()
    assert done == ["recorded"]


def test_the_handlers_of_before_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        pass

    assert signal.getsignal(signal.SIGTERM) is before
