"""Remedies for the proxy that gave an answer, in its own words where it is one of those that people run themselves."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.page_authors import Author

_OF_NGINX = ("nginx", "OpenResty", "Tengine", "Angie", "a server built on nginx", "a proxy")
_TRIES: Mapping[str, str] = {
    "Apache": "sudo apachectl configtest && sudo systemctl reload apache2",
    "HAProxy": "sudo haproxy -c -f /etc/haproxy/haproxy.cfg && sudo systemctl reload haproxy",
    "squid": "sudo squid -k parse && sudo systemctl reload squid",
}
"""How a changed configuration is tested and taken on, as Debian names the services."""


def for_author(author: Author | None, why: str, nginx: Remedies, others: Mapping[str, str]) -> Remedies:
    """What mends a refusal at the proxy that wrote it.

    author: who that is, as its page tells; None where nothing does.
    why: the sentence, with its full stop, that the remedy begins with.
    nginx: the remedies where it is nginx, or where nothing tells who it is.
    others: by the name of the author, what to write into its configuration.
    """
    if author is None or author.name in _OF_NGINX:
        return nginx
    lines = others.get(author.name)
    if lines is None:
        return {Dialect.PLAIN: Remedy(f"{why} It is {author.name} that answers: see its rules for this name.")}
    tried = _TRIES.get(author.name)
    return {
        Dialect.PLAIN: Remedy(
            f"{why} In the configuration of {author.name}, for this name; then load it anew:",
            (lines, tried) if tried else (lines,),
        )
    }
