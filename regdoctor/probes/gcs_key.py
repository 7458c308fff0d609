"""Finds the key with which the registry asks for tokens for Google Cloud Storage, and reads it."""

from __future__ import annotations

import dataclasses

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.gcs_parameters import GcsParameters, gcs_parameters
from regdoctor.formats.google_key import google_key, read_google_key
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_file import look_at
from regdoctor.probes.registry_variables import Variables, registry_variables
from regdoctor.redaction import Secret

_CONTAINERS = (Dialect.COMPOSE, Dialect.HELM)
"""Where a path in the configuration is the container's, not the host's."""
_WELL_KNOWN = ".config/gcloud/application_default_credentials.json"
"""Below the home folder (FindDefaultCredentials of golang.org/x/oauth2/google)."""
_NAMES = ("GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST", "STORAGE_EMULATOR_HOST", "HOME")


@probe(reads="the key file, or the key, that storage.gcs or GOOGLE_APPLICATION_CREDENTIALS of the registry names")
def gcs_key(installation: Installation, config: RegistryConfig, service: ServiceEnvironment | Absent) -> GcsKey:
    """The key. Raises NotApplicableError for another storage and for a path that cannot be followed from here."""
    parameters = gcs_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in Google Cloud Storage")
    variables = registry_variables(installation, service, _NAMES) if installation.root is not None else {}
    return dataclasses.replace(
        _key(installation, parameters, variables),
        metadata_host=_said(variables, "GCE_METADATA_HOST"),
        emulator=_said(variables, "STORAGE_EMULATOR_HOST"),
    )


def _key(installation: Installation, parameters: GcsParameters, variables: Variables) -> GcsKey:
    keyfile, credentials = parameters.value("keyfile"), parameters.value("credentials")
    if keyfile is not None:
        return _file(installation, KeySource.KEYFILE, keyfile.text() or "", keyfile.quote())
    if credentials is not None:
        return GcsKey(KeySource.CREDENTIALS, credentials.quote(), key=google_key(_fields(credentials)))
    return _default(installation, parameters, variables)


def _default(installation: Installation, parameters: GcsParameters, variables: Variables) -> GcsKey:
    """As FindDefaultCredentials looks: the variable, gcloud's file below the home folder, the metadata server."""
    if installation.dialect in _CONTAINERS or installation.root is None:
        raise NotApplicableError("storage.gcs names no key; what the registry's environment gives it cannot be seen")
    name = KeySource.VARIABLE.value
    if name in variables:
        path, place = variables[name]
        quote = Quote(place.source, f"{name}: {path}", place.line)
        return _file(installation, KeySource.VARIABLE, path, quote)
    section = parameters.section.quote()
    home = _said(variables, "HOME")
    if home:
        found = _file(installation, KeySource.WELL_KNOWN, f"{home.rstrip('/')}/{_WELL_KNOWN}", section)
        if found.state is not FileState.MISSING:
            return found
    return GcsKey(KeySource.MACHINE, section)


def _file(installation: Installation, source: KeySource, named: str, quote: Quote) -> GcsKey:
    if installation.dialect in _CONTAINERS:
        raise NotApplicableError(f"{source.value} is a path where the registry runs, which is not seen from here")
    if not named:
        return GcsKey(source, quote, state=FileState.MISSING, problem=f"{source.value} names no file")
    path = installation.locate(named) if "\0" not in named else None
    if installation.root is None or path is None:
        raise CouldNotGatherError(f"{source.value} names {named}, which cannot be followed from here (--root DIR)")
    name = installation.name(path)
    seen = look_at(installation.root, path, name)
    state, problem = seen.state, seen.problem
    if state is FileState.MISSING and not installation.live and source is not KeySource.WELL_KNOWN:
        # Whoever copies a tree for others to look at leaves keys behind.
        state, problem = FileState.NOT_COPIED, f"{name} is not in this copy"
    key = read_google_key(seen.data)
    return GcsKey(source, quote, name, state, problem, key)


def _fields(credentials: Located) -> dict[str, object]:
    return {
        name: value.value if isinstance(value.decided().value, Secret) else value.text()
        for name, value in credentials.entries().items()
    }


def _said(variables: Variables, name: str) -> str:
    return variables[name][0] if name in variables else ""
