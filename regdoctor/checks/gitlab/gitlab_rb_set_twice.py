"""GL-04: gitlab.rb spells out a setting of the registry twice, with two values."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.remedies import RECONFIGURE


@check(
    title="gitlab.rb sets each setting of the registry once",
    severity=Severity.WARNING,
    failure_modes=("GL-04",),
    reference="https://docs.gitlab.com/omnibus/settings/configuration/",
)
def gitlab_rb_set_twice(rb: GitLabRb) -> Iterator[Outcome]:
    """gitlab.rb is Ruby, which runs from the first line to the last: of two lines that set the same, the later counts.

    Omnibus says nothing about it. So who corrects the first of two registry_external_url lines sees no effect, and a
    second registry['storage'] = {…} takes the place of all that the first one said, with its driver and its bucket.

    Decide which value is meant, remove the other line, and reconfigure.
    """
    by_name: dict[str, list[Located]] = {}
    for lost, kept in rb.repeated:
        by_name.setdefault(kept.name, [lost]).append(kept)
    for name, values in by_name.items():
        yield _fail(name, values)
    if not by_name:
        yield Pass("no setting of the registry is spelt out twice with different values")


def _fail(name: str, values: list[Located]) -> Fail:
    lost, kept = values[-2], values[-1]
    first, last = _shown(lost), _shown(kept)
    said = f", {first}, and then {last}" if first != last else " with different values"
    remedy = Remedy(
        f"Keep the line that is meant, remove the other one from {kept.place.source}, and reconfigure.", (RECONFIGURE,)
    )
    return Fail(
        f"{name} is set {'twice' if len(values) == 2 else f'{len(values)} times'}{said}: the last line counts",
        evidence=tuple(value.quote() for value in values),
        resource=name,
        remedy={Dialect.PLAIN: remedy},
    )


def _shown(value: Located) -> str:
    """The value in a word: of a block its keys, which for registry['storage'] are the drivers."""
    if isinstance(value.value, Mapping):
        return " and ".join(value.value) or "nothing"
    if isinstance(value.value, tuple):
        return f"a list of {len(value.value)}"
    return value.text() or "nothing"
