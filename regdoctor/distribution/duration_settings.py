"""The settings of config.yml that are spans of time (time.Duration), by the registry software that reads them."""

from __future__ import annotations

from regdoctor.distribution.generation import Generation

ALL = frozenset(Generation)
TWO_AND_GITLAB = frozenset((Generation.DISTRIBUTION_2, Generation.GITLAB))
THREE = frozenset((Generation.DISTRIBUTION_3,))
GITLAB = frozenset((Generation.GITLAB,))

DURATIONS: dict[str, frozenset[Generation]] = {
    "http.draintimeout": ALL,
    "notifications.endpoints.*.timeout": ALL,
    "notifications.endpoints.*.backoff": ALL,
    "notifications.endpoints.*.queuepurgetimeout": GITLAB,
    "notifications.fanouttimeout": GITLAB,
    "health.storagedriver.interval": ALL,
    "health.database.interval": GITLAB,
    "health.database.timeout": GITLAB,
    "health.file.*.interval": ALL,
    "health.http.*.interval": ALL,
    "health.http.*.timeout": ALL,
    "health.tcp.*.interval": ALL,
    "health.tcp.*.timeout": ALL,
    "redis.dialtimeout": ALL,
    "redis.readtimeout": ALL,
    "redis.writetimeout": ALL,
    "redis.pool.idletimeout": TWO_AND_GITLAB,
    "redis.pool.maxlifetime": GITLAB,
    "redis.cache.dialtimeout": GITLAB,
    "redis.cache.readtimeout": GITLAB,
    "redis.cache.writetimeout": GITLAB,
    "redis.ratelimiter.dialtimeout": GITLAB,
    "redis.ratelimiter.readtimeout": GITLAB,
    "redis.ratelimiter.writetimeout": GITLAB,
    "redis.connmaxidletime": THREE,
    "redis.connmaxlifetime": THREE,
    "redis.pooltimeout": THREE,
    "proxy.ttl": THREE,
    "database.connecttimeout": GITLAB,
    "database.draintimeout": GITLAB,
    "database.pool.maxlifetime": GITLAB,
    "database.pool.maxidletime": GITLAB,
    "gc.maxbackoff": GITLAB,
    "gc.errorcooldownperiod": GITLAB,
    "gc.transactiontimeout": GITLAB,
    "gc.reviewafter": GITLAB,
    "gc.blobs.interval": GITLAB,
    "gc.blobs.storagetimeout": GITLAB,
    "gc.manifests.interval": GITLAB,
}
"""Dotted paths; `*` stands for each item of a list. Fields of the type time.Duration in configuration.go of 2.8, 3.x
and GitLab's fork; those of 3.x below `redis` are of UniversalOptions in go-redis v9. Distribution 2.8 has no proxy.ttl
(seen: it starts with any value there)."""
