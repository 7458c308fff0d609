"""CFG-04, CFG-09, AUTH-26, S3-01, RED-02: a REGISTRY_* variable that does nothing."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.distribution.nearest_setting import nearest
from regdoctor.distribution.setting_variables import setting_of, variable_of
from regdoctor.distribution.settings_needless import why_needless
from regdoctor.distribution.settings_schema import Path, children, known, readers_of
from regdoctor.evidence.product import Product
from regdoctor.formats.located import Located
from regdoctor.formats.misspelt_secrets import quote_as_meant
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import RECONFIGURE

_OF_OTHERS = re.compile(r"REGISTRY_(?:SERVICE_(?:HOST|PORT.*)|PORT(?:_\d+_.*)?|CONFIGURATION_PATH)")
"""What Kubernetes sets in every container beside a service called `registry`, and what names the file itself."""
_CREDENTIAL = re.compile(r"SECRET|PASSWORD|ACCESS_?KEY|ACCOUNT_?KEY|ISSUER|ROOTCERT|REALM")


@check(
    title="Every REGISTRY_* variable has an effect",
    severity=Severity.WARNING,
    failure_modes=("CFG-04", "CFG-09", "AUTH-26", "S3-01", "RED-02"),
    symptoms=("Ignoring unrecognized environment variable", "NoCredentialProviders: no valid providers in chain"),
    explains=("s3_credentials_missing", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def variable_ignored(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """A variable is named REGISTRY_ and then the path of a setting, an underscore for each level, all in upper case.

    A name that fits no setting is passed over. In most sections the log has a line, `Ignoring unrecognized environment
    variable`; below storage and auth there is none, since these take any key: REGISTRY_STORAGE_S3_ACCESS_KEY makes a
    parameter `access` with a `key` in it, and the registry has no credentials (`NoCredentialProviders`).
    Keys that hold an underscore themselves cannot be set by a variable, nor single items of a list in distribution 2.
    A few names differ from their keys: REGISTRY_HEALTH_FILECHECKERS sets health.file, and distribution 3.0 wants
    REGISTRY_REDIS_OPTIONS_ADDRS for redis.addrs.

    Rename the variable as the finding says, or put the setting into config.yml.
    """
    # To look for the nearest name takes a moment for each: of thousands of variables the first tell what is wrong.
    found = tuple(islice(chain(_ignored(config, product), _lost(config, product)), _MOST + 1))
    yield from found[:_MOST] or (Pass("every variable sets something"),)
    if len(found) > _MOST:
        yield Unknown(f"more than {_MOST} variables are without effect; the rest of them was not looked at")


_MOST = 50
"""Variables that are told."""


def _ignored(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    for item in config.ignored:
        if item.variable.name != item.variable.name.strip():
            continue  # blanks in a name: variable_with_spaces tells
        if _OF_OTHERS.fullmatch(item.variable.name.upper()):
            continue
        instead = item.instead or _nearest_field(item.variable.name, product)
        if not item.section and instead is None:
            continue
        if not item.certain:
            name = item.variable.name
            yield Unknown(f"{name} sets an item of a list, which needs distribution 3 or GitLab's registry")
            continue
        others = _known_elsewhere(setting_of(item.variable.name), product)
        found = _finding(item.variable, f"has no effect: {others or item.reason}", instead, product)
        yield replace(found, remedy=_take_away(item.variable)) if others and instead is None else found


def _known_elsewhere(path: Path | None, product: Product) -> str | None:
    """That another product or version knows the setting, or why this one needs none; None where nobody does."""
    if path is None or product.generation is None or known(path, product.generation, product.version) is not None:
        return None
    needless = why_needless(path, product.generation)
    if needless is not None:
        return f"{product.words()} has no {'.'.join(path)}: {needless}"
    readers = readers_of(path)
    verb = "do" if " and " in readers.replace(" and later", "") else "does"
    return f"{product.words()} knows no {'.'.join(path)}; {readers} {verb}" if readers else None


def _nearest_field(name: str, product: Product) -> str | None:
    """The variable with the nearest name; None where none is near."""
    upper = name.upper()
    parts = upper.split("_")[1:]
    if name != upper and known(tuple(part.lower() for part in parts), product.generation, product.version):
        return upper
    sections = {section.replace("_", "").upper(): section for section in children((), product.generation)}
    if len(parts) < 2:
        return None
    section = difflib.get_close_matches(parts[0], sections, 1, 0.8)
    if not section:
        return None
    path = (sections[section[0]], *(part.lower() for part in parts[1:]))
    if section[0] != parts[0] and known(path, product.generation, product.version):
        return variable_of(".".join(path))
    near = _near_path(path, product)
    found = variable_of(near) if near else None
    return found if found != name else None


def _near_path(path: Path, product: Product) -> str | None:
    """The setting that is meant: the last parts of the name may be one key, cut by underscores."""
    for start in range(len(path) - 1, 0, -1):
        section = path[:start]
        if start > 1 and known(section, product.generation, product.version) is None:
            continue
        if start == 1 and section[0] in ("storage", "auth"):
            return None  # any name is a driver's there, so that what was cut by underscores cannot be put together
        if why_needless(path[: start + 1], product.generation):
            return None
        near = nearest((*section, "".join(path[start:])), product.generation, product.version)
        joined = (*section, "".join(path[start:]).strip())
        if known(joined, product.generation, product.version):
            return ".".join(joined)
        if near:
            return near
    return None


def _lost(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """The variables that set a parameter which no driver and no way to authenticate has."""
    told: set[str] = set()
    for path, value in config.tree.walk():
        is_parameter = len(path) > 2 and path[0] in ("storage", "auth") and value.place.layer == "environment"
        if not is_parameter or value.name in told or known(path, product.generation, product.version) is not None:
            continue
        if known(path[:2], product.generation, product.version) is None:
            continue  # another product's driver: the registry stops, which is another finding
        others = _known_elsewhere(path, product)
        parameter = f"{'.'.join(path[:2])} has no parameter {'.'.join(path[2:])}"
        where = f"has no effect: {others or parameter}"
        for variable in config.overrides:
            whole = _below(variable, path) if variable.name == variable.name.strip() else None
            if whole is not None and variable.name not in told:
                told.add(variable.name)
                near = _near_path(whole, product)
                fail = _finding(variable, where, variable_of(near) if near else None, product, near)
                yield replace(fail, remedy=_take_away(variable)) if others and near is None else fail
        if value.name not in told and _is_inside(value, config):
            told.add(value.name)
            near = nearest(path, product.generation, product.version)
            yield _finding(value, where, near, product, near)


def _below(variable: Located, path: Path) -> Path | None:
    """The whole path that the variable's name leads to, where that is `path` or below it; else None."""
    told, wanted = variable.name.lower().partition("_")[2], "_".join(path).lower()
    if told != wanted and not told.startswith(f"{wanted}_"):
        return None
    return (*path[:2], *told.removeprefix("_".join(path[:2]).lower() + "_").split("_"))


def _is_inside(value: Located, config: RegistryConfig) -> bool:
    """Whether it stands in a mapping that is a variable's value."""
    return any(value.name.startswith(f"{variable.name}.") for variable in config.overrides)


def _finding(variable: Located, reason: str, instead: str | None, product: Product, meant: str | None = None) -> Fail:
    end = f"; did you mean {instead}?" if instead else ""
    serious = _CREDENTIAL.search(variable.name.upper()) is not None
    return Fail(
        f"{variable.name} {reason}{end}",
        remedy=_remedy(variable, instead),
        evidence=(quote_as_meant(variable, meant), *_of_product(product, instead)),
        resource=variable.name,
        severity=Severity.ERROR if serious else None,
        failure_modes=_modes(variable.name, instead),
    )


def _of_product(product: Product, instead: str | None) -> tuple[Quote, ...]:
    return product.evidence if instead and "OPTIONS" in instead else ()


def _modes(name: str, instead: str | None) -> tuple[str, ...]:
    if name.startswith("REGISTRY_REDIS"):
        return ("RED-02",) if instead and "OPTIONS" in instead else ("CFG-04",)
    if name.startswith("REGISTRY_AUTH"):
        return ("AUTH-26",)
    if name.startswith("REGISTRY_STORAGE_S3") and _CREDENTIAL.search(name):
        return ("S3-01", "CFG-04")
    variable = name.partition(".")[0]
    return ("CFG-04",) if variable == variable.upper() else ("CFG-09",)


def _remedy(variable: Located, instead: str | None) -> Remedies:
    if instead is None:
        return _acting(f"Take {variable.name} away, or set it in config.yml")
    return _acting(f"Rename {variable.name} to {instead}")


def _take_away(variable: Located) -> Remedies:
    """Where config.yml would not help either."""
    return _acting(f"Take {variable.name} away")


def _acting(act: str) -> Remedies:
    return {
        Dialect.PLAIN: Remedy(f"{act}, and restart the registry."),
        Dialect.OMNIBUS: Remedy(f"{act}; it is in registry['env'] in /etc/gitlab/gitlab.rb.", (RECONFIGURE,)),
        Dialect.COMPOSE: Remedy(f"{act}, and run the command.", ("docker compose up -d",)),
    }
