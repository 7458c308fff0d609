"""The storage middleware that a registry's configuration names: what changes where clients are sent for layers."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig


def middleware_of(config: RegistryConfig, name: str) -> Iterator[tuple[int, Located]]:
    """Each storage middleware of a name with its place in the list, without those that are said to be disabled.

    Raises UndecidedError where the list or a name is computed at run time.
    """
    listed = config.at("middleware", "storage")
    for number, item in enumerate(listed.items() if listed is not None else ()):
        called, disabled = item.at("name"), item.at("disabled")
        if called is not None and called.text() == name and not (disabled is not None and disabled.text() == "true"):
            yield number, item
