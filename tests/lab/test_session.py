"""What `lab up` prints of a lab that is ready."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from regdoctor.lab.layout import Tree
from regdoctor.lab.session import describe
from regdoctor.lab.settings import Ports, Settings
from regdoctor.lab.stack import Stack

SETTINGS = Settings(Ports(1, 2, 3, 4, 5, 6), "images", "http://127.0.0.1:9", "127.0.0.1:3", "127.0.0.1:4")


def test_it_says_what_its_user_may_push_to(tmp_path: Path) -> None:
    ready = SimpleNamespace(
        settings=SETTINGS,
        fault=None,
        tree=Tree(tmp_path),
        store=SimpleNamespace(endpoint=SETTINGS.store_endpoint),
        password_file=tmp_path / "password",
    )
    printed = describe(cast("Stack", ready), "healthy").splitlines()

    assert "repository:   gitlab-org/lab and gitlab-org/lab/…: lab may pull, push, delete" in printed
