"""The pair that nginx and GitLab show for https://localhost, replaced by another."""

from __future__ import annotations

from regdoctor.lab.certificates import Pair, Wishes
from regdoctor.lab.stack import Stack


def serve(stack: Stack, pair: Pair, *further: str) -> None:
    """Write `pair` where both read it when they start. `further`: certificates below it in its file, PEM."""
    stack.tree.write("/etc/gitlab/ssl/localhost.crt", "".join((pair.certificate, *further)))
    stack.tree.write("/etc/gitlab/ssl/localhost.key", pair.key, mode=0o600)


def serve_as_wished(stack: Stack, wishes: Wishes) -> None:
    """The same with a certificate of the authority that the lab's clients trust."""
    serve(stack, stack.material.authority.issue(wishes))
