"""The file that should hold the certificate holds the public key alone, which the registry passes over."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write_public_key(stack: Stack) -> None:
    certificate = x509.load_pem_x509_certificate(stack.material.signer.certificate.encode())
    public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stack.tree.write("/var/opt/gitlab/registry/gitlab-registry.crt", public.decode(), owner="registry")


FAULT = Fault(
    title="The file that auth.token.rootcertbundle names holds a public key instead of a certificate",
    check="rootcertbundle_unusable",
    failure_modes=("AUTH-15",),
    files=_write_public_key,
    registry_comes_up=False,
)
