"""Every setting of config.yml as rows of text: where it stands, its names, its type, and who knows it.

Columns: the section (a dot for the top, `*` for each item of a list), names, type, products. A product is `2`
(distribution 2.7 and 2.8), `3` (distribution 3.x) or `gitlab` (GitLab's registry), each with the versions that know
it where not all do: `3>=3.1`, `gitlab<19`. A type of `free` takes any keys below it.

Sources: configuration/configuration.go of distribution 2.8.2 (what the program itself takes), 3.0 and 3.1, and of
GitLab's registry 4.x; registry/storage/driver/*/ of each for the parameters of drivers. What a product reads and leaves
without effect counts as known, as do keys that Harbor's builds add: redis.sentinelMasterSet and redis.enableTLS of its
templates (harbor-helm, registry-cm.yaml), redis.sentinel of make/photon/registry/redis.patch.
"""

from __future__ import annotations

SECTIONS = """
.                               | version loglevel                                  | text     | all
log                             | level formatter                                   | text     | all
log                             | fields                                            | free     | all
log                             | hooks                                             | list     | all
log                             | reportcaller                                      | bool     | 3
log                             | output                                            | text     | gitlab
log.accesslog                   | disabled                                          | bool     | all
log.accesslog                   | formatter                                         | text     | gitlab
log.hooks.*                     | disabled                                          | bool     | all
log.hooks.*                     | type                                              | text     | all
log.hooks.*                     | levels                                            | texts    | all
log.hooks.*.options             | from                                              | text     | all
log.hooks.*.options             | to                                                | texts    | all
log.hooks.*.options.smtp        | addr username password                            | text     | all
log.hooks.*.options.smtp        | insecure                                          | bool     | all
http                            | addr net host prefix secret                       | text     | all
http                            | relativeurls                                      | bool     | all
http                            | draintimeout                                      | duration | all
http                            | headers                                           | headers  | all
http.tls                        | certificate key minimumtls                        | text     | all
http.tls                        | clientcas ciphersuites                            | texts    | all
http.tls                        | clientauth                                        | text     | 3
http.tls.letsencrypt            | cachefile email                                   | text     | all
http.tls.letsencrypt            | hosts                                             | texts    | all
http.tls.letsencrypt            | directoryurl                                      | text     | 3
http.debug                      | addr                                              | text     | all
http.debug.prometheus           | enabled                                           | bool     | all
http.debug.prometheus           | path                                              | text     | all
http.debug.tls                  | enabled                                           | bool     | gitlab
http.debug.tls                  | certificate key minimumtls                        | text     | gitlab
http.debug.tls                  | clientcas                                         | texts    | gitlab
http.debug.pprof                | enabled                                           | bool     | gitlab
http.http2                      | disabled                                          | bool     | all
http.h2c                        | enabled                                           | bool     | 3
auth.silly                      | realm service                                     | any      | all
auth.htpasswd                   | realm path                                        | any      | 2 3
auth.token                      | realm service issuer rootcertbundle autoredirect  | any      | all
auth.token                      | jwks autoredirectpath signingalgorithms           | any      | 3
middleware                      | registry repository storage                       | list     | all
middleware.*.*                  | name                                              | text     | all
middleware.*.*                  | disabled                                          | bool     | all
middleware.*.*                  | options                                           | free     | all
reporting                       | bugsnag newrelic                                  | map      | 2
reporting.bugsnag               | apikey releasestage endpoint                      | text     | 2
reporting.newrelic              | licensekey name                                   | text     | 2
reporting.newrelic              | verbose                                           | bool     | 2
reporting.sentry                | enabled                                           | bool     | gitlab
reporting.sentry                | dsn environment                                   | text     | gitlab
notifications                   | fanouttimeout                                     | duration | gitlab
notifications.events            | includereferences                                 | bool     | all
notifications                   | endpoints                                         | list     | all
notifications.endpoints.*       | name url                                          | text     | all
notifications.endpoints.*       | disabled                                          | bool     | all
notifications.endpoints.*       | headers                                           | headers  | all
notifications.endpoints.*       | timeout backoff                                   | duration | all
notifications.endpoints.*       | threshold                                         | int      | all
notifications.endpoints.*       | maxretries queuesizelimit                         | int      | gitlab
notifications.endpoints.*       | queuepurgetimeout                                 | duration | gitlab
notifications.endpoints.*       | ignoredmediatypes                                 | texts    | all
notifications.endpoints.*.ignore| mediatypes actions                                | texts    | all
redis                           | addr                                              | text     | 2 gitlab
redis                           | password                                          | text     | all
redis                           | db                                                | int      | all
redis                           | dialtimeout readtimeout writetimeout              | duration | all
redis                           | sentinelmasterset sentinelMasterSet               | text     | 2
redis                           | enableTLS                                         | bool     | 2
redis.pool                      | maxidle maxactive                                 | int      | 2
redis.pool                      | idletimeout                                       | duration | 2 gitlab
redis.pool                      | size                                              | int      | gitlab
redis.pool                      | maxlifetime                                       | duration | gitlab
redis                           | enabled                                           | bool     | gitlab
redis                           | username sentinelusername sentinelpassword        | text     | 3 gitlab
redis                           | mainname                                          | text     | gitlab
redis                           | addrs                                             | texts    | 3
redis                           | clientname mastername identitysuffix              | text     | 3
redis                           | protocol maxretries poolsize minidleconns         | int      | 3
redis                           | maxidleconns maxactiveconns maxredirects          | int      | 3
redis                           | minretrybackoff maxretrybackoff pooltimeout       | duration | 3
redis                           | connmaxidletime connmaxlifetime                   | duration | 3
redis                           | contexttimeoutenabled poolfifo readonly           | bool     | 3
redis                           | routebylatency routerandomly disableidentity      | bool     | 3
redis                           | disableindentity unstableresp3 isclustermode      | bool     | 3
redis                           | failingtimeoutseconds                             | int      | 3
redis                           | maintnotificationsconfig                          | free     | 3
redis.sentinel                  | masterName                                        | text     | 3
redis.sentinel                  | addresses                                         | texts    | 3
redis.tls                       | certificate key                                   | text     | 3
redis.tls                       | rootcas                                           | texts    | 3
redis.tls                       | enabled insecure                                  | bool     | gitlab
redis                           | cache ratelimiter loadbalancing                   | map      | gitlab
health                          | file http tcp                                     | list     | all
health.file.*                   | file                                              | text     | all
health.file.*                   | interval                                          | duration | all
health.file.*                   | threshold                                         | int      | all
health.http.*                   | uri                                               | text     | all
health.http.*                   | headers                                           | headers  | all
health.http.*                   | timeout interval                                  | duration | all
health.http.*                   | statuscode threshold                              | int      | all
health.tcp.*                    | addr                                              | text     | all
health.tcp.*                    | timeout interval                                  | duration | all
health.tcp.*                    | threshold                                         | int      | all
health.storagedriver            | enabled                                           | bool     | all
health.storagedriver            | interval                                          | duration | all
health.storagedriver            | threshold                                         | int      | all
health.database                 | enabled                                           | bool     | gitlab
health.database                 | interval timeout                                  | duration | gitlab
health.database                 | threshold                                         | int      | gitlab
catalog                         | maxentries                                        | int      | 2 3
tags                            | maxtags                                           | int      | 3
proxy                           | remoteurl username password                       | text     | 2 3
proxy                           | ttl cachewritetimeout                             | duration | 3
proxy.exec                      | command                                           | text     | 3
proxy.exec                      | lifetime                                          | duration | 3
compatibility.schema1           | enabled                                           | bool     | 2 gitlab
compatibility.schema1           | signingkeyfile                                    | text     | 2 gitlab
validation                      | enabled disabled                                  | bool     | all
validation.manifests.urls       | allow deny                                        | texts    | all
validation.manifests.indexes    | platforms                                         | text     | 3
validation.manifests.indexes    | platformlist                                      | list     | 3
validation.manifests.indexes.platformlist.* | architecture os                       | text     | 3
validation.manifests            | referencelimit payloadsizelimit                   | int      | gitlab
policy.repository               | classes                                           | texts    | all
database                        | enabled                                           | any      | gitlab
database                        | host user password dbname sslmode primary         | text     | gitlab
database                        | sslcert sslkey sslrootcert                        | text     | gitlab
database                        | port                                              | int      | gitlab
database                        | connecttimeout draintimeout                       | duration | gitlab
database                        | preparedstatements                                | bool     | gitlab
database                        | discovery                                         | free     | gitlab
database.pool                   | maxidle maxopen                                   | int      | gitlab
database.pool                   | maxlifetime maxidletime                           | duration | gitlab
database.backgroundmigrations   | enabled                                           | bool     | gitlab
database.backgroundmigrations   | maxjobretries                                     | int      | gitlab
database.backgroundmigrations   | jobinterval                                       | duration | gitlab
database.loadbalancing          | enabled                                           | bool     | gitlab
database.loadbalancing          | hosts                                             | texts    | gitlab
database.loadbalancing          | nameserver record                                 | text     | gitlab
database.loadbalancing          | port                                              | int      | gitlab
database.loadbalancing          | replicacheckinterval                              | duration | gitlab
database.metrics                | enabled                                           | bool     | gitlab
database.metrics                | interval leaseduration                            | duration | gitlab
gc                              | disabled noidlebackoff                            | bool     | gitlab
gc                              | maxbackoff errorcooldownperiod transactiontimeout | duration | gitlab
gc                              | reviewafter                                       | duration | gitlab
gc.blobs                        | disabled                                          | bool     | gitlab
gc.blobs                        | interval storagetimeout                           | duration | gitlab
gc.manifests                    | disabled                                          | bool     | gitlab
gc.manifests                    | interval                                          | duration | gitlab
profiling.stackdriver           | enabled                                           | bool     | gitlab
profiling.stackdriver           | service serviceversion projectid keyfile          | text     | gitlab
rate_limiter                    | enabled                                           | bool     | gitlab
rate_limiter                    | limiters                                          | list     | gitlab
rate_limiter.limiters.*         | name description                                  | text     | gitlab
rate_limiter.limiters.*         | log_only                                          | bool     | gitlab
rate_limiter.limiters.*         | precedence                                        | int      | gitlab
rate_limiter.limiters.*.match   | type                                              | text     | gitlab
rate_limiter.limiters.*.limit   | rate burst                                        | int      | gitlab
rate_limiter.limiters.*.limit   | period                                            | text     | gitlab
rate_limiter.limiters.*.action  | warn_threshold warn_action hard_action            | any      | gitlab
migration                       | enabled                                           | any      | gitlab
"""

STORAGE = """
delete                          | enabled                                           | any      | all
redirect                        | disable                                           | any      | all
redirect                        | expirydelay exceptions                            | any      | gitlab
cache                           | blobdescriptor layerinfo blobdescriptorsize       | any      | all
tag                             | concurrencylimit                                  | any      | 3
maintenance.uploadpurging       | enabled age interval dryrun                       | any      | all
maintenance.readonly            | enabled                                           | any      | all
filesystem                      | rootdirectory maxthreads                          | any      | all
inmemory                        |                                                   | any      | all
s3                              | accesskey secretkey sessiontoken region bucket    | any      | all
s3                              | regionendpoint encrypt keyid secure skipverify    | any      | all
s3                              | v4auth chunksize multipartcopychunksize objectacl | any      | all
s3                              | multipartcopymaxconcurrency rootdirectory         | any      | all
s3                              | multipartcopythresholdsize storageclass useragent | any      | all
s3                              | forcepathstyle usedualstack accelerate            | any      | 3
s3                              | usefipsendpoint redirectendpoint                  | any      | 3
s3                              | loglevel                                          | any      | 3 gitlab
s3                              | pathstyle parallelwalk maxrequestspersecond       | any      | gitlab
s3                              | maxretries objectownership                        | any      | gitlab
s3                              | checksum_disabled checksum_algorithm              | any      | gitlab
azure                           | accountname accountkey container realm            | any      | all
azure                           | rootdirectory serviceurl                          | any      | 3 gitlab
azure                           | credentials                                       | free     | 3
azure                           | connectionstring copy_status_poll_max_retry       | any      | 3
azure                           | copy_status_poll_delay max_retries retry_delay    | any      | 3
azure                           | credentials_type credentialstype tenant_id        | any      | gitlab
azure                           | client_id secret tenantid clientid                | any      | gitlab
azure                           | trimlegacyrootprefix legacyrootprefix             | any      | gitlab
azure                           | api_pool_initial_interval api_pool_max_interval   | any      | gitlab
azure                           | api_pool_max_elapsed_time apipoolinitialinterval  | any      | gitlab
azure                           | apipoolmaxinterval apipoolmaxelapsedtime          | any      | gitlab
azure                           | max_retries retry_try_timeout retry_delay         | any      | gitlab
azure                           | max_retry_delay debug_log debug_log_events        | any      | gitlab
azure                           | debuglog debuglogevents                           | any      | gitlab
gcs                             | bucket keyfile rootdirectory chunksize            | any      | all
gcs                             | maxconcurrency                                    | any      | all
gcs                             | credentials                                       | free     | all
gcs                             | useragent                                         | any      | 3 gitlab
gcs                             | parallelwalk debug_log debuglog                   | any      | gitlab
oss                             | accesskeyid accesskeysecret region endpoint       | any      | 2 gitlab
oss                             | internal bucket encrypt secure chunksize          | any      | 2 gitlab
oss                             | encryptionkeyid rootdirectory                     | any      | 2 gitlab
swift                           | username password authurl tenant tenantid domain  | any      | 2 gitlab
swift                           | domainid tenantdomain tenantdomainid trustid      | any      | 2 gitlab
swift                           | region container prefix rootdirectory endpointtype| any      | 2 gitlab
swift                           | insecureskipverify chunksize secretkey accesskey  | any      | 2 gitlab
swift                           | tempurlcontainerkey tempurlmethods authversion    | any      | 2 gitlab
"""
"""Below `storage`. Values of maps are checked by their drivers, not by the reader of the file: `any`."""

ADDED_BY_HARBOR = frozenset(
    (("redis", "sentinelmasterset"), ("redis", "sentinelMasterSet"), ("redis", "enableTLS"), ("redis", "sentinel"))
)
"""What the releases of distribution do not know, though the tables have it under their name."""

SAME_DRIVERS = {"s3aws": "s3", "s3_v1": "s3", "s3_v2": "s3", "azure_v1": "azure", "azure_v2": "azure"}
"""Drivers that take the parameters of another: the second name of S3, and GitLab's names for both SDKs."""
REDIS_INSTANCES = ("cache", "ratelimiter", "loadbalancing")
"""Sections of `redis` in GitLab's registry that hold the same settings again, for another server."""
