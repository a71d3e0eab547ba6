# How handlers look keys up.
cimport cython
from respkit.resp.inbuf cimport Args
from respkit.server cimport flags
from respkit.server.session cimport ServerCommand, Session
from respkit.store cimport kinds
from respkit.store.database cimport Database

cdef long long MAX_LONG, MIN_LONG

cdef bint read_key(Session session, Args args, Py_ssize_t i) except -1
cdef bint peek_key(Session session, Args args, Py_ssize_t i) except -1
cdef bint read_string(Session session, Args args, Py_ssize_t i) except -1
cdef bint write_string(Session session, Args args, Py_ssize_t i) except -1
cdef int missed(Session session, Args args, Py_ssize_t i) except -1
cdef int created(Session session, Args args, Py_ssize_t i) except -1
cdef int tell(Session session, Database db, bytes key, int kind, bytes event) except -1
@cython.locals(value=cython.longlong)
cdef long long time_of(Session session, Args args, Py_ssize_t i, bint seconds, bint absolute) except? -1
cdef object invalid_time(Session session)
@cython.locals(command=ServerCommand)
cdef bytes command_name(Session session)
