"""GC-01: a variable of a Compose list is written with spaces around the sign, so that its name ends in one."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.distribution.setting_variables import setting_of
from regdoctor.evidence.containers import in_containers, none_found
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Variable
from regdoctor.formats.shown_values import quote_unknown
from regdoctor.injection import Absent


@check(
    title="The variables of the registry have no spaces in their names",
    severity=Severity.ERROR,
    failure_modes=("GC-01",),
    symptoms=("The operation is unsupported.",),
    explains=("redirect_switch_malformed", "delete_disabled"),
    reference="https://github.com/distribution/distribution/issues/2959",
)
def variable_with_spaces(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> Iterator[Outcome]:
    """In a list of variables everything before the equals sign is the name, spaces too.

    `- REGISTRY_STORAGE_DELETE_ENABLED = true` sets a variable whose name ends with a space. The registry knows none of
    that name and says nothing: the setting keeps its default, and deleting answers 405 with `The operation is
    unsupported`.

    Remove the spaces around the equals sign, and start the service anew.
    """
    found = in_containers(compose, unit)
    if not found:
        yield none_found(compose, unit)
    for registry in found:
        spaced = [one for one in registry.service.variables if _is_spaced(one)]
        for variable in spaced:
            yield _fail(registry.service, variable)
        if not spaced:
            yield Pass(f"{registry.service.name}: {len(registry.service.variables)} variables")


def _is_spaced(variable: Variable) -> bool:
    return variable.name != variable.name.strip() and variable.name.strip().startswith("REGISTRY_")


def _fail(service: ContainerService, variable: Variable) -> Fail:
    name, value = variable.name.strip(), variable.located()
    said = (quote_unknown(value) if setting_of(name) is None else value.quote()).quote
    shown = said.partition(": ")[2].strip()
    right = f"{name}={shown}" if not shown.startswith(("[redacted", "…")) and "\n" not in shown else f"{name}="
    text = f"In the variables of {service.name}, without the spaces"
    return Fail(
        f"{name} is written with a space before the equals sign: that is another variable, which nothing reads",
        evidence=(Quote(variable.place.source, f"{variable.name}= {shown}", variable.place.line),),
        resource=name,
        remedy={
            Dialect.COMPOSE: Remedy(f"{text}, then start it anew:", (f"- {right}", "docker compose up -d")),
            Dialect.PLAIN: Remedy(f"{text}:", (right,)),
        },
    )
