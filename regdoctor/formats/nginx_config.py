"""nginx's configuration as a whole: its servers with what they listen on, their locations, maps and upstreams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from regdoctor.check import Quote
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.nginx_addresses import Address
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_listens import Listen, listens_of
from regdoctor.formats.nginx_scopes import Level, Scope

_MODIFIERS = ("=", "~", "~*", "^~")
_MOST_SERVERS = 2_000
_MOST_LOCATIONS = 5_000
_MOST_UPSTREAM_SERVERS = 100
"""More than the proxy of any registry has, of all its files together; the last of them for one upstream."""


@dataclass(frozen=True, slots=True)
class Location:
    """A location, or an `if` or `limit_except` in one, which has settings of its own and the location's pattern."""

    modifier: str
    """`=`, `~`, `~*`, `^~`, `@` for a named one, or empty for a prefix."""
    pattern: str
    directive: Directive
    scope: Scope
    conditional: bool = False
    """Whether it is an `if` or `limit_except`: what it sets holds for some requests only."""

    @property
    def proxy_pass(self) -> Directive | None:
        """Its own proxy_pass: that one is not inherited (ngx_http_proxy_merge_loc_conf)."""
        found = self.directive.named("proxy_pass")
        return found[-1] if found and found[-1].args else None

    def words(self) -> str:
        """Its name for people, such as `location /v2/`."""
        return " ".join(filter(None, ("location", self.modifier if self.modifier != "@" else "", self.pattern)))


@dataclass(frozen=True, slots=True)
class Server:
    """A server block of http."""

    directive: Directive
    scope: Scope
    listens: tuple[Listen, ...]
    """Never empty: without a `listen` it is *:80."""
    names: tuple[str, ...]
    """Lower case, wildcards and regular expressions as written."""
    locations: tuple[Location, ...]
    """Nested ones too, in the order of the file."""

    @property
    def ends_tls(self) -> bool:
        """Whether it takes TLS on any of its addresses."""
        return any(listen.ssl for listen in self.listens)


@dataclass(frozen=True, slots=True)
class NginxConfig:
    """Everything that the nginx of the target is told, includes followed."""

    sources: tuple[str, ...]
    """The main files."""
    servers: tuple[Server, ...]
    maps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each variable of a `map` may become, by its name without `$`; the empty text where it has no default."""
    upstreams: Mapping[str, Directive] = field(default_factory=dict)
    """The upstream blocks by name."""
    problems: tuple[str, ...] = ()
    """A line for each include that could not be followed. nginx itself refuses to start with most of them."""
    ipv6_localhost: Quote | None = None
    """The line of the host's /etc/hosts that gives the name localhost an IPv6 address; None where none is known to."""
    trees: tuple[tuple[Directive, ...], ...] = ()
    """What each main file says, includes in their places."""
    by_hand: bool = False
    """Whether the files were named one by one, without the host that they are of."""
    texts: dict[tuple[str, tuple[int, ...]], tuple[str, ...] | str] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What texts with variables may become, or why that is not known: kept by nginx_values for the next who asks."""
    behind: dict[str, tuple[Address, ...]] = field(default_factory=dict, compare=False, repr=False)
    """The servers of upstreams by name, kept likewise by nginx_destinations: thousands of locations may lead there."""


def nginx_config(
    trees: Iterable[tuple[str, tuple[Directive, ...]]],
    problems: tuple[str, ...] = (),
    ipv6_localhost: Quote | None = None,
    *,
    by_hand: bool = False,
) -> NginxConfig:
    """The configuration that is written in `trees`: main files, each with its directives, includes in their places.

    A tree without an http block is a file that nginx.conf includes there: servers, upstreams and maps by themselves.
    Raises UnreadableError where there are more of them than are looked at.
    """
    read = tuple(trees)
    contexts = [context for source, tree in read for context in _http_contexts(source, tree)]
    said = [(scope, one) for scope in contexts for one in scope.levels[0].directives]
    blocks = [(scope, one) for scope, one in said if one.name == "server" and one.block is not None]
    upstreams = {one.args[0]: one for _, one in said if one.name == "upstream" and one.args and one.block is not None}
    _must_be_few(read, "servers", len(blocks), _MOST_SERVERS)
    largest = max((len(one.block or ()) for one in upstreams.values()), default=0)
    _must_be_few(read, "servers in one upstream", largest, _MOST_UPSTREAM_SERVERS)
    listens = listens_of([one for _, one in blocks])
    servers = tuple(_server(scope, one, listens[index]) for index, (scope, one) in enumerate(blocks))
    _must_be_few(read, "locations", sum(len(server.locations) for server in servers), _MOST_LOCATIONS)
    return NginxConfig(
        sources=tuple(source for source, _ in read),
        servers=servers,
        maps=dict(found for _, one in said for found in _map(one)),
        upstreams=upstreams,
        problems=problems,
        ipv6_localhost=ipv6_localhost,
        trees=tuple(tree for _, tree in read),
        by_hand=by_hand,
    )


def _must_be_few(read: tuple[tuple[str, tuple[Directive, ...]], ...], kind: str, number: int, most: int) -> None:
    if number > most:
        raise UnreadableError(f"{read[0][0]}: nginx has {number:,} {kind} here; up to {most:,} are looked at")


def _http_contexts(source: str, tree: tuple[Directive, ...]) -> list[Scope]:
    """The http blocks. Around them no directive of theirs may stand, nor in what is included there (modules)."""
    blocks = [one.block for one in tree if one.name == "http" and one.block is not None]
    if blocks:
        return [Scope((Level(block),), source, whole=True) for block in blocks]
    return [Scope((Level(tree),), source, whole=False)]


def _server(outer: Scope, directive: Directive, listens: tuple[Listen, ...]) -> Server:
    scope = outer.inner(directive.block or ())
    return Server(
        directive,
        scope,
        listens,
        tuple(name.lower() for one in directive.named("server_name") for name in one.args),
        tuple(_locations(scope)),
    )


def _locations(scope: Scope, around: Location | None = None) -> Iterator[Location]:
    for one in scope.levels[0].directives:
        if one.block is None:
            continue
        here: Location | None = None
        if one.name == "location" and one.args:
            modifier, pattern = _pattern(one.args)
            here = Location(modifier, pattern, one, scope.inner(one.block))
        elif one.name in ("if", "limit_except") and around is not None:
            here = Location(around.modifier, around.pattern, one, scope.inner(one.block), conditional=True)
        if here is not None:
            yield here
            yield from _locations(here.scope, here)


def _pattern(args: tuple[str, ...]) -> tuple[str, str]:
    """Modifier and pattern; nginx also takes them written together: `~*\\.php$`, `=/v2/`."""
    if len(args) > 1:
        return args[0], args[1]
    text = args[0]
    if text.startswith("@"):
        return "@", text
    modifier = max((one for one in _MODIFIERS if text.startswith(one)), key=len, default="")
    return modifier, text[len(modifier) :]


def _map(one: Directive) -> Iterator[tuple[str, tuple[str, ...]]]:
    if one.name != "map" or len(one.args) != 2 or one.block is None or any(one.named("include")):
        return
    entries = [(entry.name, entry.args[0]) for entry in one.block if entry.args]
    outputs = [value for _, value in entries]
    if not any(key == "default" for key, _ in entries):
        outputs.append("")
    yield one.args[1].removeprefix("$"), tuple(dict.fromkeys(outputs))
