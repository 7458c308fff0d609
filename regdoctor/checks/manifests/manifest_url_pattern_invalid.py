"""MAN-07: a pattern for the addresses of foreign layers that Go does not take."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.formats.go_regexp import fault
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown


@check(
    title="The patterns for addresses in manifests are regular expressions",
    severity=Severity.CRITICAL,
    failure_modes=("MAN-07",),
    symptoms=(
        "validation.manifests.urls.allow: error parsing regexp",
        "validation.manifests.urls.deny: error parsing regexp",
        "into []string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#validation",
)
def manifest_url_pattern_invalid(config: RegistryConfig) -> Iterator[Outcome]:
    """validation.manifests.urls holds two lists of regular expressions: which addresses a pushed manifest may name.

    They are Go's regular expressions, without look-ahead, look-behind and back-references, and not the patterns of a
    shell: `*.example.com` is none. The registry compiles them at its start and panics where one is broken:
    `validation.manifests.urls.allow: error parsing regexp: missing argument to repetition operator`. A single text in
    the place of a list is refused as well. With validation.disabled: true nobody looks at them.

    Mend the pattern, such as `^https://[^/]*\\.example\\.com/`, keep it in a list, and restart the registry.
    """
    switches = (config.at("validation", key) for key in ("enabled", "disabled"))
    enabled, disabled = (switch is not None and switch.switch() is True for switch in switches)
    lists = [found for key in ("allow", "deny") if (found := config.at("validation", "manifests", "urls", key))]
    if not lists:
        yield Skip("no patterns are configured")
        return
    outcomes = [*_not_lists(lists), *(_broken(lists) if enabled or not disabled else ())]
    yield from outcomes or [Pass("every pattern is a regular expression, or nobody looks at them")]


def _not_lists(lists: list[Located]) -> Iterator[Fail]:
    """Those that the YAML reader refuses, whether validation is on or not."""
    for value in lists:
        if value.decided().value is not None and not isinstance(value.value, tuple):
            yield _fail(value, "is not a list")


def _broken(lists: list[Located]) -> Iterator[Fail]:
    for value in lists:
        for pattern in value.items():
            problem = fault(pattern.text() or "")
            if problem is not None:
                yield _fail(pattern, f'is "{shown(pattern)}", which is no regular expression for Go ({problem})')


def _fail(value: Located, problem: str) -> Fail:
    return Fail(
        f"{value.name} {problem}: the registry does not start",
        evidence=(value.quote(),),
        resource=value.name,
        remedy=_REMEDIES,
    )


_BLOCK = "validation:\n  manifests:\n    urls:\n      allow:\n        - ^https://"
_REMEDIES: Remedies = {
    Dialect.PLAIN: Remedy(
        "Mend the pattern in config.yml, and restart the registry. This one allows every address by TLS:", (_BLOCK,)
    ),
    Dialect.HELM: Remedy(
        "Mend the pattern in the values of the release. This one allows every address by TLS:",
        (
            "helm upgrade gitlab gitlab/gitlab --reuse-values --set-json 'registry.validation.manifests.urls.allow=[\"^https://\"]'",
        ),
    ),
    Dialect.COMPOSE: Remedy(
        "Mend the pattern in the environment of the registry's service, then `docker compose up -d`. This one allows "
        "every address by TLS:",
        ("REGISTRY_VALIDATION_MANIFESTS_URLS_ALLOW: '[\"^https://\"]'",),
    ),
}
