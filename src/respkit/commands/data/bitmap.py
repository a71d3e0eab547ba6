"""The bitmap commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "bitmap"

COMMANDS = """
bitcount    | -2 | 2.6.0 | readonly      | bitmap | 1 RO access
bitfield    | -2 | 3.2.0 | write denyoom | bitmap | 1 RW access update variable_flags
bitfield_ro | -2 | 6.0.0 | readonly fast | bitmap | 1 RO access
bitop       | -4 | 2.6.0 | write denyoom | bitmap | 2 OW update; 3..-1 RO access
bitpos      | -3 | 2.8.7 | readonly      | bitmap | 1 RO access
getbit      |  3 | 2.2.0 | readonly fast | bitmap | 1 RO access
setbit      |  4 | 2.2.0 | write denyoom | bitmap | 1 RW access update
"""
