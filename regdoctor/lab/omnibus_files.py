"""The text of Omnibus GitLab's files for the registry, as `gitlab-ctl reconfigure` writes them."""

from __future__ import annotations

import json

from regdoctor.lab.certificates import Pair
from regdoctor.lab.object_store import Identity
from regdoctor.lab.settings import PROXY_SET_HEADERS, Settings

ISSUER = "omnibus-gitlab-issuer"
SERVICE = "container_registry"


def gitlab_rb(settings: Settings, identity: Identity) -> str:
    """/etc/gitlab/gitlab.rb: what the administrator wrote."""
    store = settings.store_endpoint
    lines = [
        f"external_url '{settings.gitlab_url}'",
        f"registry_external_url '{settings.registry_url}'",
        "",
        f"registry['registry_http_addr'] = \"{settings.registry_address}\"",
        f"registry['debug_addr'] = \"{settings.debug_address}\"",
        "registry['storage'] = {",
        "  's3' => {",
        f"    'accesskey' => '{identity.access_key}',",
        f"    'secretkey' => '{identity.secret_key}',",
        f"    'bucket' => '{settings.bucket}',",
        "    'region' => 'us-east-1',",
        f"    'regionendpoint' => '{store}',",
        "    'v4auth' => true,",
        "    'secure' => false",
        "  },",
        "  'redirect' => { 'disable' => false },",
        "  'maintenance' => { 'uploadpurging' => { 'enabled' => false } }",
        "}",
        *([f"gitlab_rails['registry_api_url'] = '{settings.internal_url}'"] if settings.registry_tls else []),
        *([f"registry['token_realm'] = '{settings.token_realm}'"] if settings.token_realm else []),
        *_changed_headers(settings),
    ]
    return "\n".join(lines) + "\n"


def _changed_headers(settings: Settings) -> list[str]:
    """Only what differs from the default; nil is how gitlab.rb leaves a header out."""
    wanted = settings.front.proxy_set_headers
    changed = {name: wanted.get(name) for name in PROXY_SET_HEADERS if wanted.get(name) != PROXY_SET_HEADERS[name]}
    if not changed:
        return []
    pairs = ", ".join(f'"{name}" => ' + (f'"{value}"' if value else "nil") for name, value in changed.items())
    return [f"registry['nginx']['proxy_set_headers'] = {{ {pairs} }}"]


def config_yml(settings: Settings, identity: Identity, http_secret: str) -> str:
    """/var/opt/gitlab/registry/config.yml.

    Two deviations from Omnibus. The storage is looked at each second and one failure is enough (there: 10s
    and 3), so that a fault shows at once. Uploads are not purged: SeaweedFS keeps folders as objects whose
    names end in a slash, at which distribution 2.8's purge panics (storage/purgeuploads.go, index out of
    range).
    """
    storage = {
        "s3": {
            "accesskey": identity.access_key,
            "secretkey": identity.secret_key,
            "bucket": settings.bucket,
            "region": "us-east-1",
            "regionendpoint": settings.store_endpoint,
            "v4auth": True,
            "secure": False,
        },
        "redirect": {"disable": False},
        "cache": {"blobdescriptor": "inmemory"},
        "delete": {"enabled": True},
        "maintenance": {"uploadpurging": {"enabled": False}},
    }
    return f"""\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

version: 0.1
log:
  level: info
  formatter: text
  fields:
    service: registry
    environment: production
storage: {json.dumps(storage)}
http:
  addr: {settings.registry_address}
  secret: "{http_secret}"
{_registry_tls(settings)}  headers:
    X-Content-Type-Options: [nosniff]
  debug:
    addr: {json.dumps(settings.debug_address)}
    prometheus:
      enabled: true
      path: /metrics
health:
  storagedriver:
    enabled: true
    interval: 1s
    threshold: 1
{_auth(settings)}validation:
  disabled: true
compatibility:
  schema1:
    enabled: false
"""


def _registry_tls(settings: Settings) -> str:
    if not settings.registry_tls:
        return ""
    return f"  tls:\n    certificate: /etc/gitlab/ssl/localhost.crt\n    key: {settings.registry_tls_key}\n"


def _auth(settings: Settings) -> str:
    if not settings.authenticated:
        return ""
    return f"""\
auth:
  token:
    realm: {settings.realm}
    service: {SERVICE}
    issuer: {ISSUER}
    rootcertbundle: /var/opt/gitlab/registry/gitlab-registry.crt
    autoredirect: false
"""


def gitlab_yml(settings: Settings) -> str:
    """/var/opt/gitlab/gitlab-rails/etc/gitlab.yml: the parts that concern the registry."""
    return f"""\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

production: &base
  gitlab:
    host: localhost
    port: {settings.ports.gitlab}
    https: true
    user: git

  ## Container Registry
  registry:
    enabled: true
    host: localhost
    port: {settings.ports.public}
    api_url: {settings.internal_url} # internal address to the registry
    path: /var/opt/gitlab/gitlab-rails/shared/registry
    key: /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key
    issuer: {ISSUER}
    notification_secret:
"""


def gitlab_secrets(signer: Pair, http_secret: str, others: dict[str, dict[str, str]]) -> str:
    """/etc/gitlab/gitlab-secrets.json. `others`: the sections that have nothing to do with the registry."""
    registry = {
        "http_secret": http_secret,
        "internal_certificate": signer.certificate,
        "internal_key": signer.key,
    }
    return json.dumps({**others, "registry": registry}, indent=2) + "\n"
