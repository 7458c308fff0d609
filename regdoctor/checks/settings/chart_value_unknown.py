"""CFG-04 kin: the chart's values have keys for the registry that the chart does not read."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, check
from regdoctor.distribution.chart_keys import is_complete, is_read, meant, sections
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import Located
from regdoctor.formats.shown_values import quote_unknown


@check(
    title="The chart reads every value that is given for the registry",
    severity=Severity.WARNING,
    failure_modes=("CFG-04",),
    reference="https://docs.gitlab.com/charts/charts/registry/",
)
def chart_value_unknown(values: HelmValues) -> Iterator[Outcome]:
    """Helm takes any key in the values without a word, and a chart reads the ones that it knows.

    So a misspelt key of `registry` or `global.registry` leaves the chart's default in its place: with
    registry.storage.secretName for registry.storage.secret the registry has no bucket, and pods that keep images in a
    folder of their own lose them at the next restart.

    Rename the key to the one that is meant, or remove it, and upgrade the release.
    """
    found: list[Outcome] = [*_unread(values.tree)]
    yield from found or [Pass("every value of the registry is one that the chart reads")]


def _unread(tree: Located) -> Iterator[Fail]:
    for section in sections():
        here: Located | None = tree
        for key in section:
            here = here.value.get(key) if here is not None and isinstance(here.value, Mapping) else None
        # A section that is worked out at run time has no keys that could be wrong.
        entries = here.value if here is not None and isinstance(here.value, Mapping) else {}
        for key, value in entries.items():
            if is_read(section, key):
                continue
            right = meant(section, key)
            if right is not None or is_complete(section):
                yield _finding(".".join((*section, key)), value, right)


def _finding(name: str, value: Located, right: str | None) -> Fail:
    advice = f"; did you mean {right}?" if right else ""
    return Fail(
        f"The chart does not read {name}{advice}",
        evidence=(quote_unknown(value),),
        resource=name,
        remedy=_remedy(name, value, right),
    )


def _remedy(name: str, value: Located, right: str | None) -> Remedies:
    act = f"Write {right} in the place of {name}" if right else f"Remove {name}"
    text = f"{act} in {value.place.source}, and upgrade the release with it."
    return {Dialect.PLAIN: Remedy(text), Dialect.HELM: Remedy(text)}
