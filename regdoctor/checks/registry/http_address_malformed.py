"""CFG-12 kin: an address that the registry cannot listen on."""

import re
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.formats.listen_addresses import fault, picks_any_port
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_NETS = ("", "tcp", "unix")
"""listener.NewListener in registry/listener/listener.go."""


@check(
    title="The registry can listen on the addresses that are configured",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-12",),
    symptoms=(
        "missing port in address",
        "too many colons in address",
        "invalid port",
        "unknown address type",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#http",
)
def http_address_malformed(config: RegistryConfig) -> Iterator[Outcome]:
    """http.addr is a host and a port with a colon between them; the host may be left out, for every address.

    So `:5000`, `127.0.0.1:5000` or `[::1]:5000`, without a scheme, and an IPv6 address in brackets. With a bare port or
    a bare host the registry ends at once: `listen tcp: address 5000: missing port in address`; with a URL it says `too
    many colons in address`. The same holds for http.debug.addr. http.net is tcp, which is the default, or unix, with a
    path in http.addr; anything else ends in `unknown address type`. Without a port behind the colon it starts, on
    another free port each time.

    Write host, colon and port, and restart the registry.
    """
    outcomes = [*_net(config), *_addresses(config)]
    yield from outcomes or [Pass("host and port")]


def _net(config: RegistryConfig) -> Iterator[Outcome]:
    net = config.at("http", "net")
    text = net.text() if net is not None else None
    if net is None or text is None or text in _NETS:
        return
    meant = "unix" if text.lower().startswith("unix") else "tcp"
    yield Fail(
        f'http.net is "{shown(net)}", which is neither tcp nor unix: the registry does not start',
        evidence=(net.quote(),),
        resource=net.name,
        remedy=change("http.net", meant, f"Write {meant}, in small letters.", now=net),
    )


def _addresses(config: RegistryConfig) -> Iterator[Outcome]:
    net = config.at("http", "net")
    is_path = net is not None and net.text() == "unix"
    main, debug = config.http_address(), config.debug_address()
    if main is not None and not is_path:
        yield from _judge(main, "http.addr", "5000")
    if debug is not None and debug.text():
        yield from _judge(debug, "http.debug.addr", "5001")


def _judge(address: Located, setting: str, port: str) -> Iterator[Outcome]:
    text = address.text()
    if text is None:
        return
    if "${" in text or "{{" in text:
        yield Unknown(f"{address.name} is a template: {text}")
    elif picks_any_port(text):
        yield Fail(
            f'{address.name} is "{shown(address)}", without a port: the registry takes another free one at each start',
            evidence=(address.quote(),),
            resource=address.name,
            severity=Severity.ERROR,
            remedy=change(setting, _mended(text, port), "Write the port behind the colon.", now=address),
        )
    elif (problem := fault(text)) is not None:
        yield Fail(
            f'{address.name} is "{shown(address)}", on which nothing can listen: {problem}',
            evidence=(address.quote(),),
            resource=address.name,
            remedy=change(setting, _mended(text, port), "Write host, colon and port.", now=address),
        )


def _mended(text: str, port: str) -> str:
    """The address that was most likely meant."""
    bare = re.sub(r"^[a-z]+://", "", text).rstrip("/")
    if re.fullmatch(r"[0-9]{1,5}", bare) and int(bare) <= 65535:
        return f":{bare}"
    if fault(bare) is None:
        return bare + (port if bare.endswith(":") else "")
    if ipv6 := re.fullmatch(r"([0-9a-fA-F:]*::[0-9a-fA-F:]*?)(?::([0-9]{4,5}))?", bare):
        return f"[{ipv6[1]}]:{ipv6[2] or port}"
    host = bare.partition(":")[0]
    return f"{host if re.fullmatch(r'[A-Za-z0-9.-]*', host) else ''}:{port}"
