"""CFG-08 and its kin: a REGISTRY_* variable with which the registry does not start."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, check
from regdoctor.formats.environment_overrides import RefusedVariable
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import RECONFIGURE

_MAINTENANCE = ("READONLY", "UPLOADPURGING")


@check(
    title="The registry can read every REGISTRY_* variable",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-08", "GC-07", "CFG-07", "CFG-10", "CFG-16"),
    symptoms=(
        "yaml: unmarshal errors",
        "non-numeric index:",
        "undefined index:",
        "readonly config key must contain additional keys",
        "readonly's enabled config key must have a boolean value",
        "uploadpurging config key must contain additional keys",
        "invalid type for redirect config",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def variable_refused(config: RegistryConfig) -> Iterator[Outcome]:
    """The value of a REGISTRY_* variable is YAML, and it must have the type of the setting that it stands for.

    Where it is no YAML, or has another type (a word where true or false belongs, a text where a list does, quotation
    marks around a number), the registry does not start: `configuration error: error parsing`. The same goes for an item
    of a list that is not there, and for storage.maintenance.readonly, which is a mapping and not true or false.

    Correct the value: true and false and numbers without quotation marks, lists in brackets.
    """
    for refused in config.refused:
        yield _finding(refused)
    if not config.refused:
        yield Pass("every variable has a value that the registry takes")


def _finding(refused: RefusedVariable) -> Fail:
    name = refused.variable.name
    return Fail(
        f"The registry does not start: {refused.problem}",
        remedy=_remedy(name),
        evidence=(refused.variable.quote(),),
        resource=name,
        failure_modes=(_mode(name, refused.problem),),
    )


def _mode(name: str, problem: str) -> str:
    if any(part in name for part in _MAINTENANCE):
        return "GC-07"
    if "HEADERS" in name:
        return "CFG-10"
    if name.endswith(("LOGLEVEL", "LOG_LEVEL")):
        return "CFG-07"
    return "CFG-16" if name.startswith("REGISTRY_STORAGE_REDIRECT") and "true or false" in problem else "CFG-08"


def _remedy(name: str) -> Remedies:
    why = f"Correct the value of {name}, or take the variable away."
    example: tuple[str, ...] = ()
    if name.endswith(_MAINTENANCE):
        # Below READONLY a further part of the name would be a mapping of another Go type, which 2.x does not take.
        example = (f"{name}={{enabled: true}}",)
    elif "HEADERS_" in name:
        example = (f"{name}=[nosniff]",)
    return {
        Dialect.PLAIN: Remedy(f"{why} Then restart the registry.", example),
        Dialect.OMNIBUS: Remedy(f"{why} It is set in registry['env'] in /etc/gitlab/gitlab.rb.", (RECONFIGURE,)),
        Dialect.COMPOSE: Remedy(f"{why} Then run the command.", (*example, "docker compose up -d")),
    }
