"""CFG-16: storage.redirect without its switch, or with one that is not true or false."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.config_layers import is_chart_value, is_mapping
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change


@check(
    title="storage.redirect.disable is true or false",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-16",),
    symptoms=(
        "invalid type for redirect config:",
        "for 'storage.redirect.disable' (boolean)",
        "cannot unmarshal !!map into string",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#redirect",
)
def redirect_switch_malformed(config: RegistryConfig, product: Product) -> Outcome:
    """storage.redirect.disable says whether clients are sent to the bucket for layers (false) or not (true).

    It must be true or false without quotes: with "true" distribution panics, `invalid type for redirect config`, and
    GitLab's registry stops with `invalid type string for 'storage.redirect.disable' (boolean)`. Distribution also
    panics where there is a section redirect without disable in it, such as an empty one, or one with the misspelt keys
    disabled and enable; GitLab's registry takes that for false.

    Write `disable: true` or `disable: false` below redirect, without quotes, and restart the registry.
    """
    redirect = config.at("storage", "redirect")
    if redirect is None:
        return Pass("the default: clients are sent to the bucket")
    if not is_mapping(redirect) and redirect.value is not None:
        return _fail(redirect, f"{redirect.name} is a single value and not a mapping")
    disable = redirect.at("disable")
    if disable is not None and disable.switch() is not None:
        return Pass(f"{disable.name}: {disable.text()}")
    if disable is not None and disable.value is not None:
        return _fail(disable, f'{disable.name} is "{shown(disable)}", and not true or false')
    if product.must_be(Generation.GITLAB) or is_chart_value(redirect):
        return Pass("clients are sent to the bucket")
    if product.may_be(Generation.GITLAB):
        return Unknown(f"distribution does not start without storage.redirect.disable here; {product.reason}")
    keys = ", ".join(redirect.entries())
    return _fail(redirect, f"{redirect.name} has no disable" + (f", but {keys}" if keys else ""))


def _fail(value: Located, problem: str) -> Fail:
    text = (value.text() or "").lower()
    return Fail(
        f"{problem}: the registry does not start",
        evidence=(value.quote(),),
        resource="storage.redirect.disable",
        remedy=change(
            "storage.redirect.disable",
            text in ("true", "yes", "on", "1"),
            "Write true (layers come through the registry) or false (from the bucket), without quotes.",
        ),
    )
