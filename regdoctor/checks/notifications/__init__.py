"""Notifications: what the registry tells others of pushes, pulls and deletions."""

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig


def endpoints_in_use(config: RegistryConfig) -> tuple[Located, ...]:
    """The items of notifications.endpoints but those with `disabled: true` (registry/handlers/app.go passes them over).

    Raises UndecidedError where they are computed at run time.
    """
    found = config.at("notifications", "endpoints")
    return tuple(item for item in (found.items() if found is not None else ()) if not _is_off(item))


def _is_off(endpoint: Located) -> bool:
    disabled = endpoint.at("disabled")
    return disabled is not None and disabled.switch() is True
