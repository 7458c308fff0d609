"""CFG-05: config.yml says no version, or another than 0.1."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown


@check(
    title="config.yml says version 0.1",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-05",),
    symptoms=(
        'unsupported version: "',
        "strconv.ParseUint: parsing",
        "index out of range [1] with length 1 [recovered]",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#version",
)
def version_unsupported(config: RegistryConfig) -> Outcome:
    """The first thing that a registry reads of config.yml is the version of its format, and only 0.1 exists.

    It is the version of the format, not that of the registry. Without it, or with another one, every registry of
    distribution and of GitLab refuses to start: `unsupported version: ""`; a number without a dot, such as 1, even
    makes it panic with `index out of range`. The variable REGISTRY_VERSION does not help, as the version is looked at
    before the environment.

    Write `version: 0.1` as the first line of config.yml, and restart the registry.
    """
    version = config.at("version")
    if version is None and not holds_file(config):
        return Skip("config.yml itself is not seen here, only the environment of the registry")
    said = version.text() if version is not None else None
    if said == "0.1":
        return Pass("version 0.1")
    words = f'says version "{shown(version)}"' if said is not None else "says no version"
    return Fail(
        f"{config.source} {words}; the registry takes 0.1 alone, and does not start",
        evidence=(version.quote() if version is not None else Quote(config.source, "no version"),),
        resource="version",
        remedy=_REMEDIES,
    )


_REMEDIES: Remedies = {
    Dialect.PLAIN: Remedy(
        "Write this line at the top of config.yml in place of any other version, and restart the registry:",
        ("version: 0.1",),
    ),
    Dialect.OMNIBUS: Remedy(
        "config.yml was changed by hand: have it written anew, and restart the registry.",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    ),
    Dialect.COMPOSE: Remedy(
        "Write `version: 0.1` at the top of the config.yml that is mounted into the registry's service (a variable "
        "cannot set it), then run the command.",
        ("docker compose restart",),
    ),
}
