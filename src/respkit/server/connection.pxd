# The commands of a connection.
cimport cython

from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer
from respkit.server cimport flags
from respkit.server.session cimport Commands, Session

cpdef int install(Commands commands) except -1

cdef int ping_command(Session session, Args args) except -1
cdef int echo_command(Session session, Args args) except -1
@cython.locals(index=cython.longlong, databases=list)
cdef int select_command(Session session, Args args) except -1
cdef int auth_command(Session session, Args args) except -1
cpdef int log_in(Session session, bytes name, bytes password) except -1
@cython.locals(proto=cython.longlong, i=Py_ssize_t, left=Py_ssize_t, out=OutBuffer)
cdef int hello_command(Session session, Args args) except -1
cpdef bint is_client_name(bytes name)
cdef int quit_command(Session session, Args args) except -1
cdef int reset_command(Session session, Args args) except -1
