"""Remedies for the proxy that gave an answer, in its own words where it is one of those that people run themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.endpoints import Endpoint

_OF_NGINX = ("nginx", "OpenResty", "Tengine", "Angie", "a server built on nginx", "a proxy")
_TRIES: Mapping[str, str] = {
    "Apache": "sudo apachectl configtest && sudo systemctl reload apache2",
    "HAProxy": "sudo haproxy -c -f /etc/haproxy/haproxy.cfg && sudo systemctl reload haproxy",
    "squid": "sudo squid -k parse && sudo systemctl reload squid",
}
"""How a changed configuration is tested and taken on, as Debian names the services."""


@dataclass(frozen=True, slots=True)
class Exempt:
    """How the registry's requests are excepted from the rule that refuses them.

    A line that allows them would end the evaluation of rules that deny or authenticate further down.
    """

    find: str
    """The command that finds the rule."""
    lines: str
    """What to write before it."""
    how: str
    """How that is made part of the rule, in sentences."""


def exempt_in_haproxy(endpoint: Endpoint, words: str) -> Exempt:
    """words: an alternative of a regular expression that such a rule has beside `deny` and its like.

    `base` is the Host header with the path (docs.haproxy.org, Fetching HTTP samples), whatever port clients write.
    """
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    # A backslash would be taken away where HAProxy reads its words.
    name = "".join(f"[{char}]" if char in ".[]" else char for char in host)
    return Exempt(
        f"grep -nEi 'http-request +(deny|reject|tarpit|silent-drop|return)|{words}' /etc/haproxy/haproxy.cfg",
        f"acl registry_api base_reg -i ^{name}(:[0-9]+)?/v2/",
        "Write the second line above that rule, and add `!registry_api` to its condition after `if` (to each of the "
        "parts between `or` or `||`), or ` or registry_api` after `unless`.",
    )


def for_author(author: Author | None, why: str, nginx: Remedies, others: Mapping[str, str | Exempt]) -> Remedies:
    """What mends a refusal at the proxy that wrote it.

    author: who that is, as its page tells; None where nothing does.
    why: the sentence, with its full stop, that the remedy begins with.
    nginx: the remedies where it is nginx, or where nothing tells who it is.
    others: by the name of the author, what to write into its configuration, or how its rule is made to except /v2/.
    """
    if author is None or author.name in _OF_NGINX:
        return nginx
    lines = others.get(author.name)
    if lines is None:
        return {Dialect.PLAIN: Remedy(f"{why} It is {author.name} that answers: see its rules for this name.")}
    tried = _TRIES.get(author.name)
    if isinstance(lines, Exempt):
        return {
            Dialect.PLAIN: Remedy(
                f"{why} Find the rule of {author.name} that refuses them (the first command), and except the "
                "registry's requests from it; a line that allows them would lift the rules below it, too. "
                f"{lines.how} Then load it anew:",
                (lines.find, lines.lines, *((tried,) if tried else ())),
            )
        }
    return {
        Dialect.PLAIN: Remedy(
            f"{why} In the configuration of {author.name}, for this name; then load it anew:",
            (lines, tried) if tried else (lines,),
        )
    }
