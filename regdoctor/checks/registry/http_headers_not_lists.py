"""CFG-10: a header whose value is not a list."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, check
from regdoctor.formats.config_layers import is_mapping, is_variable
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret


@check(
    title="Every header is a list of texts",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-10",),
    symptoms=("into []string", "into http.Header"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#headers",
)
def http_headers_not_lists(config: RegistryConfig) -> Iterator[Outcome]:
    """A header may occur more than once, so the registry wants a list of values for each, also for a single one.

    That holds for http.headers, for the headers of each endpoint of notifications, and for those of health.http. A
    bare text there is no warning: the registry does not start, and says `cannot unmarshal !!str` with the value and
    `into []string`. Quoting does not help. It happens most with variables such as
    REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin, whose value is YAML and must have the brackets, too.

    Put the value in square brackets, and restart the registry.
    """
    wrong = [found for section in _sections(config) for found in _not_lists(section)]
    if not wrong:
        yield Pass("every header is a list")
    for value in wrong:
        yield Fail(
            f"{value.name} is {_kind(value)}, where the registry wants a list: it does not start",
            evidence=(value.quote(),),
            resource=value.name,
            remedy=_remedies(value),
        )


def _sections(config: RegistryConfig) -> Iterator[Located]:
    """Each mapping of headers: fields of the type http.Header in configuration/configuration.go."""
    endpoints = config.at("notifications", "endpoints")
    probes = config.at("health", "http")
    owners = [config.at("http"), *(endpoints.items() if endpoints else ()), *(probes.items() if probes else ())]
    for owner in owners:
        headers = owner.at("headers") if owner is not None else None
        if headers is not None and headers.decided().value is not None:
            yield headers


def _not_lists(headers: Located) -> Iterator[Located]:
    if not is_mapping(headers):
        yield headers
    for value in headers.entries().values():
        is_list = isinstance(value.decided().value, tuple)
        nested = any(is_mapping(item) or isinstance(item.value, tuple) for item in value.items())
        if (not is_list and value.value is not None) or nested:
            yield value


def _kind(value: Located) -> str:
    if is_mapping(value):
        return "a mapping"
    return "a list of other things than texts" if isinstance(value.value, tuple) else "a single value"


def _remedies(value: Located) -> Remedies:
    text = value.text()
    written = f'["{text}"]' if text is not None and not isinstance(value.value, Secret) and '"' not in text else None
    where = f"in {value.place.source}" if is_variable(value) else "in config.yml"
    plain = Remedy(
        f"Put the value of {value.name} into square brackets {where}, and restart the registry.",
        () if written is None or not is_variable(value) else (f"{value.name}={written}",),
    )
    if written is not None and not is_variable(value):
        header = value.name.rpartition(".")[2]
        plain = Remedy(f"{plain.text[:-1]}:", (f"{header}: {written}",))
    return {
        Dialect.PLAIN: plain,
        Dialect.OMNIBUS: Remedy(
            "Write the value in square brackets in /etc/gitlab/gitlab.rb: as an array of texts in "
            "registry['notifications'], or inside the quotes of a variable in registry['env']. Then reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.COMPOSE: Remedy(
            f"Put the value of {value.name} into square brackets, the whole in single quotes where it is a variable of "
            "the service, then run the command.",
            ("docker compose up -d",),
        ),
    }
