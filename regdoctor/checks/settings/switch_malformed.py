"""CFG-08 kin: what is neither true nor false stands where the registry wants one of them, and it does not start."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.distribution.settings_schema import Path, known, ungrouped
from regdoctor.evidence.product import Product
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import quote_unknown, shown_unknown
from regdoctor.remedies import change

_S3_SWITCHES = frozenset(
    ("encrypt", "secure", "skipverify", "v4auth", "accelerate", "forcepathstyle", "usedualstack", "usefipsendpoint")
) | {"pathstyle", "parallelwalk"}
"""Parameters that FromParameters in registry/storage/driver/s3-aws/s3.go reads as booleans."""
_PARSED = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))
"""Texts that Go's strconv.ParseBool takes."""
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n"))
"""What YAML 1.1 takes for true or false where it stands without quotation marks."""
_MEANT_ON = ("t", "y", "on", "1")


@check(
    title="What is switched on or off is true or false",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-08",),
    symptoms=("into bool", "parameter should be a boolean"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def switch_malformed(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """A setting that is on or off takes true or false (or yes, no, on, off), without quotation marks.

    With a misspelt word, with a number, or with the word in quotation marks, the registry does not start: `cannot
    unmarshal !!str ... into bool`. The parameters of S3 take true and false in quotation marks as well, and nothing
    else: `the secure parameter should be a boolean`.

    Write true or false, and restart the registry.
    """
    found = [_finding(path, value) for path, value in config.tree.walk() if _is_malformed(path, value, product)]
    yield from found or (Pass("every switch is true or false"),)


def _is_malformed(path: Path, value: Located, product: Product) -> bool:
    if not path or value.value is None or isinstance(value.value, Computed | bool):
        return False
    setting = known(path, product.generation, product.version)
    if setting is None or len(setting.path) != len(path):
        return False
    if ungrouped(path)[:2] == ("storage", "s3") and len(path) == 3 and path[2] in _S3_SWITCHES:
        return not (isinstance(value.value, str) and value.value in _PARSED)
    if setting.kind != "bool" or value.place.layer == "environment":
        return False  # variables with a value of another type are told by variable_refused
    # Templates of Omnibus and of the chart write texts without quotation marks, which then count as what they say.
    return value.name == ".".join(path) or (value.text() or "").lower() not in _WORDS


def _finding(path: Path, value: Located) -> Fail:
    text = value.text()
    section = "a mapping" if isinstance(value.value, Mapping) else "a list"
    told = section if text is None else f'"{shown_unknown(value)}"'
    on = (text or "").strip().lower().startswith(_MEANT_ON)
    return Fail(
        f"{value.name} is {told}, neither true nor false: the registry does not start",
        evidence=(quote_unknown(value),),
        resource=value.name,
        remedy=change(
            ".".join(path), on, "Write true or false; look whether this is the one that was meant.", now=value
        ),
    )
