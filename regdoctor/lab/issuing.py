"""How the token service writes its tokens: as GitLab does, or as a home-made issuer that gets a detail wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Literal, get_args

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regdoctor.distribution.jws import base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.tokens import Access, sign_token

KeyIdKind = Literal["libtrust", "rfc7638", "hex"]
KEY_ID_KINDS: tuple[KeyIdKind, ...] = get_args(KeyIdKind)
"""The ways to name a key: GitLab's own, that of distribution 3, and the SHA-256 of the key in hex (AUTH-04)."""


@dataclass(frozen=True, slots=True)
class Issuing:
    """GitLab's way, unless changed."""

    key_id: KeyIdKind = "libtrust"
    audience_as_list: bool = False
    """Write `aud` as a JSON array, which distribution 2.8 cannot read (AUTH-07)."""

    def token(
        self,
        key: RSAPrivateKey,
        *,
        issuer: str,
        audience: str,
        subject: str,
        access: tuple[Access, ...],
        now: float,
    ) -> str:
        """A token, encoded. now: seconds since the epoch, by GitLab's clock."""
        kid = _key_id(key.public_key(), self.key_id)
        made = sign_token(key, issuer=issuer, audience=audience, subject=subject, access=access, now=now, kid=kid)
        return _with_audience_list(key, made.reveal()) if self.audience_as_list else made.reveal()


def _key_id(key: RSAPublicKey, kind: KeyIdKind) -> str:
    match kind:
        case "libtrust":
            return libtrust_key_id(key)
        case "rfc7638":
            return rfc7638_thumbprint(key)
        case "hex":
            info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return hashlib.sha256(info).hexdigest()


def _with_audience_list(key: RSAPrivateKey, token: str) -> str:
    """The same token, its audience in a list, signed again."""
    header, claims, _ = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    signed = f"{header}.{base64url(json.dumps({**told, 'aud': [told['aud']]}).encode())}"
    return f"{signed}.{base64url(sign(key, signed.encode()))}"
