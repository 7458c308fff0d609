"""AUTH-16 kin: two ways to authenticate at once, or one that the registry does not have."""

import difflib

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.config_layers import is_mapping, is_variable
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig

_SCHEMES = ("token", "htpasswd", "silly")
"""cmd/registry/main.go of distribution. GitLab's registry has no htpasswd."""
_OFF = "none"
"""In any case of letters: NewApp in registry/handlers/app.go."""


@check(
    title="There is one way to authenticate, and the registry has it",
    severity=Severity.CRITICAL,
    failure_modes=("AUTH-16",),
    symptoms=("must provide exactly one type. Provided:", "no access controller registered with name"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#auth",
)
def auth_scheme_not_one(config: RegistryConfig, product: Product) -> Outcome:
    """The section auth holds one way to authenticate: token, htpasswd or silly. GitLab's registry has no htpasswd.

    With two of them in config.yml the registry does not start: `must provide exactly one type. Provided: [htpasswd
    token]`. Where a variable adds the second one, it is worse: Go takes the one or the other by chance, and the options
    of either, so that it may start today and not tomorrow. With a name that it does not know the registry says `no
    access controller registered with name`.

    Keep one. A variable REGISTRY_AUTH with the name alone, such as REGISTRY_AUTH=htpasswd, throws away what config.yml
    has in auth, so that REGISTRY_AUTH_HTPASSWD_REALM and its like fill an empty section.
    """
    auth = config.at("auth")
    if auth is None or auth.decided().value is None or not is_mapping(auth):
        return Skip("no way to authenticate is configured")
    schemes = auth.entries()
    if len(schemes) > 1:
        return _several(tuple(schemes), tuple(schemes.values()))
    for name, scheme in schemes.items():
        if name.lower() != _OFF and name not in _SCHEMES:
            return _unknown(name, scheme)
        if name == "htpasswd" and product.must_be(Generation.GITLAB):
            return _unknown(name, scheme)
    return Pass(", ".join(schemes) or "nobody is asked")


def _several(names: tuple[str, ...], schemes: tuple[Located, ...]) -> Fail:
    by_variables = [name for name, scheme in zip(names, schemes, strict=True) if is_variable(scheme)]
    listed = " and ".join(names)
    mixed = 0 < len(by_variables) < len(names)
    what = (
        "which of them is in force, with whose options, is left to chance" if mixed else "the registry does not start"
    )
    keep = by_variables[0] if mixed else "token" if "token" in names else names[0]
    return Fail(
        f"auth holds {listed}, and takes one: {what}",
        evidence=tuple(scheme.quote() for scheme in schemes),
        resource="auth",
        remedy=_keep(keep, names, mixed=mixed),
    )


def _keep(keep: str, names: tuple[str, ...], *, mixed: bool) -> Remedies:
    others = " and ".join(f"auth.{name}" for name in names if name != keep)
    plain = Remedy(f"Remove {others} from the registry's config.yml (or else auth.{keep}), and restart the registry.")
    if mixed:
        plain = Remedy(
            f"Let one more variable throw away what config.yml has in auth, or remove the variables of auth.{keep}; "
            "then restart the registry:",
            (f"REGISTRY_AUTH={keep}",),
        )
    return {
        Dialect.PLAIN: plain,
        Dialect.OMNIBUS: Remedy(
            "Omnibus configures token authentication. Remove the variables that begin with REGISTRY_AUTH from "
            "registry['env'] in /etc/gitlab/gitlab.rb, and reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.COMPOSE: Remedy(
            f"Keep auth.{keep}: add this to the environment of the registry's service, then `docker compose up -d`:",
            (f"REGISTRY_AUTH: {keep}",),
        ),
    }


def _unknown(name: str, scheme: Located) -> Fail:
    near = difflib.get_close_matches(name.lower(), _SCHEMES, 1)
    meant = near[0] if near and near[0] != name else "token"
    return Fail(
        f"auth.{name} is no way to authenticate that the registry has: it does not start. Did you mean {meant}?",
        evidence=(scheme.quote(),),
        resource=f"auth.{name}",
        remedy={
            Dialect.PLAIN: Remedy(
                f"Write token or htpasswd below auth, in small letters, in place of {name} (GitLab's registry: token "
                "alone), and restart the registry."
            ),
            Dialect.OMNIBUS: Remedy(
                "Omnibus configures token authentication. Remove the variables that begin with REGISTRY_AUTH from "
                "registry['env'] in /etc/gitlab/gitlab.rb, and reconfigure.",
                ("sudo gitlab-ctl reconfigure",),
            ),
        },
    )
