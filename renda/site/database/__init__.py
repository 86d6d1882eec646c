"""PostgreSQL for a site that has none: found on the machine (or in a wheel), run as an ordinary user.

``RENDA_DATABASE_URL`` set: that database, nothing here runs. Else renda runs a PostgreSQL of its own; ``lease`` keeps
it up for as long as somebody uses it and stops it with the last user, however that one ends.

Safety of the socket: PostgreSQL listens on no network address; the socket's folder belongs to the database's account
with mode 0700 (root reaches it too); and ``peer`` maps only that account, root and the account that runs renda to the
roles. No password exists that could leak.
"""

from renda.site.database.binaries import NoPostgresError
from renda.site.database.lease import lease, leased
from renda.site.database.server import Server, ServerError

__all__ = ["NoPostgresError", "Server", "ServerError", "lease", "leased"]
