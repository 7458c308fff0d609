"""Remedies for a token that is refused: where the registry says why, and which of its lines means what."""

from __future__ import annotations

from collections.abc import Sequence

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.token_refusals import Meaning

_ON_THE_HOST = "sudo regdoctor check auth"
"""With the files of the host at hand, regdoctor compares both sides itself."""


def read_the_log(meanings: Sequence[Meaning], *, is_gitlabs: bool) -> Remedies:
    """Read the log of the registry, each line with what it means, and examine the registry's host.

    is_gitlabs: whether it is GitLab's registry for certain, which logs in words of its own.
    """
    upstream, of_gitlab = _lines(meanings, of_gitlab=False), _lines(meanings, of_gitlab=True)
    unsaid = of_gitlab if is_gitlabs else upstream
    on_the_host = f"{_SAYS}{{}} With the files at hand, regdoctor tells the cause itself."
    return {
        Dialect.OMNIBUS: Remedy(
            on_the_host.format(of_gitlab),
            (
                "sudo grep -B1 'error authorizing context' /var/log/gitlab/registry/current | tail -n 4",
                _ON_THE_HOST,
            ),
        ),
        Dialect.COMPOSE: Remedy(
            on_the_host.format(unsaid),
            ("docker compose logs registry | grep -B1 'error authorizing context' | tail -n 4", _ON_THE_HOST),
        ),
        Dialect.HELM: Remedy(
            f"{_SAYS}{of_gitlab}",
            ("kubectl logs -l app=registry --tail=1000 | grep -i token | tail -n 5",),
        ),
        Dialect.PLAIN: Remedy(
            on_the_host.format(unsaid),
            (
                "sudo journalctl -u docker-registry | grep -B1 'error authorizing context' | tail -n 4",
                _ON_THE_HOST,
            ),
        ),
    }


def _lines(meanings: Sequence[Meaning], *, of_gitlab: bool) -> str:
    """` It logs … where …, and … where ….`; empty where nothing is known to be logged."""
    lines: dict[str, list[str]] = {}
    for meaning in meanings:
        line = meaning.logged_by_gitlab if of_gitlab else meaning.logged
        if line:
            lines.setdefault(line, []).append(meaning.words)
    told = [f"`{line}` where {' or '.join(words)}" for line, words in lines.items()]
    return f" It is {'; '.join(told)}." if told else ""


_SAYS = "Read the reason in the registry's log, in the line before `error authorizing context` or in that line itself."
