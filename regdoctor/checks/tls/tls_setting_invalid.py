"""TLS-12: http.tls.minimumtls or http.tls.ciphersuites holds a word that the registry does not know."""

import difflib
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.distribution.tls_settings import CIPHER_SUITES, MINIMUM_TLS
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change


@check(
    title="The registry knows its TLS settings",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-12",),
    symptoms=("unknown minimum TLS level", "unknown TLS cipher suite"),
    explains=("registry_unreachable",),
    reference="https://distribution.github.io/distribution/about/configuration/#tls",
)
def tls_setting_invalid(config: RegistryConfig) -> Iterator[Outcome]:
    """The registry stops at its start over a word that it does not know: `unknown minimum TLS level`, or `unknown TLS
    cipher suite`.

    http.tls.minimumtls is one of tls1.0, tls1.1, tls1.2 and tls1.3, in lower case and with the letters; OpenSSL's names
    of cipher suites (ECDHE-RSA-AES128-GCM-SHA256) are unknown, Go's are taken (TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256).
    Both count only when the registry serves TLS itself.

    Set a word that is listed, or remove the setting: the default is TLS 1.2 with a good choice of cipher suites.
    """
    if not _serves_tls(config):
        yield Skip("the registry does not serve TLS itself (http.tls)")
        return
    found = [fail for fail in (_minimum(config), *_suites(config)) if fail is not None]
    yield from found or (Pass(),)


def _serves_tls(config: RegistryConfig) -> bool:
    """Source: registry/registry.go, ListenAndServe: the rest of http.tls is looked at with one of these two."""
    settings = (config.at("http", "tls", "certificate"), config.at("http", "tls", "letsencrypt", "cachefile"))
    return any(setting is not None and setting.text() for setting in settings)


def _minimum(config: RegistryConfig) -> Fail | None:
    setting = config.at("http", "tls", "minimumtls")
    text = setting.text() if setting is not None else None
    if setting is None or not text or text in MINIMUM_TLS:
        return None
    near = difflib.get_close_matches(text.lower().removeprefix("v"), MINIMUM_TLS, 1, 0.4)
    return _fail(
        setting, "http.tls.minimumtls", f"no minimum TLS level: {', '.join(MINIMUM_TLS)}", (near or ["tls1.2"])[0]
    )


def _suites(config: RegistryConfig) -> Iterator[Fail]:
    setting = config.at("http", "tls", "ciphersuites")
    for position, suite in enumerate(setting.items() if setting is not None else ()):
        text = suite.text() or ""
        if text not in CIPHER_SUITES:
            words = text.upper().replace("-", "_")
            near = difflib.get_close_matches(words, CIPHER_SUITES, 1, 0.5)
            right = (near or ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"])[0]
            yield _fail(suite, f"http.tls.ciphersuites.{position}", "no cipher suite by Go's names", right)


def _fail(setting: Located, name: str, what: str, right: str) -> Fail:
    return Fail(
        f"The registry does not start: {name} is {setting.text()}, which is {what}",
        evidence=(setting.quote(),),
        resource=name,
        remedy=change(name, right, "Set a word that the registry knows.", now=setting),
    )
