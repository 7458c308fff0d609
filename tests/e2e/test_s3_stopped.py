"""The fault `s3-stopped` keeps the port where it says that nothing listens from everybody else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]


def can_be_bound(endpoint: str) -> bool:
    port = urlsplit(endpoint).port
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_nobody_else_gets_the_stores_port_until_the_stack_is_healed(stack_with: StackWith) -> None:
    stack = stack_with("s3-stopped")

    endpoint = stack.settings.store_endpoint

    assert f"regionendpoint: {endpoint}" in stack.tree.config_yml.read_text().replace('"', "")
    assert endpoint != stack.store.endpoint
    assert not can_be_bound(endpoint)
    stack.heal()
    assert can_be_bound(endpoint)
    assert stack.settings.store_endpoint == stack.store.endpoint


def test_taken_on_again_it_holds_the_port_that_the_files_name(stack_with: StackWith) -> None:
    stack = stack_with("s3-stopped")
    fault = stack.fault
    assert fault is not None

    stack.apply(fault)

    assert stack.settings.store_endpoint in stack.tree.config_yml.read_text()
    assert not can_be_bound(stack.settings.store_endpoint)
