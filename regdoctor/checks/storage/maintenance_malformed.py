"""GC-07: storage.maintenance in a form that the registry does not take."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, check
from regdoctor.formats.config_layers import is_chart_value, is_mapping, made_by_deeper_variable
from regdoctor.formats.durations import seconds
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import RECONFIGURE

_READONLY, _PURGING = "storage.maintenance.readonly", "storage.maintenance.uploadpurging"
_OFF = ("false", "no", "off", "0")
_READONLY_BLOCK = "storage:\n  maintenance:\n    readonly:\n      enabled: {}"
_PURGING_BLOCK = (
    "storage:\n  maintenance:\n    uploadpurging:\n      enabled: {}\n      age: 168h\n      interval: 24h\n"
    "      dryrun: false"
)


@check(
    title="storage.maintenance is written as the registry takes it",
    severity=Severity.CRITICAL,
    failure_modes=("GC-07",),
    symptoms=(
        "readonly config key must contain additional keys",
        "readonly's enabled config key must have a boolean value",
        "uploadpurging config key must contain additional keys",
        "Unable to parse upload purge configuration",
        "cannot unmarshal !!map into string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#maintenance",
)
def maintenance_malformed(config: RegistryConfig) -> Iterator[Outcome]:
    """readonly and uploadpurging are mappings, and the registry is strict about what is in them.

    `readonly: true` makes it panic, `readonly config key must contain additional keys`: it wants `enabled: true` one
    level deeper, without quotes. uploadpurging either is not there at all, or has `enabled: false`, or has age,
    interval and dryrun together: `Unable to parse upload purge configuration: age missing`. Age and interval have
    a unit that Go knows (168h; it has no days), dryrun is true or false. A quoted "false" in enabled counts as on.

    A variable for a single key does not work here: REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=true makes the
    registry panic as above, or is ignored where config.yml has the section. The whole section in one variable does.

    Write the section as a mapping with all of its keys, and restart the registry.
    """
    maintenance = config.at("storage", "maintenance")
    if maintenance is None or maintenance.decided().value is None:
        yield Pass("nothing is set")
        return
    if not is_mapping(maintenance):
        yield _fail(maintenance, "is a single value and not a mapping", _READONLY, "true")
        return
    outcomes: list[Outcome] = [*_readonly(maintenance.at("readonly")), *_purging(maintenance.at("uploadpurging"))]
    yield from outcomes or [Pass("readonly and uploadpurging are well-formed")]


def _readonly(readonly: Located | None) -> Iterator[Fail]:
    if readonly is None:
        return
    wanted = _wanted(readonly)
    if not is_mapping(readonly):
        yield _fail(readonly, "is a single value and not a mapping", _READONLY, wanted)
    elif made_by_deeper_variable(readonly, _READONLY):
        yield _fail(next(iter(readonly.entries().values())), "is set by a variable of its own", _READONLY, wanted)
    else:
        enabled = readonly.at("enabled")
        if enabled is not None and enabled.switch() is None:
            yield _fail(enabled, f'is "{shown(enabled)}", and not true or false', _READONLY, wanted)


def _purging(purging: Located | None) -> Iterator[Fail]:
    if purging is None:
        return
    wanted = _wanted(purging)
    if not is_mapping(purging):
        yield _fail(purging, "is a single value and not a mapping", _PURGING, wanted)
        return
    if made_by_deeper_variable(purging, _PURGING):
        yield _fail(next(iter(purging.entries().values())), "is set by a variable of its own", _PURGING, wanted)
        return
    enabled = purging.at("enabled")
    if enabled is not None and enabled.switch() is False:
        return
    for key, form in (("age", "a time such as 168h"), ("interval", "a time such as 24h"), ("dryrun", "true or false")):
        value = purging.at(key)
        if (value is None and not is_chart_value(purging)) or (value is not None and not _fits(key, value)):
            problem = "is not set" if value is None else f'is "{shown(value)}", and not {form}'
            yield _fail(value or purging, problem, _PURGING, wanted, key=key if value is None else "")
    if enabled is not None and (enabled.text() or "").lower() in _OFF[:3]:
        yield _fail(enabled, f'is the text "{enabled.text()}", which counts as on', _PURGING, "false", Severity.WARNING)


def _wanted(section: Located) -> str:
    """What the section is most likely to say: what stands in its place, or in its `enabled`; else on."""
    said = section.at("enabled")
    text = (said or section).text() or ("off" if said is not None else "")
    return "false" if text.strip().lower() in _OFF else "true"


def _fits(key: str, value: Located) -> bool:
    written = value.decided().value
    if key == "dryrun":
        return isinstance(written, bool)
    return isinstance(written, str) and seconds(written.removeprefix("-")) is not None


def _fail(
    value: Located, problem: str, setting: str, wanted: str, severity: Severity | None = None, *, key: str = ""
) -> Fail:
    """The finding; `key` is what is missing in `value`."""
    name = f"{value.name}.{key}" if key else value.name
    end = "uploads are purged" if severity else "the registry does not start"
    said = Quote(value.place.source, f"{value.name} without {key}", value.place.line) if key else value.quote()
    return Fail(
        f"{name} {problem}: {end}",
        evidence=(said,),
        resource=name,
        severity=severity,
        remedy=_remedies(value.name, setting, wanted),
    )


def _remedies(name: str, setting: str, wanted: str) -> Remedies:
    block = (_READONLY_BLOCK if setting == _READONLY else _PURGING_BLOCK).format(wanted)
    variable = "REGISTRY_" + setting.upper().replace(".", "_")
    more = "" if setting == _READONLY else ', "age": "168h", "interval": "24h", "dryrun": false'
    value = f'{{"enabled": {wanted}{more}}}'
    ruby = value.replace('": ', '" => ')
    key = setting.rpartition(".")[2]
    return {
        Dialect.PLAIN: Remedy("Write the whole section in config.yml, and restart the registry:", (block,)),
        Dialect.OMNIBUS: Remedy(
            "Write the whole section in /etc/gitlab/gitlab.rb, below the line that sets registry['storage'], and no "
            "variable for a single key of it in registry['env']. Then reconfigure:",
            (f"registry['storage']['maintenance'] = {{ \"{key}\" => {ruby} }}", RECONFIGURE),
        ),
        Dialect.HELM: Remedy(
            "Write the whole section in the values of the release:",
            (f"helm upgrade gitlab gitlab/gitlab --reuse-values --set-json 'registry.maintenance.{key}={value}'",),
        ),
        Dialect.COMPOSE: Remedy(
            f"Write the whole section as one variable of the registry's service, in the place of {name}, then "
            "`docker compose up -d`:",
            (f"{variable}: '{value}'",),
        ),
    }
