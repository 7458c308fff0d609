"""What GitLab's Helm chart takes where the values say nothing, as far as the registry's configuration rests on it."""

from __future__ import annotations

from functools import cache

from regdoctor.formats.located import Located, Place
from regdoctor.formats.yaml_tree import parse_value

CHART_DEFAULT = Place("chart default", layer="default")

# Facts of the chart's values.yaml and of charts/registry/values.yaml (registry image v4.39.0-gitlab).
_DEFAULTS = """\
global:
  hosts: {domain: example.com, https: true}
  registry: {enabled: true, tokenIssuer: gitlab-issuer}
registry:
  enabled: true
  authAutoRedirect: false
  tokenService: container_registry
  debug: {addr: {port: 5001}}
  deployment:
    terminationGracePeriodSeconds: 30
    livenessProbe: {enabled: true, path: /debug/health}
    readinessProbe: {enabled: true, path: /debug/health}
  draintimeout: '0'
  health: {storagedriver: {enabled: false, interval: 10s, threshold: 3}}
  hpa: {minReplicas: 2, maxReplicas: 10}
  log: {level: info, fields: {service: registry}}
  maintenance:
    readonly: {enabled: false}
    uploadpurging: {enabled: true, age: 168h, interval: 24h, dryrun: false}
  metrics: {enabled: false, path: /metrics}
  relativeurls: false
  service: {internalPort: 5000}
  validation: {disabled: true}
"""


@cache
def chart_defaults() -> Located:
    """The defaults as a tree of values, each with the place `chart default`."""
    return parse_value(_DEFAULTS, CHART_DEFAULT, "")
