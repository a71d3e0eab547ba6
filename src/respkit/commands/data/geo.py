"""The geo commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "geo"

COMMANDS = """
geoadd               | -5 | 3.2.0  | write denyoom | geo | 1 RW update
geodist              | -4 | 3.2.0  | readonly      | geo | 1 RO access
geohash              | -2 | 3.2.0  | readonly      | geo | 1 RO access
geopos               | -2 | 3.2.0  | readonly      | geo | 1 RO access
georadius            | -6 | 3.2.0  | write denyoom | geo | 1 RO access; STORE@6 OW update; STOREDIST@6 OW update
georadius_ro         | -6 | 3.2.10 | readonly      | geo | 1 RO access
georadiusbymember    | -5 | 3.2.0  | write denyoom | geo | 1 RO access; STORE@5 OW update; STOREDIST@5 OW update
georadiusbymember_ro | -5 | 3.2.10 | readonly      | geo | 1 RO access
geosearch            | -7 | 6.2.0  | readonly      | geo | 1 RO access
geosearchstore       | -8 | 6.2.0  | write denyoom | geo | 1 OW update; 2 RO access
"""
