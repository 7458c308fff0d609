"""What a person sets so that clients go by the capture, and undoes afterwards: blocks to paste, and the sentences."""

from __future__ import annotations

import ipaddress
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from regdoctor.capture import regular_setup, reverse_setup
from regdoctor.capture.client_run import REGISTRY, works_through_daemon
from regdoctor.capture.setup_block import Block, Place

_WIDTH = 100
_LOOPBACK = re.compile(r"(?:^|//|[=@])((?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?)(?:/|$)")
"""In a URL, an image's name, or an option's value."""


def at_the_start(place: Place) -> list[str]:
    """What is said to a person who is going to use clients by hand."""
    blocks = _blocks(place)
    lines = [*_head(place), "End it with Ctrl-C: then the diagnosis comes. Set what your client needs:"]
    for block in blocks:
        lines += ["", block.title, *_wrapped(block.words), *_commands(block.text + block.do)]
        if block.undo:
            lines += ["  Afterwards:", *_commands(block.undo)]
    return [*lines, ""]


def at_the_end(place: Place) -> list[str]:
    """How to undo all of it; whoever set less undoes less."""
    lines = ["", "Undo what you have set for this capture:"]
    for block in _blocks(place):
        if block.undo:
            lines += [f"  {block.title}", *_commands(block.undo)]
    return [*lines, ""]


def with_a_client(place: Place, client: Sequence[str]) -> list[str]:
    """What is said where a client is run at once."""
    name = Path(client[0]).name
    lines = _head(place)
    if place.is_reverse and not any(REGISTRY in word for word in client):
        lines += _wrapped(
            f"{name} is not told of the capture: put {REGISTRY} into its words where the registry stands, or let it "
            f"ask {place.address}."
        )
    if not place.is_reverse and works_through_daemon(client):
        lines += _wrapped(
            f"{name} passes work on to a daemon, which does not get the variables that {name} gets here: capture "
            "without a client, and set the daemon's proxy as it is shown then."
        )
    if not place.is_reverse and (host := next(filter(None, map(_loopback_named, client)), "")):
        lines += _wrapped(
            f"{name} is to ask {host}, and Go's clients (docker, containerd, podman, skopeo) never ask loopback by a "
            f"proxy. Where nothing is captured, give the registry's URL, and {REGISTRY} in its place: "
            f"`regdoctor capture run https://{host} -- {name} …{REGISTRY}…`."
        )
    return [*lines, f"Runs {name}.", ""]


def _loopback_named(word: str) -> str:
    """The host of loopback, with its port, that a client's word names; empty where it names none."""
    named = _LOOPBACK.search(word)
    return named[1] if named else ""


def _head(place: Place) -> list[str]:
    told = [f"Captures at {place.address}, {'in front of ' + place.url if place.is_reverse else 'as a proxy'}."]
    told += _reverse_words(place) if place.is_reverse else _regular_words(place)
    if not _is_loopback(place.host):
        told.append(
            f"{place.address} is no address of loopback: whoever reaches it can use the capture, and logins that "
            "come to it by http are in clear."
        )
    if place.record is not None:
        told.append(f"The recording, without secrets, goes to {place.record}.")
    return [line for sentence in told for line in _wrapped(sentence, 0)]


def _reverse_words(place: Place) -> Iterator[str]:
    if place.keeps_host:
        yield (
            "The registry answers under this address, too, so uploads stay with the capture. Whether scheme and port "
            "of its Location are right for clients, regular mode shows."
        )
    else:
        yield (
            f"The registry is called {urlsplit(place.url).netloc} by the capture, since it does not answer to another "
            "name. Unless it has http.relativeurls, its Location leads uploads past the capture from their second "
            "request on: regular mode shows the whole."
        )
    yield (
        "What the registry names by a whole address is not seen here: the token service (realm of its challenge) and "
        "a bucket that it redirects to. Regular mode shows them."
    )


def _regular_words(place: Place) -> Iterator[str]:
    host = urlsplit(place.url).hostname or ""
    yield "Every host that a client asks by this proxy is seen: registry, token service and bucket."
    if host == "localhost" or (host and _is_address(host) and _is_loopback(host)):
        yield (
            f"Go's clients (docker, containerd, podman, skopeo) never ask {host} by a proxy: use reverse mode, or a "
            "name that is not of loopback."
        )


def _blocks(place: Place) -> list[Block]:
    return list((reverse_setup if place.is_reverse else regular_setup).blocks(place))


def _commands(commands: str) -> list[str]:
    # Not indented: here-documents are to be pasted as they stand.
    return ["", *commands.rstrip("\n").splitlines(), ""] if commands else []


def _wrapped(text: str, indent: int = 2) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback)
