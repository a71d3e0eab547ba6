# What the proxy does with each command of the table.
from respkit.commands.model cimport Command

cdef class Entry:
    cdef readonly Command command
    cdef readonly bytes word
    cdef readonly int kind
    cdef readonly Py_ssize_t least
    cdef readonly Py_ssize_t most
    cdef readonly int first_key
    cdef readonly bint guarded
    cdef readonly bint plain
    cdef readonly bytes reply

cdef dict _BY_NAME

cpdef Entry entry_named(bytes name)
