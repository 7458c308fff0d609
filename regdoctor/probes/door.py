"""Opens the HTTP door for the other probes, with what the examined host trusts."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.evidence.installation import Installation
from regdoctor.exit_codes import UsageError
from regdoctor.formats.located import UnreadableError
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.files import read_file
from regdoctor.probes.host_tree import list_below, read_below
from regdoctor.target import Target


@probe(reads="the certificate authorities of --ca-file and of GitLab's trusted-certs folder")
def door(target: Target, installation: Installation | Absent) -> Http:
    """The system's trust store plus --ca-file plus what the host itself was told to trust.

    Raises UsageError where --ca-file cannot be read.
    """
    extra: list[tuple[str, str]] = []
    if target.ca_file:
        try:
            extra.append((str(target.ca_file), read_file(target.ca_file).decode("ascii", "replace")))
        except UnreadableError as error:
            raise UsageError(str(error)) from error
    if isinstance(installation, Installation):
        extra += _trusted_by(installation)
    try:
        # A party that does not answer must leave time to say so.
        return Http(TrustedCAs(tuple(extra)), longest=target.timeout / 4)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _trusted_by(installation: Installation) -> Iterator[tuple[str, str]]:
    """Path and text of each file of the host's folder that holds certificates.

    What else lies there is passed over: trust that is missing shows where TLS is judged.
    """
    root, folder = installation.root, installation.trusted_certificates
    try:
        files = list_below(root, folder) if folder else ()
    except UnreadableError:
        return
    for file in files:
        try:
            pem = (str(file), read_below(root, file).decode("ascii", "replace"))
            Http(TrustedCAs((pem,)))
        except (UnreadableError, ValueError):
            continue
        yield pem
