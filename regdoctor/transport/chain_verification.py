"""A chain that was served, judged without the network: by the system's store and by authorities that are added."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from regdoctor.evidence.served_tls import Distrust
from regdoctor.evidence.trust import TrustedCAs, certificates_in
from regdoctor.formats.certificate_fields import read_fields

if TYPE_CHECKING:
    from OpenSSL import crypto

_WRONG_PURPOSE = Distrust(26, "unsuitable certificate purpose", 0)
"""X509_V_ERR_INVALID_PURPOSE, as OpenSSL 3 puts it."""


def distrust_of(chain: Sequence[bytes], trust: TrustedCAs) -> Distrust | None:
    """Why clients of this host would not accept `chain` (DER, the server's own first); None where they would.

    Trusted are the system's store and `trust`, by the rules of `verifying_context`: any certificate of them is an
    anchor. Names are not looked at, the time is now. Keys that OpenSSL calls too weak pass, as with Go.

    Raises ValueError for a chain whose first certificate OpenSSL cannot read, or an empty one.
    """
    from regdoctor.transport.pyopenssl import crypto

    leaf = next(iter(_loaded(chain[:1], crypto.FILETYPE_ASN1)), None)
    if leaf is None:
        raise ValueError("no certificate that can be read")
    between = list(_loaded(chain[1:], crypto.FILETYPE_ASN1))
    try:
        crypto.X509StoreContext(_store(trust), leaf, between).verify_certificate()
    except crypto.X509StoreContextError as error:
        code, depth, words = error.errors
        return Distrust(int(code), str(words), int(depth))
    # The store asks for no purpose; every client of TLS asks for this one.
    return None if read_fields(chain[0]).serves else _WRONG_PURPOSE


def _store(trust: TrustedCAs) -> crypto.X509Store:
    from regdoctor.transport.pyopenssl import crypto

    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    paths = ssl.get_default_verify_paths()
    _load(store, file=os.environ.get(paths.openssl_cafile_env, paths.openssl_cafile))
    for folder in os.environ.get(paths.openssl_capath_env, paths.openssl_capath).split(os.pathsep):
        _load(store, folder=folder)
    for _, pem in trust.extra:
        blocks = (block.encode("ascii", "replace") for block in certificates_in(pem))
        for certificate in _loaded(blocks, crypto.FILETYPE_PEM):
            store.add_cert(certificate)
    return store


def _load(store: crypto.X509Store, *, file: str = "", folder: str = "") -> None:
    """Add a file or a folder (of files named by OpenSSL's hash); one that is empty or not there adds nothing."""
    from regdoctor.transport.pyopenssl import crypto

    try:
        if file and Path(file).is_file():
            store.load_locations(file)
        if folder and Path(folder).is_dir():
            # Takes None for the file; the declared types of pyOpenSSL before 25 do not say so.
            store.load_locations(cast("Any", None), folder)
    except crypto.Error:
        # As for Python's own context: a store that cannot be read is an empty one.
        return


def _loaded(certificates: Iterable[bytes], kind: int) -> Iterable[crypto.X509]:
    """Those that can be read: the others are passed over, as Go does (AppendCertsFromPEM)."""
    from regdoctor.transport.pyopenssl import crypto

    for one in certificates:
        try:
            yield crypto.load_certificate(kind, one)
        except crypto.Error:
            continue
