"""Opens the HTTP door for the other probes, with what the examined host trusts."""

from __future__ import annotations

from regdoctor.evidence.installation import Installation
from regdoctor.exit_codes import UsageError
from regdoctor.formats.located import UnreadableError
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.files import read_file
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
    folder = installation.trusted_certificates if isinstance(installation, Installation) else None
    if folder is not None and folder.is_dir():
        for file in sorted(folder.iterdir()):
            try:
                pem = (str(file), read_file(file).decode("ascii", "replace"))
                Http(TrustedCAs((pem,)))
            except (UnreadableError, ValueError):
                continue  # not needed to look further; trust that is missing shows where TLS is judged
            extra.append(pem)
    try:
        return Http(TrustedCAs(tuple(extra)))
    except ValueError as error:
        raise UsageError(str(error)) from error
