"""Reads the shared files of the AWS SDKs that belong to the registry's user."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import is_there, read_below

ROOTS_HOME = "/root"
CREDENTIALS, CONFIG = ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), ("AWS_CONFIG_FILE", ".aws/config")
"""The variable that names a file, and where it lies below the home folder without it."""
_MOST_BYTES = 1 << 20


def shared_files(settings: AwsSettings, root: Path, home: str | None) -> AwsSettings:
    """The settings with both files, from where the variables or the home folder put them.

    root: what the registry's process sees as `/`. home: as the process names it; None where it is not known.
    """
    first, second = (_file(settings.text(name), home, place, root) for name, place in (CREDENTIALS, CONFIG))
    return dataclasses.replace(settings, credentials=first, config=second, root=root)


def read_shared_file(root: Path | None, there: Path, named: str) -> SharedFile:
    """One file, which lies at `there` below `root` and is called `named`: empty where there is none."""
    below = there.relative_to(root) if root is not None and there.is_relative_to(root) else there
    if not is_there(root or Path("/"), below):
        return SharedFile(named)
    try:
        return SharedFile(named, parse_aws_profiles(read_below(root, there, _MOST_BYTES), named))
    except UnreadableError as error:
        return SharedFile(named, problem=str(error))


def _file(named: str, home: str | None, place: str, root: Path) -> SharedFile:
    # A file that cannot be looked for is not a file that is not there: its problem stops the search for keys.
    if not named and not home:
        return SharedFile(f"~/{place}", problem="the home folder of the registry's user is not known")
    path = Path(named or f"{home}/{place}")
    if not path.is_absolute():
        return SharedFile(str(path), problem=f"{path} is relative to a folder that is not known")
    inside = path if path.is_relative_to(root) else root / path.relative_to("/")
    return read_shared_file(root, inside, str(path))
