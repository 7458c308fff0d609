"""Remedies for a token service that fails, or gives no token."""

from regdoctor.check import Dialect, Remedies, Remedy

ITS_ADDRESS: Remedies = {
    Dialect.PLAIN: Remedy(
        "Set auth.token.realm to the address of the token service; GitLab's is its own address with /jwt/auth after "
        "it. If it is so already, see what the proxy before the token service makes of the request, and read the log "
        "of both."
    )
}
"""For an answer that is no token service's."""
ITS_OWN_LOG: Remedies = {
    Dialect.PLAIN: Remedy("Read the log of the token service, of the moment of the login, and mend what it names.")
}
"""For another token service than GitLab that fails."""
READ_THE_LOG: Remedies = {
    Dialect.PLAIN: Remedy(
        "On GitLab's host, log/production.log has the reason. If it is the key, put the private key that belongs to "
        "the registry's rootcertbundle where registry.key of gitlab.yml says, and let GitLab's user alone read it; if "
        "it is not, the rest of GitLab most likely answers 500 as well, and that comes first."
    ),
    Dialect.OMNIBUS: Remedy(
        "On GitLab's host, production.log has the reason. If it is the key, reconfigure writes it again from "
        "gitlab-secrets.json; after that restart the registry on its host, so that both have the same pair.",
        (
            "sudo grep -E 'Errno::|OpenSSL::' /var/log/gitlab/gitlab-rails/production.log | tail -n 5",
            "sudo ls -l /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
            "sudo gitlab-ctl reconfigure",
        ),
    ),
    Dialect.HELM: Remedy(
        "The log of webservice has the reason. The key is in the secret that global.registry.certificate.secret names, "
        "under registry-auth.key.",
        (
            "kubectl logs -l app=webservice -c webservice --tail=2000 | grep -E 'Errno::|OpenSSL::' | tail -n 5",
            "kubectl describe secret gitlab-registry-secret",
        ),
    ),
}
"""For a GitLab that answers 500."""
RUNNING: Remedies = {
    Dialect.PLAIN: Remedy(
        "Start GitLab, or wait until it has started, and see that the proxy in front of it reaches it; then log in "
        "again."
    ),
    Dialect.OMNIBUS: Remedy(
        "On GitLab's host, see which of its services is down, and start it; after a start it takes minutes.",
        ("sudo gitlab-ctl status", "sudo gitlab-ctl tail puma"),
    ),
    Dialect.HELM: Remedy(
        "See whether the pods of webservice are ready.", ("kubectl get pods -l app=webservice", "kubectl get ingress")
    ),
}
"""For a gateway that does not reach the token service."""
