# What a client must know of a command before it sends it.

cdef class CommandKind:
    cdef readonly str name
    # Makes the reply what redis-py's users expect; None where it is that already.
    cdef readonly object convert
    # SHARED, OWN or REFUSED.
    cdef readonly int route
    # The reply's strings are never decoded.
    cdef readonly bint raw
    # Why it is refused.
    cdef readonly str reason
