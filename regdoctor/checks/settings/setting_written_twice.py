"""A key of config.yml is written twice, and the registry takes the last."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.distribution.settings_schema import known
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import quote_unknown


@check(
    title="No setting is written twice in config.yml",
    severity=Severity.WARNING,
    failure_modes=("CFG-06",),
    symptoms=("no storage configuration provided",),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def setting_written_twice(config: RegistryConfig) -> Iterator[Outcome]:
    """The registry reads a config.yml in which a key stands twice without a word, and takes the last.

    Whoever changes the first one changes nothing. Of two sections `storage` or `auth` only the last counts, so that a
    second `storage:` with nothing but `delete:` below it takes the driver away, and the registry stops with `no storage
    configuration provided`. Other sections are laid over each other, key by key.

    Put both parts into one, and delete the other.
    """
    for key in config.duplicates:
        yield Fail(
            f"{key.name} is written on line {key.first.place.line} and again on line {key.last.place.line}: the last "
            "one counts",
            remedy={
                Dialect.PLAIN: Remedy(
                    f"Put what belongs to {key.name} into one place of {config.source}, delete the other, and restart "
                    "the registry."
                )
            },
            evidence=(_quote(key.first, key.name), _quote(key.last, key.name)),
            resource=key.name,
        )
    if not config.duplicates:
        yield Pass("every key stands once")


def _quote(value: Located, name: str) -> Quote:
    """A key that no registry knows may be a misspelt secret's."""
    path = tuple(name.split("."))
    setting = known(path, None)
    return value.quote() if setting is not None and len(setting.path) == len(path) else quote_unknown(value)
