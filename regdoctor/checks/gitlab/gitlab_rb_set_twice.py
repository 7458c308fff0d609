"""GL-04: gitlab.rb spells out a setting of the registry twice, with two values."""

import re
from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.distribution.omnibus_keys import NGINX, RAILS_REGISTRY, REGISTRY
from regdoctor.distribution.settings_schema import known
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.formats.shown_values import quote_unknown, shown_unknown
from regdoctor.remedies import RECONFIGURE

_KEY = re.compile(r"\w+")


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
    first, last = (_shown(value, name) for value in (lost, kept))
    said = f", {first}, and then {last}" if first != last else " with different values"
    remedy = Remedy(
        f"Keep the line that is meant, remove the other one from {kept.place.source}, and reconfigure.", (RECONFIGURE,)
    )
    return Fail(
        f"{name} is set {'twice' if len(values) == 2 else f'{len(values)} times'}{said}: the last line counts",
        evidence=tuple(value.quote() if _is_known(name) else quote_unknown(value) for value in values),
        resource=name,
        remedy={Dialect.PLAIN: remedy},
    )


def _is_known(name: str) -> bool:
    """Whether Omnibus reads a setting of that name: the value of one that it does not read may be any secret."""
    section, *keys = _KEY.findall(name)
    if not keys:
        return True
    if section == "registry" and keys[0] == "storage":
        return known(tuple(keys), None) is not None
    return keys[0] in {"registry": REGISTRY, "gitlab_rails": RAILS_REGISTRY, "registry_nginx": NGINX}.get(section, ())


def _shown(value: Located, name: str) -> str:
    """The value in a word: of a block its keys, which for registry['storage'] are the drivers."""
    if isinstance(value.value, Mapping):
        return " and ".join(value.value) or "nothing"
    if isinstance(value.value, tuple):
        return f"a list of {len(value.value)}"
    return (value.text() if _is_known(name) else shown_unknown(value)) or "nothing"
