"""CFG-07: a log level that the registry does not know."""

import difflib
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_LEVELS = ("error", "warn", "info", "debug")
"""Loglevel.UnmarshalYAML in configuration/configuration.go of distribution 2.8 and 3.x."""
_GITLABS_OWN = "trace"
"""A further one of GitLab's registry (logLevels in its configuration.go)."""
_MEANT = {"warning": "warn", "err": "error", "fatal": "error", "panic": "error", "critical": "error", "trace": "debug"}


@check(
    title="The log level is one that the registry knows",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-07",),
    symptoms=("Must be one of [error, warn, info, debug]", "invalid log level"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#log",
)
def log_level_invalid(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """log.level is error, warn, info or debug, in small or capital letters; GitLab's registry knows trace as well.

    Anything else, `warning` included, is not ignored: the registry does not start. Distribution says `invalid loglevel
    warning Must be one of [error, warn, info, debug]`, GitLab's registry `invalid log level "warning", must be one of`
    and its list. The older `loglevel` at the top level is read in the same way, even where log.level is set, too.

    Write one of the levels, and restart the registry.
    """
    said = [level for level in (config.at("log", "level"), config.at("loglevel")) if level is not None]
    wrong = [level for level in said if level.text() is not None and (level.text() or "").lower() not in _LEVELS]
    if not wrong:
        yield Pass(", ".join(f"{level.name}: {level.text()}" for level in said))
    for level in wrong:
        yield _judge(level, product)


def _judge(level: Located, product: Product) -> Outcome:
    text = level.text() or ""
    levels: tuple[str, ...] = _LEVELS
    if text.lower() == _GITLABS_OWN and product.may_be(Generation.GITLAB):
        if product.must_be(Generation.GITLAB):
            return Pass(f"{level.name}: {text}")
        return Unknown(
            f"GitLab's registry knows the level {text}, distribution does not start with it; {product.reason}"
        )
    if product.must_be(Generation.GITLAB):
        levels = (*_LEVELS, _GITLABS_OWN)
    nearest = _nearest(text)
    return Fail(
        f'{level.name} is "{shown(level)}", which is none: the registry does not start. It knows {", ".join(levels)}',
        evidence=(level.quote(),),
        resource=level.name,
        remedy=change(
            "log.level", nearest, f"Set the level {nearest}, or another one that the registry knows.", now=level
        ),
    )


def _nearest(text: str) -> str:
    near = difflib.get_close_matches(text.lower(), _LEVELS, 1)
    return _MEANT.get(text.lower()) or (near[0] if near else "info")
