"""AUTH-03, AUTH-04, AUTH-02, AUTH-23: a refused token names its key by an ID that this registry gives no key."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth import token_option
from regdoctor.distribution.token_keys import key_id_kind
from regdoctor.distribution.token_refusals import knowing, shown
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import product_at, refused_in_time
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.signer import SignerFiles
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.formats.key_facts import KeyFacts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_LIBTRUST = (Generation.DISTRIBUTION_2, Generation.GITLAB)
"""Those that know keys by their libtrust ID alone."""
_THUMBPRINT = "RFC 7638 thumbprint"


@check(
    title="Tokens name their key by the kind of ID that the registry knows keys by",
    severity=Severity.ERROR,
    failure_modes=("AUTH-02", "AUTH-03", "AUTH-04", "AUTH-23"),
    symptoms=("token signed by untrusted key with ID", "unable to get token signing key"),
    explains=("login_unauthorized",),
    reference="https://github.com/distribution/distribution/issues/4470",
)
def key_id_of_another_kind(
    trials: TokenTrials, product: Product, config: RegistryConfig | Absent, files: SignerFiles | Absent
) -> Outcome:
    """The header of a token has the ID of its key (kid), and a registry looks up the key by that alone.

    distribution 2 and GitLab's registry reckon a libtrust ID of each trusted key: twelve groups of four letters with
    colons. distribution 3 reckons an RFC 7638 thumbprint: 43 letters without any. Any other name it knows only where a
    file of keys (auth.token.jwks) gives a key that very name. A kid of another kind is `signed by untrusted key`,
    however right the key itself is. A header with a certificate (x5c) or a key (jwk) of its own is spared this.

    All three say `error="invalid_token"` of a token whose key they do not know. Without it the kid is not judged: the
    token did not get there, or the registry is another (Quay names its keys in hex, and says no such thing).

    Make the token service use the kind of ID that the registry knows, or put its certificates into x5c.
    """
    # Where some answers take it, its kid is known.
    refused = [trial for trial in trials.trials if trial.issued_by_gitlab and trial.refused and not trial.mixed]
    trial = next((one for one in refused if one.token is not None), None)
    token = trial.token if trial is not None else None
    if trial is None or token is None:
        issued = trials.issued
        if issued is not None and issued.ping is not None and issued.ping.status == 200:
            return Pass(f"a token {issued.source} is accepted")
        return Skip("no token whose header can be read was refused, or not by every answer")
    if not trial.called_invalid:
        return Skip(
            "the challenge does not call the token invalid, as distribution and GitLab's registry do of its key"
        )
    if not knowing(token.algorithm):
        return Skip("its alg is none that a private key signs by, which login_unauthorized judges, whatever its kid")
    if token.x5c or token.jwk:
        return Pass("the token carries its own key, and the registry does not look at its kid")
    if not token.kid:
        return _fail(trial, "its header names no key: it has no kid, x5c or jwk", "AUTH-04", product, files)
    return _judge(trial, token, product, config, files)


def _judge(
    trial: Trial, token: Token, product: Product, config: RegistryConfig | Absent, files: SignerFiles | Absent
) -> Outcome:
    kid = token.kid or ""
    kind = key_id_kind(kid)
    name = f"its kid {shown(kid)} is {_IN_WORDS[kind]}{_computed(kid, files)}"
    if any(key.rfc7638 == kid != key.distribution3_id for key in _trusted(files)):
        if product.must_be(Generation.DISTRIBUTION_3):
            why = "distribution 3 makes another ID of this key, for a coordinate of it begins with a zero byte"
            return _fail(trial, f"{name}, and {why}", "AUTH-23", product, files)
    if product.must_be(*_LIBTRUST):
        if kind == "libtrust":
            return Pass(f"{product.words()} knows keys by libtrust IDs, and the token's kid is one")
        mode = "AUTH-03" if kind == _THUMBPRINT else "AUTH-04"
        return _fail(trial, f"{name}, and {product.words()} knows keys by their libtrust ID", mode, product, files)
    if kind == _THUMBPRINT and product.must_be(Generation.DISTRIBUTION_3):
        return Pass(f"{product.words()} knows keys by RFC 7638 thumbprints, and the token's kid is one")
    if product.must_be(Generation.DISTRIBUTION_3):
        jwks = token_option(config, "jwks") if isinstance(config, RegistryConfig) else None
        if isinstance(config, Absent) or (jwks is not None and jwks.text()):
            return Unknown(f"{name}: {product.words()} knows it only where auth.token.jwks gives a key that very name")
        mode = "AUTH-02" if kind == "libtrust" else "AUTH-04"
        why = f"{product.words()} without auth.token.jwks knows keys by their RFC 7638 thumbprint"
        return _fail(trial, f"{name}, and {why}", mode, product, files)
    if len(_digits(kid)) == _SHA256_DIGITS and kind == "hex":
        why = (
            "distribution and GitLab's registry know no key so, unless distribution 3 has the very name in a file of "
            "keys (auth.token.jwks)"
        )
        return _fail(trial, f"{name}, and {why}", "AUTH-04", product, files)
    # What it can mean is ranked where the refusal is told (login_unauthorized): nothing more is open here.
    return Skip(f"{name}; {_KNOWN_TO[kind]}, and {product.reason or 'nothing tells which registry it is'}")


def _trusted(files: SignerFiles | Absent) -> tuple[KeyFacts, ...]:
    """The keys of the registry's rootcertbundle, where it could be read."""
    bundle = files.bundle if isinstance(files, SignerFiles) else None
    return tuple(one.key for one in bundle.contents.certificates) if bundle is not None and bundle.contents else ()


def _computed(kid: str, files: SignerFiles | Absent) -> str:
    """How the kid was reckoned from a key that the registry trusts; empty where it is of none of them, or unknown."""
    for key in _trusted(files):
        if kid == key.rfc7638:
            return " of the very key that the registry trusts"
        if _digits(kid) == key.spki_sha256:
            return ", the SHA-256 of the very key that the registry trusts"
    return ""


def _digits(kid: str) -> str:
    return kid.lower().replace(":", "").replace("-", "")


def _fail(trial: Trial, why: str, mode: str, product: Product, files: SignerFiles | Absent) -> Fail:
    kid = trial.token.kid if trial.token and trial.token.kid else ""
    header = f"kid {shown(kid)}" if kid else "no kid, x5c or jwk"
    evidence = [Quote(f"token {trial.source}", header), *product.evidence]
    if trial.ping is not None:
        evidence.insert(0, trial.ping.quote("WWW-Authenticate"))
    trusted = _trusted(files)
    if isinstance(files, SignerFiles) and files.bundle is not None and trusted:
        known = trusted[0].distribution3_id if product.must_be(Generation.DISTRIBUTION_3) else trusted[0].libtrust_id
        if known:
            evidence.append(Quote(files.bundle.path, f"the registry knows this key as {known}", trusted[0].line))
    return Fail(
        f"The registry refuses a token {trial.source}: {why}",
        evidence=tuple(evidence),
        resource=trial.realm.url.partition("?")[0] if trial.realm else f"token {trial.source}",
        failure_modes=(mode,),
        remedy=_remedies(product),
    )


def _remedies(product: Product) -> Remedies:
    if product.must_be(Generation.DISTRIBUTION_3):
        return {
            Dialect.PLAIN: Remedy(
                "Make the token service use the RFC 7638 thumbprint of its key as kid, or put its certificates into "
                "x5c. Or write its public key as a JWK, with the kid that it uses, into a file that auth.token.jwks "
                "names."
            )
        }
    return {
        Dialect.PLAIN: Remedy(
            "Make the token service use the libtrust ID of its key as kid (docker_auth: set disable_legacy_key_id to "
            "false), or put its certificates into x5c. The ID is the SHA-256 of the public key in DER "
            "(SubjectPublicKeyInfo), its first 30 bytes in base32, in groups of four with colons between."
        )
    }


_SHA256_DIGITS = 64
"""In hex. Shorter ones, UUIDs and the like, are how services name the keys of the JWKS that they publish."""
_BY_NAME = "distribution 3 knows such a key from a file of keys (auth.token.jwks), and no other registry does"
_IN_WORDS = {
    "libtrust": "a libtrust ID",
    _THUMBPRINT: "an RFC 7638 thumbprint",
    "hex": "a number in hex",
    "other": "a name of another kind",
}
_KNOWN_TO = {
    "libtrust": "distribution 2 and GitLab's registry know keys so, distribution 3 does not",
    _THUMBPRINT: "distribution 3 knows keys so, distribution 2 and GitLab's registry do not",
    "hex": _BY_NAME,
    "other": _BY_NAME,
}


@sign(key_id_of_another_kind, parts=(Part.REGISTRY,), statuses=(401,))
def _in_traffic(call: Call, story: Story) -> Seen:
    trials = refused_in_time(call, story)
    trial = trials.issued if trials is not None else None
    token = trial.token if trial is not None else None
    if trial is None or token is None or not knowing(token.algorithm) or token.x5c or token.jwk:
        return None
    absent = Absent("traffic shows no files", applicable=False)
    product = product_at(call, story)
    if not token.kid:
        return _fail(trial, "its header names no key: it has no kid, x5c or jwk", "AUTH-04", product, absent)
    told = _judge(trial, token, product, absent, absent)
    return told if isinstance(told, Fail) else None
