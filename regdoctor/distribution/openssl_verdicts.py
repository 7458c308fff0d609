"""OpenSSL's verdicts on a chain (openssl/x509_vfy.h, X509_V_ERR_…), grouped by what is to be done."""

from __future__ import annotations

NOT_YET_VALID = 9
"""X509_V_ERR_CERT_NOT_YET_VALID."""
EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED."""
ISSUER_MISSING = frozenset({2, 20, 21})
"""UNABLE_TO_GET_ISSUER_CERT, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UNABLE_TO_VERIFY_LEAF_SIGNATURE: the next certificate
is neither served nor in the store."""
UNKNOWN_AUTHORITY = ISSUER_MISSING | {18, 19, 27}
"""The same, with DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED_CERT_IN_CHAIN and CERT_UNTRUSTED."""
TOO_WEAK = frozenset({66, 67, 68})
"""EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK: OpenSSL's level of security (SSL_CTX_set_security_level), which
clients written in Go do not share."""
WRONG_PURPOSE = 26
"""X509_V_ERR_INVALID_PURPOSE."""
