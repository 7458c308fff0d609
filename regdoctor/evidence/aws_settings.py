"""What the registry's process is given of AWS settings: variables, and the shared files of its user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from regdoctor.distribution.credential_chains import ConfigFile
from regdoctor.formats.aws_profiles import Profile
from regdoctor.formats.located import Located
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One of the two shared files."""

    path: str
    """As the host names it."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    problem: str = ""
    """Why what it holds is not known; empty also where there is none."""


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """The settings; never those of the person who runs regdoctor."""

    said_by: str
    """Where the environment was read: `environment of process 12`, a unit's file."""
    variables: Mapping[str, Located] = field(default_factory=dict)
    """Those called AWS_*, by name; empty ones are left out, as the SDKs take them for unset."""
    credentials: SharedFile | None = None
    """None where it was not looked for."""
    config: SharedFile | None = None
    in_container: bool = False
    """Whether the registry runs in a container, whose files are not this host's."""
    own_network: bool = False
    """Whether it has a network of its own: containers with the host's network have not."""
    root: Path | None = None
    """What the registry sees as `/`, as it is reached from here; None where its files are not."""
    unseen: str = ""
    """Why the environment, or a part of it, is not known; empty where it is."""

    def text(self, name: str) -> str:
        """A variable's value; empty where it is not set. Of secrets the value too: never to be shown."""
        found = self.variables.get(name)
        if found is None:
            return ""
        shown = found.text() or ""
        return found.value.reveal() if isinstance(found.value, Secret) else shown

    def first(self, names: tuple[str, ...]) -> Located | None:
        """The first of these variables that is set."""
        return next((self.variables[name] for name in names if name in self.variables), None)

    @property
    def loads_config(self) -> bool:
        """Whether AWS_SDK_LOAD_CONFIG is on, as strconv.ParseBool of Go reads it."""
        return self.text("AWS_SDK_LOAD_CONFIG").lower() in ("1", "t", "true")

    def profile_name(self, when: ConfigFile) -> str:
        """The profile that is asked for: AWS_DEFAULT_PROFILE counts only where the config file is read, too."""
        second = self.text("AWS_DEFAULT_PROFILE") if self.reads_config(when) else ""
        return self.text("AWS_PROFILE") or second or "default"

    def reads_config(self, when: ConfigFile) -> bool:
        """Whether ~/.aws/config is read."""
        return when is ConfigFile.ALWAYS or (when is ConfigFile.ASKED_FOR and self.loads_config)

    def files(self, when: ConfigFile) -> tuple[SharedFile, ...]:
        """The shared files that are read, ~/.aws/credentials first: what it says wins (sharedConfig of the SDK)."""
        read = (self.credentials, self.config if self.reads_config(when) else None)
        return tuple(file for file in read if file is not None)

    def profile(self, when: ConfigFile) -> Profile:
        """The settings of the profile that is asked for.

        A pair of keys counts whole and from one file, with that file's session token (setFromIniFile of
        aws/session/shared_config.go).
        """
        name = self.profile_name(when)
        found = [file.profiles.get(name, {}) for file in self.files(when)]
        merged: dict[str, Located] = {}
        for one in reversed(found):
            merged |= {key: value for key, value in one.items() if key not in _PAIR}
        whole = next((one for one in found if all(key in one for key in _PAIR[:2])), {})
        return merged | {key: whole[key] for key in _PAIR if key in whole}


_PAIR = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
