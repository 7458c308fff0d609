"""What the target says of itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from regdoctor.redaction import Secret
from regdoctor.target import Login, Target


@pytest.mark.parametrize(("root", "expected"), [(None, False), (Path("/"), True), (Path("/mnt/host"), False)])
def test_only_the_root_of_this_machine_is_this_host(root: Path | None, expected: bool) -> None:
    assert Target(root=root).is_this_host is expected


def test_a_target_allows_no_writes_and_has_an_end_unless_told_otherwise() -> None:
    target = Target()

    assert target.allow_writes is False
    assert 0 < target.timeout < 3600


def test_a_target_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Target().timeout = 1.0  # type: ignore[misc]


def test_a_target_can_be_shown_with_its_login() -> None:
    target = Target(login=Login("bob", Secret("hunter-of-the-target", "password")))

    assert "hunter" not in repr(target)
    assert "bob" in repr(target)


def test_a_login_tells_whose_it_is_and_where_it_was_found_and_not_its_password() -> None:
    password = Secret("correct horse", "password")
    assert Login("alice", password).words == "alice"
    stored = Login("alice", password, "/root/.docker/config.json")
    assert stored.words == "alice (/root/.docker/config.json)"
    assert stored.how == "as alice (/root/.docker/config.json)"
    identity = Login("", password, "/root/.docker/config.json", is_identity_token=True)
    assert identity.how == "with the identity token in /root/.docker/config.json"
    assert "horse" not in repr(stored)
