"""CFG-08 and its kin: a REGISTRY_* variable with which the registry does not start."""

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, check
from regdoctor.formats.environment_overrides import RefusedVariable
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import RECONFIGURE

_TOLD_ELSEWHERE = ("log.level", "loglevel", "http.headers", "storage.maintenance", "storage.redirect", "version")
"""Settings whose values have a check of their own, wherever they are set."""


@check(
    title="The registry can read every REGISTRY_* variable",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-08",),
    symptoms=("yaml: unmarshal errors", "non-numeric index:", "undefined index:"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def variable_refused(config: RegistryConfig) -> Iterator[Outcome]:
    """The value of a REGISTRY_* variable is YAML, and it must have the type of the setting that it stands for.

    Where it is no YAML, or has another type (a word where true or false belongs, a text where a list does, quotation
    marks around a number), the registry does not start: `configuration error: error parsing`. The same goes for an item
    of a list that is not there.

    Correct the value: true and false and numbers without quotation marks, lists in brackets.
    """
    found = [item for item in config.refused if not item.setting.startswith(_TOLD_ELSEWHERE)]
    for refused in found:
        yield _finding(refused)
    if not found:
        yield Pass("every variable has a value that the registry takes")


def _finding(refused: RefusedVariable) -> Fail:
    name = refused.variable.name
    # The reader of a value says `NAME:1: not YAML: …`; behind NAME and a colon redaction would expect a secret.
    problem = re.sub(rf"{re.escape(name)}:(\d+):", rf"{name}, line \1,", refused.problem, count=1)
    return Fail(
        f"The registry does not start: {problem.replace(f'{name}: ', f'{name}, ', 1)}",
        remedy=_remedy(name),
        evidence=(refused.variable.quote(),),
        resource=name,
    )


def _remedy(name: str) -> Remedies:
    why = f"Correct the value of {name}, or take the variable away."
    return {
        Dialect.PLAIN: Remedy(f"{why} Then restart the registry."),
        Dialect.OMNIBUS: Remedy(f"{why} It is set in registry['env'] in /etc/gitlab/gitlab.rb.", (RECONFIGURE,)),
        Dialect.COMPOSE: Remedy(f"{why} Then run the command.", ("docker compose up -d",)),
    }
