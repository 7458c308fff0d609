"""Values under a misspelt key: secret where the key that was meant is a secret's."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.formats.located import Located
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.shown_values import quote_unknown
from regdoctor.redaction import Secret


def is_meant_secret(value: Located, meant: str | None) -> bool:
    """Whether the value is wrapped, or would be under the dotted path that was meant."""
    return isinstance(_sealed(value, meant), Secret)


def quote_as_meant(value: Located, meant: str | None) -> Quote:
    """The value as evidence: where the setting that was meant is a secret's, its placeholder, else as `quote_unknown`.

    A Secret that is made here is wiped out of all that is reported, as any other.
    """
    sealed = _sealed(value, meant)
    if isinstance(sealed, Secret):
        return Quote(value.place.source, f"{value.name}: {sealed}", value.place.line)
    return quote_unknown(value)


def _sealed(value: Located, meant: str | None) -> object:
    if isinstance(value.value, Secret) or meant is None or not isinstance(value.value, str | int | float):
        return value.value
    return seal_registry(tuple(meant.split(".")), str(value.value), value.value)
