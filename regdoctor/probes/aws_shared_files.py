"""Reads the shared files of the AWS SDKs that belong to the registry's user."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import is_there, read_below

ROOTS_HOME = "/root"
_MOST_BYTES = 1 << 20


def shared_files(settings: AwsSettings, root: Path, home: str | None) -> AwsSettings:
    """The settings with both files, from where the variables or the home folder put them.

    root: what the registry's process sees as `/`. home: as the process names it; None where it is not known.
    """
    return dataclasses.replace(
        settings,
        credentials=_file(settings.text("AWS_SHARED_CREDENTIALS_FILE"), home, ".aws/credentials", root),
        config=_file(settings.text("AWS_CONFIG_FILE"), home, ".aws/config", root),
    )


def _file(named: str, home: str | None, place: str, root: Path) -> SharedFile | None:
    path = Path(named) if named else (Path(home) / place if home else None)
    if path is None or not path.is_absolute():
        return None  # a relative path is one of the process's working folder
    inside = path if path.is_relative_to(root) else root / path.relative_to("/")
    if not is_there(root, inside.relative_to(root)):
        return SharedFile(str(path))
    try:
        profiles = parse_aws_profiles(read_below(root, inside, _MOST_BYTES), str(path))
    except UnreadableError as error:
        return SharedFile(str(path), problem=str(error))
    return SharedFile(str(path), profiles)
