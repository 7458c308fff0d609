"""How the host's Docker daemon is started: the variables and the options that it gets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.formats.located import Place

Variable = tuple[str, str, Place]
"""Name, value, and where it was written."""


@dataclass(frozen=True, slots=True)
class DockerService:
    """What the daemon's process was started with; where none runs here, what docker.service would start it with."""

    variables: tuple[Variable, ...] = ()
    """Of a name that is there twice the last counts."""
    command: tuple[str, ...] = ()
    """The words of its command line; of a unit `$NAME` stands in them as it is written."""

    def option(self, name: str) -> tuple[str, ...]:
        """The values of an option (`insecure-registry`), on the command line or in a variable that is put there."""
        words = " ".join(self.command)
        used = [text for key, text, _ in self.variables if f"${key}" in words or f"${{{key}}}" in words]
        return tuple(re.findall(rf"--{re.escape(name)}[= ]\s*[\"']?([^\s\"']+)", " ".join([words, *used])))
