"""Token authentication: the signer, its key, and who is let in.

The checks that hold GitLab against the registry read both sides by the same few rules, which are here.
"""

from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located, UndecidedError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

GITLAB_SERVICE = "container_registry"
"""The audience of GitLab's tokens for the registry: AUDIENCE in app/services/auth/
container_registry_authentication_service.rb; app/controllers/jwt_controller.rb answers 404 for one it does not know."""
GITLAB_TOKEN_PATH = "/jwt/auth"  # noqa: S105 - a path
"""Where GitLab gives tokens out: config/routes.rb."""


def gitlab_realm(config: RegistryConfig) -> Located | None:
    """auth.token.realm where it is GitLab's by its path; None where others issue the tokens, or nobody.

    Raises UndecidedError where it is computed at run time.
    """
    realm = token_option(config, "realm")
    address = read_web_address(realm.text() or "") if realm is not None else None
    return realm if address is not None and address.path.endswith(GITLAB_TOKEN_PATH) else None


def gitlab_user(config: RegistryConfig, gitlab: GitLabConfig | Absent) -> Located | None:
    """The setting that tells that a GitLab uses this registry: its realm, or else GitLab's own registry.enabled.

    A registry that asks another service for tokens, or has users of its own, or is a cache that asks nobody, is not
    GitLab's, whatever gitlab.yml lies beside it: GitLab gives its users tokens and nothing else (app/services/auth/
    container_registry_authentication_service.rb), so gitlab.yml counts only beside a section auth.token whose realm
    is not set or is GitLab's, and beside a registry without `auth` that is no cache, whose section was forgotten.
    Raises UndecidedError where a value is computed at run time.
    """
    realm = gitlab_realm(config)
    if realm is not None:
        return realm
    told = token_option(config, "realm")
    if not isinstance(gitlab, GitLabConfig) or (told is not None and told.text()):
        return None
    remote = config.at("proxy", "remoteurl")
    is_cache = remote is not None and bool(remote.text())
    if config.at("auth", "token") is None and (is_cache or config.at("auth") is not None):
        return None
    return gitlab.registry("enabled") if registry_is_on(gitlab) else None


def token_option(config: RegistryConfig, name: str) -> Located | None:
    """An option of auth.token; None where it is not set, or another way to authenticate is in use."""
    return config.at("auth", "token", name)


def gitlab_setting(gitlab: GitLabConfig, *path: str) -> Located | None:
    """A value of gitlab.yml; None where it is not set, null included, for Rails takes the two alike.

    Raises UndecidedError where it is ERB: the reader leaves that as text.
    """
    found = gitlab.at(*path)
    if found is None or found.value is None:
        return None
    text = found.text()
    if text is not None and "<%" in text:
        line = f":{found.place.line}" if found.place.line else ""
        raise UndecidedError(f"{found.name} is worked out at run time ({found.place.source}{line})")
    return found


def registry_is_on(gitlab: GitLabConfig) -> bool:
    """Whether GitLab takes part: registry.enabled, which is off where it is not set (config/initializers/
    1_settings.rb).
    """
    enabled = gitlab_setting(gitlab, "registry", "enabled")
    return enabled is not None and enabled.text() not in ("false", "")
