"""AUTH-16: an option without which the registry does not set token authentication up."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import GITLAB_SERVICE
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.redaction import Secret
from regdoctor.remedies import change

_TEXTS = ("realm", "service", "issuer")
_MEANING = {
    "realm": "the URL where clients get their tokens; GitLab's is its own address with /jwt/auth behind it",
    "service": f"the audience of the tokens; GitLab's is {GITLAB_SERVICE}",
    "issuer": "who signs the tokens; GitLab's is registry.issuer of gitlab.yml",
    "rootcertbundle": "the file with the certificate of the key that signs the tokens",
}


@check(
    title="Token authentication has every option that it needs",
    severity=Severity.CRITICAL,
    failure_modes=("AUTH-16",),
    symptoms=("token auth requires a valid option string", "token auth requires a valid option bool: autoredirect"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def token_option_missing(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """auth.token needs realm, service, issuer and rootcertbundle, each of them a text.

    Where one is not there, is empty in YAML (null), or is a number, the registry does not start: `token auth requires a
    valid option string: "issuer"`. Distribution 3 takes a jwks file in place of rootcertbundle. The option autoredirect
    may be left out; where it is there it must be true or false, without quotes.

    Write the missing option, and restart the registry. In Omnibus all of them are written by `gitlab-ctl reconfigure`.
    """
    scheme = config.auth_scheme()
    if scheme is None or scheme[0] != "token":
        yield Skip("token authentication is not the one way that is configured")
        return
    token = scheme[1]
    if not holds_file(config) and not any(variable.name == "REGISTRY_AUTH" for variable in config.overrides):
        yield Skip("config.yml itself is not seen here, only the environment of the registry")
        return
    outcomes = [
        *(_fail(config, token, name) for name in _TEXTS if not _is_text(token.at(name))),
        *_trust(config, token, product),
        *_redirect(token),
    ]
    yield from outcomes or [Pass("realm, service, issuer and what to trust are set")]


def _is_text(value: Located | None) -> bool:
    """Whether it is one, or will be: GitLab's chart has rootcertbundle in a Kubernetes secret."""
    return value is not None and isinstance(value.value, str | Secret | Computed)


def _trust(config: RegistryConfig, token: Located, product: Product) -> Iterator[Outcome]:
    """Whether there is what to check signatures against. An empty text is for the check of that file."""
    jwks = token.at("jwks")
    instead = product.may_be(Generation.DISTRIBUTION_3) and jwks is not None and bool(jwks.text())
    if not _is_text(token.at("rootcertbundle")) and not instead:
        yield _fail(config, token, "rootcertbundle")


def _redirect(token: Located) -> Iterator[Outcome]:
    redirect = token.at("autoredirect")
    if redirect is None or redirect.switch() is not None:
        return
    yield Fail(
        f'{redirect.name} is "{shown(redirect)}", and not true or false: the registry does not start',
        evidence=(redirect.quote(),),
        resource=redirect.name,
        remedy=change("auth.token.autoredirect", False, "Write false, or true, without quotes.", now=redirect),
    )


def _fail(config: RegistryConfig, token: Located, name: str) -> Fail:
    value = token.at(name)
    problem = "is not set" if value is None or value.value is None else f"is no text ({shown(value) or 'a collection'})"
    said = (
        value.quote()
        if value is not None
        else Quote(token.place.source, f"auth.token without {name}", token.place.line)
    )
    return Fail(
        f"auth.token.{name} {problem}: the registry does not start",
        evidence=(said,),
        resource=f"auth.token.{name}",
        remedy=_remedies(config, name),
    )


def _remedies(config: RegistryConfig, name: str) -> Remedies:
    why = f"Set auth.token.{name}: {_MEANING[name]}."
    omnibus = Remedy(
        f"{why} Omnibus writes all options of auth.token: remove what replaces them from registry['env'] in "
        "/etc/gitlab/gitlab.rb, and reconfigure.",
        ("sudo gitlab-ctl reconfigure",),
    )
    realm = config.at("auth", "token", "realm")
    if name == "service" and realm is not None and (realm.text() or "").endswith("/jwt/auth"):
        return {**change("auth.token.service", GITLAB_SERVICE, why), Dialect.OMNIBUS: omnibus}
    return {
        Dialect.PLAIN: Remedy(f"{why} Write it as a text below auth.token in config.yml, and restart the registry."),
        Dialect.OMNIBUS: omnibus,
        Dialect.COMPOSE: Remedy(
            f"{why} Write it as REGISTRY_AUTH_TOKEN_{name.upper()} into the environment of the registry's service, "
            "then run the command.",
            ("docker compose up -d",),
        ),
    }
