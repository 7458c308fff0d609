"""CLI-11 kin: a hosts.toml in which containerd finds a capability that it does not know."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.formats.hosts_toml import HostsToml, HostsTomls
from regdoctor.formats.located import Located

_CAPABILITIES = ("pull", "resolve", "push")
"""parseHostConfig in core/remotes/docker/config/hosts.go of containerd, which asks in small letters."""


@check(
    title="containerd takes its hosts.toml files",
    severity=Severity.ERROR,
    failure_modes=("CLI-11",),
    symptoms=("unknown capability", "failed to decode hosts.toml"),
    reference="https://github.com/containerd/containerd/blob/main/docs/hosts.md",
)
def hosts_toml_malformed(hosts: HostsTomls) -> Iterator[Outcome]:
    """A host of hosts.toml can do `pull`, `resolve` and `push`; containerd knows no other capability.

    With another word, or with a text in the place of the list, it takes nothing of the whole file: each pull of an
    image of that registry ends with `unknown capability`, those by way of the file's other hosts, too.

    Correct the word in the file. containerd reads it anew at each pull and need not be restarted.
    """
    for file in hosts.files:
        found = list(_judged(file))
        yield from found or [Pass(f"{file.source} holds what containerd knows")]


def _judged(file: HostsToml) -> Iterator[Outcome]:
    # The server's own settings stand at the top of the file.
    for said in (file.tree.at("capabilities"), *(host.at("capabilities") for _, host in file.hosts())):
        if said is None:
            continue
        listed = said.items()
        if not isinstance(said.decided().value, tuple):
            yield _fail(said, f"capabilities is no list but {said.text()}", [said])
            continue
        for item in listed:
            word = item.text() or ""
            if word.lower() not in _CAPABILITIES:
                yield _fail(item, f'"{word}" is no capability that containerd knows', list(listed))


def _fail(said: Located, problem: str, listed: list[Located]) -> Fail:
    words = [_meant((item.text() or "").lower()) for item in listed]
    kept = dict.fromkeys(word for word in words if word) or {"pull": None, "resolve": None}
    line = "capabilities = [" + ", ".join(f'"{word}"' for word in kept) + "]"
    return Fail(
        f"{problem}: it takes nothing of this file, and no pull by it succeeds",
        evidence=(said.quote(),),
        resource=f"{said.place.source}:{said.place.line}",
        remedy={Dialect.PLAIN: Remedy("Write what the host can do, of pull, resolve and push:", (line,))},
    )


def _meant(word: str) -> str:
    return next(iter(difflib.get_close_matches(word, _CAPABILITIES, 1, 0.6)), "")
