"""NOT-05, HA-05: a span of time without its unit, which the registry takes for nanoseconds, or not at all."""

from collections.abc import Iterator, Sequence

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.distribution.duration_settings import DURATIONS
from regdoctor.evidence.product import Product
from regdoctor.formats.durations import seconds
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_MEANT_AS_NANOSECONDS = 1_000_000
"""From here on a bare number may be nanoseconds on purpose: a millisecond and more, as a program may write it."""
_SECONDS_BELOW = 100
"""A bare number below this is meant as seconds, from it on as milliseconds (`timeout: 500`)."""


@check(
    title="Every span of time has its unit",
    severity=Severity.ERROR,
    failure_modes=("NOT-05", "HA-05", "RED-05"),
    symptoms=("into time.Duration", "timeout=500ns", "Draining connections for 60ns"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#endpoints",
)
def duration_without_unit(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """The registry reads spans of time as Go does: a number with its unit, such as 500ms, 10s, 1m30s or 24h.

    A bare number is nanoseconds, and nothing warns of it. With `timeout: 500` each delivery of a notification is given
    up after 500 nanoseconds, before it was sent; with `dialtimeout: 10` Redis is never reached; with `draintimeout: 60`
    the registry cuts running uploads as soon as it is told to stop; with `interval: 10` the health check asks the
    storage without a pause. (GitLab's administration page shows such bare numbers in its example for installations
    from source.) A number in quotes, or a unit that Go does not have, such as 7d, is refused: the registry does not
    start, and says `cannot unmarshal !!str` and `into time.Duration`. Only 0 needs no unit.

    Write the unit behind the number, and restart the registry.
    """
    found = [
        (path, value)
        for path, readers in DURATIONS.items()
        if product.must_be(*readers)
        for value in _values(config.tree, path.split("."))
    ]
    outcomes: list[Outcome] = [outcome for path, value in found if (outcome := _judge(path, value)) is not None]
    yield from outcomes or [Pass(f"{len(found)} spans of time, each with its unit")]


def _values(here: Located | None, path: Sequence[str]) -> Iterator[Located]:
    """Every value at the path, where `*` stands for each item of a list."""
    if here is None:
        return
    if not path:
        yield here
    elif path[0] == "*":
        for item in here.items():
            yield from _values(item, path[1:])
    else:
        yield from _values(here.at(path[0]), path[1:])


def _judge(path: str, value: Located) -> Fail | None:
    written = value.decided().value
    if written is None or value.text() is None:
        return None
    if isinstance(written, bool | str):
        text = value.text() or ""
        if isinstance(written, str) and seconds(text.removeprefix("-")) is not None:
            return None
        return Fail(
            f'{value.name} is "{shown(value)}", which is no span of time for Go: the registry does not start',
            evidence=(value.quote(),),
            resource=value.name,
            severity=Severity.CRITICAL,
            failure_modes=_modes(path),
            remedy=change(_setting(path, value), _with_unit(path, text), "Write a number with its unit.", now=value),
        )
    if not isinstance(written, int | float) or not 0 < written < _MEANT_AS_NANOSECONDS:
        return None  # negative ones switch a limit off (go-redis), or have a meaning of their own (gc.reviewafter)
    return Fail(
        f"{value.name} is {value.text()} without a unit, which is {value.text()} nanoseconds",
        evidence=(value.quote(),),
        resource=value.name,
        severity=Severity.WARNING if path.endswith("draintimeout") else None,
        failure_modes=_modes(path),
        remedy=change(
            _setting(path, value),
            _with_unit(path, str(int(written))),
            "Write the unit behind the number; look whether this is the one that was meant.",
            now=value,
        ),
    )


def _modes(path: str) -> tuple[str, ...]:
    if path == "http.draintimeout":
        return ("NOT-05", "HA-05")
    return ("NOT-05", "RED-05") if path.startswith("redis.") else ("NOT-05",)


def _setting(path: str, value: Located) -> str:
    """The path with the item's number in the place of `*`, taken from the value's own name."""
    number = next((part for part in value.name.replace("[", ".").replace("]", "").split(".") if part.isdigit()), "0")
    return path.replace("*", number)


def _with_unit(path: str, text: str) -> str:
    digits = "".join(char for char in text if char.isdigit())
    number = int(digits) if digits.isascii() and 0 < len(digits) < 10 else 10
    if text.endswith("d"):
        return f"{number * 24}h"
    return f"{number}s" if number < _SECONDS_BELOW or path.endswith(("draintimeout", "ttl")) else f"{number}ms"
