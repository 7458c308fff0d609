"""HA-01, PROXY-25: instances of one registry sign the state of an upload with different secrets."""

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import UPLOADS, answered_by_registry_or_proxy, errors_of, origin_of
from regdoctor.evidence.replicas import Replicas
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import clean
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret
from regdoctor.sign import Seen, sign


@check(
    title="Every instance of the registry has the same http.secret",
    severity=Severity.ERROR,
    failure_modes=("HA-01", "PROXY-25"),
    symptoms=(
        "No HTTP secret provided - generated random secret",
        'err.code="blob upload invalid" err.detail="invalid secret"',
        "blob upload invalid",
        "blob upload unknown",
    ),
    reference="https://distribution.github.io/distribution/about/deploying/#load-balancing-considerations",
)
def http_secret_differs(replicas: Replicas) -> Outcome | Iterable[Outcome]:
    """The registry signs the state of an upload, which it gives to the client in `_state`, with http.secret.

    A request of that upload that reaches another instance is refused, where that one signs with another secret: its log
    says `invalid secret`, the client gets 404 `blob upload invalid` (docker says `blob upload unknown`), and layers are
    retried without end. Without a secret each instance makes up a random one at its start, so that no two agree.

    One instance needs no secret that it shares. Several, behind a load balancer, do.

    Set the same random text as http.secret on every instance, and restart them all.
    """
    configs = replicas.configs
    if len(configs) < 2:
        return _single(configs[0], replicas.scaled)
    lacking = [config for config in configs if not _is_set(config)]
    if len(lacking) == len(configs):
        where = tuple(_lack(config) for config in configs)
        return _fail("No instance has an http.secret, so each makes up its own", where, configs[0].source)
    if lacking:
        has = next(secret for config in configs if _is_set(config) and (secret := config.at("http", "secret")))
        where = (*(_lack(config) for config in lacking), has.quote())
        return _fail(f"{lacking[0].source} has no http.secret, {has.place.source} has one", where, lacking[0].source)
    secrets = [secret for config in configs if (secret := config.at("http", "secret")) is not None]
    first = secrets[0]
    differing = [secret for secret in secrets[1:] if _revealed(secret) != _revealed(first)]
    if differing:
        named = f"{differing[0].place.source} has another http.secret than {first.place.source}"
        return _fail(named, (first.quote(), *(one.quote() for one in differing)), differing[0].place.source)
    return Pass(f"{len(configs)} configurations have the same")


def _single(config: RegistryConfig, scaled: Located | None) -> Outcome:
    if scaled is None:
        return Skip("one instance is examined; name the others' trees (--root) or files (--config) beside it")
    if _is_set(config):
        return Pass(f"set, for the instances of {scaled.name}")
    problem = f"Several instances run ({scaled.name} {scaled.text()}) without an http.secret, so each makes up its own"
    return _fail(problem, (scaled.quote(), _lack(config)), config.source)


def _is_set(config: RegistryConfig) -> bool:
    secret = config.at("http", "secret")
    return secret is not None and bool(_revealed(secret))


def _revealed(setting: Located) -> str:
    value = setting.decided().value
    return value.reveal() if isinstance(value, Secret) else setting.text() or ""


def _lack(config: RegistryConfig) -> Quote:
    http = config.at("http")
    line = http.place.line if http is not None and http.place.source == config.source else None
    return Quote(config.source, "http has no secret", line)


def _fail(problem: str, evidence: tuple[Quote, ...], resource: str) -> Fail:
    return Fail(problem, evidence=evidence, resource=resource, remedy=_remedies())


def _remedies() -> Remedies:
    make = "openssl rand -hex 32"
    return {
        Dialect.OMNIBUS: Remedy(
            "Put the same http_secret into the registry section of /etc/gitlab/gitlab-secrets.json (or the same "
            "registry['http_secret'] into /etc/gitlab/gitlab.rb) on every node, then reconfigure each.",
            (make, "sudoedit /etc/gitlab/gitlab-secrets.json", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Let every release use one secret, and name it as global.registry.httpSecret.secret.",
            (
                'kubectl create secret generic registry-httpsecret --from-literal=secret="$(openssl rand -hex 32)"',
                "helm upgrade gitlab gitlab/gitlab --reuse-values "
                "--set global.registry.httpSecret.secret=registry-httpsecret",
            ),
        ),
        Dialect.COMPOSE: Remedy(
            "Make a secret, and put it as REGISTRY_HTTP_SECRET into the environment of every instance.",
            (make, "docker compose up -d"),
        ),
        Dialect.PLAIN: Remedy(
            "Make a secret, put it as http.secret into every instance's config.yml (or as REGISTRY_HTTP_SECRET into "
            "its environment), and restart them all.",
            (make,),
        ),
    }


@sign(http_secret_differs, kinds=UPLOADS, statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A state that names this very upload, and is refused, has a signature that this instance did not make."""
    if call.status != 404 or call.kind not in UPLOADS or call.api is None or not answered_by_registry_or_proxy(call):
        return None
    error = next((one for one in errors_of(call) if one.code == "BLOB_UPLOAD_INVALID"), None)
    if error is None:
        return None
    state, api = call.api.state, call.api
    is_its_own = state is not None and (state.name, state.upload) == (api.repository, api.upload)
    # A wrong offset is refused by the same code, without a detail; Go writes the error of the signature as `{}`.
    if error.detail is None or not (is_its_own or "invalid secret" in str(error.detail)):
        return None
    given = story.uploads.get(api.upload)
    before = [one.exchange.quote() for one, _ in given.states[-1:] if one is not call] if given is not None else []
    return Fail(
        f"{origin_of(call)} does not know its own signature under the state of an upload: its instances have different "
        "secrets, or one was started anew without any",
        evidence=(*before, call.exchange.quote(), Quote(call.exchange.quote().source, clean(str(error)))),
        resource=origin_of(call),
        remedy=_remedies(),
    )
