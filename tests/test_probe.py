"""What a declaration of a probe becomes."""

from __future__ import annotations

from regdoctor.injection import Absent, Input
from regdoctor.probe import probe
from regdoctor.target import Target


class Evidence:
    """Evidence."""


@probe(reads="a file", writes="another", limit=3.0)
def looking(target: Target, other: Evidence | Absent) -> Evidence:
    """Gather."""
    return Evidence()


@probe(reads="nothing")
def thinking() -> Evidence:
    """Gather."""
    return Evidence()


def test_a_probe_takes_name_evidence_and_inputs_from_its_function() -> None:
    assert looking.name == "looking"
    assert looking.provides is Evidence
    assert looking.inputs == {"target": Input(Target, optional=False), "other": Input(Evidence, optional=True)}
    assert isinstance(looking.gather(target=Target(), other=Absent("none")), Evidence)


def test_a_probe_keeps_what_was_declared() -> None:
    assert (looking.reads, looking.writes, looking.limit) == ("a file", "another", 3.0)


def test_a_probe_writes_nothing_and_has_a_limit_unless_it_says_otherwise() -> None:
    assert thinking.writes == ""
    assert 0 < thinking.limit <= 60
