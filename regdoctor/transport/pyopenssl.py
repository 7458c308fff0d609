"""pyOpenSSL, imported late and in the one order that two threads can import it in at the same time."""

# The submodule first, as urllib3 does, which botocore imports in a thread of its own. A thread that asks for the
# package first holds the package's lock and waits for the submodule's, the other the other way round, and Python gives
# up with "deadlock detected by _ModuleLock".
import OpenSSL.SSL
from OpenSSL import crypto

SSL = OpenSSL.SSL

__all__ = ["SSL", "crypto"]
