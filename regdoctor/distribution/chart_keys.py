"""The values that GitLab's Helm chart reads for its registry: the keys below `registry` and below `global.registry`.

Columns: the section and the names in it; what is below a name with a star is not looked at. Those of older charts are
there as well (maintenance.readOnly, migration, compatibility), since nothing in the values tells the chart's version.
Sources: values.yaml, charts/registry/values.yaml, charts/registry/templates/ and doc/charts/registry/ of the chart,
from 5.0 to 9.x.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache

Path = tuple[str, ...]

_TABLE = """
registry                      | enabled annotations* podLabels* common serviceLabels* service tolerations* affinity*
registry                      | priorityClassName maintenance networkpolicy* gatewayRoute* backendTLSPolicy* ingress
registry                      | init image deployment nodeSelector* authEndpoint tokenService tokenIssuer resources*
registry                      | authAutoRedirect maxUnavailable hpa keda* storage middleware* minio validation log*
registry                      | debug metrics draintimeout relativeurls health* securityContext* api reporting profiling
registry                      | containerSecurityContext* serviceAccount database redis gc rateLimiter* tls global*
registry                      | topologySpreadConstraints* extraEnv* extraEnvFrom* extraContainers* extraVolumes*
registry                      | extraInitContainers* extraVolumeMounts* antiAffinity* nodeAffinity* httpSecret
registry                      | compatibility* migration* notifications* nameOverride fullnameOverride certificate
registry                      | replicas bucket backendTrafficPolicy* httproute* pdb* labels* deploymentAnnotations*
registry.common               | labels*
registry.service              | name type externalPort internalPort clusterIP loadBalancerIP nodePort annotations*
registry.service              | loadBalancerSourceRanges*
registry.maintenance          | readonly readOnly uploadpurging uploadPurging
registry.maintenance.readonly | enabled
registry.maintenance.uploadpurging | enabled age interval dryrun dryRun
registry.ingress              | apiVersion enabled proxyReadTimeout proxyBodySize proxyBuffering tls annotations* path
registry.ingress              | configureCertmanager pathType class provider labels*
registry.ingress.tls          | enabled secretName smartcardSecretName
registry.init                 | image* resources* containerSecurityContext* script
registry.image                | repository tag pullPolicy pullSecrets* registry digest tagSuffix
registry.deployment           | terminationGracePeriodSeconds readinessProbe livenessProbe strategy* annotations*
registry.deployment.readinessProbe | enabled path port initialDelaySeconds periodSeconds timeoutSeconds
registry.deployment.readinessProbe | successThreshold failureThreshold
registry.deployment.livenessProbe  | enabled path port initialDelaySeconds periodSeconds timeoutSeconds
registry.deployment.livenessProbe  | successThreshold failureThreshold
registry.hpa                  | minReplicas maxReplicas cpu memory customMetrics* behavior* targetAverageUtilization
registry.hpa                  | targetAverageValue
registry.hpa.cpu              | targetType targetAverageValue targetAverageUtilization
registry.hpa.memory           | targetType targetAverageValue targetAverageUtilization
registry.storage              | secret key extraKey redirect
registry.storage.redirect     | disable exceptions*
registry.minio                | redirect bucket
registry.validation           | disabled enabled manifests
registry.validation.manifests | referencelimit payloadsizelimit urls
registry.validation.manifests.urls | allow* deny*
registry.debug                | addr tls prometheus
registry.debug.addr           | port
registry.debug.tls            | enabled secretName clientCAs* minimumTLS
registry.debug.prometheus     | enabled path
registry.metrics              | enabled path serviceMonitor
registry.metrics.serviceMonitor | enabled additionalLabels* endpointConfig*
registry.reporting            | sentry
registry.reporting.sentry     | enabled dsn environment
registry.profiling            | stackdriver
registry.profiling.stackdriver | enabled credentials service projectid
registry.profiling.stackdriver.credentials | secret key
registry.serviceAccount       | create enabled name annotations* automountServiceAccountToken
registry.database             | configure enabled host port user password name sslmode ssl connecttimeout draintimeout
registry.database             | preparedstatements primary pool loadBalancing migrations backgroundMigrations metrics
registry.database             | discovery*
registry.database.password    | secret key
registry.database.ssl         | secret clientCertificate clientKey serverCA
registry.database.pool        | maxidle maxopen maxlifetime maxidletime
registry.database.loadBalancing | enabled nameserver record replicaCheckInterval hosts* port
registry.database.loadBalancing.nameserver | host port
registry.database.migrations  | enabled activeDeadlineSeconds backoffLimit annotations* resources*
registry.database.backgroundMigrations | enabled jobInterval maxJobRetries
registry.database.metrics     | enabled interval leaseDuration
registry.redis                | cache rateLimiting loadBalancing rateLimiter
registry.redis.cache          | enabled host port cluster* sentinels* mainname username password sentinelpassword db
registry.redis.cache          | dialtimeout readtimeout writetimeout tls pool
registry.redis.cache.password | enabled secret key
registry.redis.cache.sentinelpassword | enabled secret key
registry.redis.cache.tls      | enabled insecure
registry.redis.cache.pool     | size maxlifetime idletimeout maxidletime
registry.gc                   | disabled maxbackoff noidlebackoff transactiontimeout reviewafter blobs manifests
registry.gc.blobs             | disabled interval storagetimeout
registry.gc.manifests         | disabled interval
registry.tls                  | enabled secretName clientCAs* minimumTLS verify caSecretName cipherSuites*
registry.httpSecret           | secret key
registry.certificate          | secret key
registry.api                  | enabled
global.registry               | enabled host port api tokenIssuer bucket certificate httpSecret notificationSecret tls
global.registry               | notifications* database* serviceName
global.registry.api           | protocol serviceName host port
global.registry.tls           | enabled secretName
global.registry.certificate   | secret key
global.registry.httpSecret    | secret key
global.registry.notificationSecret | secret key
"""

_SAME: Mapping[Path, Path] = {
    ("registry", "redis", "rateLimiting"): ("registry", "redis", "cache"),
    ("registry", "redis", "rateLimiter"): ("registry", "redis", "cache"),
    ("registry", "redis", "loadBalancing"): ("registry", "redis", "cache"),
    ("registry", "maintenance", "readOnly"): ("registry", "maintenance", "readonly"),
    ("registry", "maintenance", "uploadPurging"): ("registry", "maintenance", "uploadpurging"),
}
"""Sections with the keys of another."""
_COMPLETE = (("registry", "storage"), ("registry", "hpa"), ("registry", "debug", "addr"))
"""Sections whose keys are the same in every chart that is known, so that any other one is a mistake."""
_OFTEN_WRITTEN: Mapping[Path, str] = {
    ("registry", "storage", "secretName"): "secret",
    ("registry", "storage", "existingSecret"): "secret",
    ("registry", "database", "dbname"): "name",
    ("registry", "database", "username"): "user",
}
"""What is written for a key whose name is too far from it to be found by its letters."""


def sections() -> tuple[Path, ...]:
    """The sections that are looked at, outermost first: those whose keys are told one by one."""
    return tuple(sorted((*_tree(), *_SAME), key=len))


def is_read(section: Path, key: str) -> bool:
    """Whether the chart reads `key` in a section of `sections`."""
    return key in _tree()[_SAME.get(section, section)]


def meant(section: Path, key: str) -> str | None:
    """The dotted path of the value that a key was most likely meant to be; None where no name is near."""
    keys = _tree()[_SAME.get(section, section)]
    known = _OFTEN_WRITTEN.get((*section, key))
    plain = {name.lower().replace("_", "").replace("-", ""): name for name in keys}
    near = difflib.get_close_matches(key.lower().replace("_", "").replace("-", ""), plain, 1, 0.8)
    name = known or (plain[near[0]] if near else None)
    return None if name is None else ".".join((*section, name))


def is_complete(section: Path) -> bool:
    """Whether every key that the section may have is known."""
    return section in _COMPLETE


@cache
def _tree() -> Mapping[Path, frozenset[str]]:
    found: dict[Path, frozenset[str]] = {}
    for line in _TABLE.strip().splitlines():
        section, names = (cell.strip() for cell in line.split("|"))
        path = tuple(section.split("."))
        found[path] = found.get(path, frozenset()) | {name.rstrip("*") for name in names.split()}
    return found
