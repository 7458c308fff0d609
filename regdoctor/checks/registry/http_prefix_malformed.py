"""CFG-12 kin: the path below which the registry serves does not begin with a slash, so it serves nothing."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change


@check(
    title="The registry serves below the path that http.prefix names",
    severity=Severity.ERROR,
    failure_modes=("CFG-12",),
    symptoms=("404 page not found",),
    explains=("registry_unreachable", "not_a_registry"),
    reference="https://distribution.github.io/distribution/about/configuration/#http",
)
def http_prefix_malformed(config: RegistryConfig) -> Outcome:
    """http.prefix is a path such as /my/nested/, below which the registry serves instead of below /.

    It must begin with a slash. Without one the registry starts and says nothing of it, and answers every request, /v2/
    included, with `404 page not found`. A slash at its end makes no difference.

    Begin the path with a slash, and restart the registry.
    """
    prefix = config.at("http", "prefix")
    text = prefix.text() if prefix is not None else None
    if prefix is None or not text:
        return Skip("the registry serves below /")
    if text.startswith("/"):
        return Pass(f"the registry serves below {text}")
    return _finding(prefix, text)


def _finding(prefix: Located, text: str) -> Fail:
    return Fail(
        f'{prefix.name} is "{shown(prefix)}", without a slash at its beginning: the registry answers 404 to everything',
        evidence=(prefix.quote(),),
        resource=prefix.name,
        remedy=change("http.prefix", f"/{text}", "Begin the path with a slash.", now=prefix),
    )
