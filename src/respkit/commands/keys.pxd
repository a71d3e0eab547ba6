# Finding the keys of commands, for compiled callers.
cimport cython

from respkit.commands.model cimport Command, KeySpec

cpdef list keys_of(Command command, args)
@cython.locals(spec=KeySpec)
cpdef bint has_keys(Command command) except -1

@cython.locals(spec=KeySpec, flags=int, first=Py_ssize_t, last=Py_ssize_t, i=Py_ssize_t)
cdef bint _by_specs(Command command, Py_ssize_t count, word, list keys, bint lenient) except -1
@cython.locals(i=Py_ssize_t)
cdef Py_ssize_t _behind_keyword(KeySpec spec, Py_ssize_t count, word) except -1
cdef long long _strict_integer(bytes text) except? -1
cdef bytes _option(bytes text)
