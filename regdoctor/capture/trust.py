"""Files of certificate authorities: what the capture trusts of the registry, and what a client trusts of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import certifi

from regdoctor.evidence.trust import certificates_in
from regdoctor.exit_codes import UsageError
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.files import read_file
from regdoctor.transport.tls import require_readable

_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep their roots: Go looks at these in this order (src/crypto/x509/root_linux.go)."""


def private_authorities(path: Path | None) -> tuple[str, ...]:
    """The certificates of --ca-file; none where it is not given.

    Raises UsageError, one line, where the file cannot be read or holds none.
    """
    if path is None:
        return ()
    try:
        pem = read_file(path).decode("ascii", "replace")
        require_readable(str(path), pem)
    except (UnreadableError, ValueError) as error:
        raise UsageError(str(error)) from error
    return certificates_in(pem)


def system_roots(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The roots that programs on this system trust: SSL_CERT_FILE and SSL_CERT_DIR as for Go and OpenSSL.

    Where the system has none, those of certifi, which mitmproxy takes by itself.
    """
    named = environment.get("SSL_CERT_FILE")
    files = [Path(named)] if named else [Path(name) for name in _SYSTEM_FILES]
    found = next((blocks for blocks in map(_certificates, files) if blocks), ())
    for folder in filter(None, environment.get("SSL_CERT_DIR", "").split(":")):
        found += tuple(_below(Path(folder)))
    return tuple(dict.fromkeys(found)) or _certificates(Path(certifi.where()))


def write_bundle(path: Path, *parts: Iterable[str]) -> None:
    """One PEM file of all of them, each once. Raises OSError."""
    blocks = dict.fromkeys(block for part in parts for block in part)
    path.write_text("".join(f"{block}\n" for block in blocks), "ascii", "replace")


def _below(folder: Path) -> Iterator[str]:
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return
    for file in files:
        yield from _certificates(file)


def _certificates(path: Path) -> tuple[str, ...]:
    """Those of a file; none where it is missing or no such file."""
    try:
        return certificates_in(read_file(path).decode("ascii", "replace"))
    except UnreadableError:
        return ()
