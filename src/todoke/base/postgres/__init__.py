"""The embedded PostgreSQL: one engine on the laptop, in the tests and on the cluster, with nothing to install.

`EmbeddedServer` starts and stops the binaries of a wheel. It is used when no DATABASE_URL is given.
"""

from todoke.base.postgres.server import EmbeddedServer
from todoke.base.postgres.trouble import ServerTrouble

__all__ = ["EmbeddedServer", "ServerTrouble"]
