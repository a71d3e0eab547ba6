# The hot path of the server: a session, the commands it runs, and the state that all sessions share.
cimport cython
from respkit.net.carrier cimport Carrier, Protocol
from respkit.net.poller cimport TurnHook
from respkit.resp.inbuf cimport Args, CommandParser
from respkit.resp.outbuf cimport OutBuffer
from respkit.net cimport clock
from respkit.server cimport flags
from respkit.store.database cimport Database

cdef class Session
cdef class ServerCommand

# A handler writes its reply into session.out, or raises CommandError.
ctypedef int (*handler_t)(Session, Args) except -1

cdef long long TURN_COMMANDS, TURN_US, NO_LIMIT

cdef class ServerCommand:
    # One entry of the command table (`spec`) as this server runs it.
    cdef readonly object spec
    # In lower case; a subcommand's is `client|list`.
    cdef readonly bytes name
    cdef readonly int arity
    # What makes the command stop at the gate: one bit for each state that can refuse or divert it.
    cdef public unsigned long long gates
    cdef public bint writes
    cdef handler_t handler
    # A handler that is not compiled; `handler` is then call_python.
    cdef public object python_handler
    # Of a container: name in lower case → ServerCommand. None for everything else.
    cdef public dict subcommands
    cdef public long long calls
    cdef public long long microseconds
    cdef public long long rejected
    cdef public long long failed

    cpdef bint supported(self)
    cpdef int reset_stats(self) except -1

@cython.locals(command=ServerCommand)
cdef int not_supported(Session session, Args args) except -1
@cython.locals(command=ServerCommand)
cdef int call_python(Session session, Args args) except -1

cdef class Commands:
    # Full name in lower case → ServerCommand, subcommands (b"client|list") too.
    cdef public dict known
    # What a client must say, in lower and in upper case → ServerCommand: without subcommands.
    cdef public dict by_name
    @cython.locals(command=ServerCommand)
    cdef int attach(self, bytes name, handler_t handler) except -1
    @cython.locals(command=ServerCommand)
    cpdef int attach_python(self, bytes name, handler) except -1

cdef class ServerState:
    # What the sessions of one server share and read on every command.
    # The clock of this turn of the loop, in Unix milliseconds; every command of a turn sees the same.
    cdef public long long now_ms
    # States of the whole server that can refuse or divert commands (loading, out of memory, read-only, monitored, …).
    cdef public unsigned long long gate
    # Changes since the last save; a handler that changed nothing leaves it alone.
    cdef public long long dirty
    # Who wants to hear of key events and changed keys (OBSERVE bits): zero in the common case.
    cdef public unsigned long long observers
    cdef public long long max_unread
    cdef public long long max_unsent
    cdef public long long keyspace_hits
    cdef public long long keyspace_misses
    cdef public list databases
    cdef public Commands commands
    # Error code (b"ERR") → replies that carried it.
    cdef public dict error_counts
    # The rest of the server, which no hot path reads: app.Server.
    cdef public object app

cdef class Clock(TurnHook):
    cdef ServerState server
    cdef int run(self) except -1

cdef class Session(Protocol):
    cdef public ServerState server
    cdef public CommandParser parser
    cdef public OutBuffer out
    cdef public Database db
    # States of this connection that can refuse or divert commands (not authenticated, in MULTI, subscribed, …).
    cdef public unsigned long long gate
    cdef public long long client_id
    # The command being run, and the one looked up last with its name in upper case: a pipeline mostly repeats it.
    cdef public ServerCommand command
    cdef ServerCommand last
    cdef bytes last_name
    cdef const char* last_at
    cdef Py_ssize_t last_size
    cdef public bint ended
    cdef public bint waiting
    cdef long long budget
    cdef long long turn_us
    cdef long long clock_us
    cdef Py_ssize_t reply_start
    cdef public bint reply_off
    cdef public bint reply_skip
    cdef public bint reply_kept
    cdef public object user
    cdef public bint authenticated
    cdef public bytes name
    cdef public bint no_evict
    cdef public long long over_soft_ms
    cdef public long long created_ms
    cdef public long long active_ms

    @cython.locals(carrier=Carrier)
    cpdef int connected(self) except -1
    cpdef int received(self) except -1
    cpdef int lost(self, reason) except -1
    cpdef int resume(self) except -1

    @cython.locals(parser=CommandParser, args=Args, out=OutBuffer)
    cdef int work(self) except -1
    @cython.locals(command=ServerCommand, found=ServerCommand, count=Py_ssize_t, now=cython.longlong)
    cdef int run(self, Args args) except -1
    @cython.locals(command=ServerCommand, spelling=bytes, by_name=dict)
    cdef ServerCommand find(self, Args args)

    @cython.locals(gate=cython.ulonglong)
    cdef bint pass_gate(self, ServerCommand command, Args args) except -1
    @cython.locals(skipped=bint, now=cython.longlong)
    cdef int run_silently(self, ServerCommand command, Args args) except -1
    cdef int reject(self, ServerCommand command, bytes text) except -1
    cpdef int error(self, bytes text) except -1
    @cython.locals(command=ServerCommand, now=cython.longlong)
    cdef int refused(self, bytes reply) except -1
    cdef int blame(self) except -1
    cdef int end_with(self, bytes text) except -1
    cpdef int end_over_limit(self, str why, long long size) except -1
    cpdef int become(self, user, bint authenticated) except -1
    cpdef int apply_user(self) except -1
    cpdef int reset(self) except -1
    cpdef int kill(self, by) except -1
    cdef int yield_turn(self) except -1

    cpdef Py_ssize_t unread_bytes(self, bint running) except -1
    @cython.locals(args=Args, i=Py_ssize_t, total=Py_ssize_t)
    cpdef Py_ssize_t argument_bytes(self) except -1

    # A handler's word that a key has changed: counts it as dirty and tells the observers, if there are any.
    # `event` is the keyspace event (b"set"), `kind` its class (NOTIFY_STRING, …) from server/flags.
    cpdef int changed(self, Args args, Py_ssize_t i, int kind, bytes event) except -1
    cpdef int changed_key(self, bytes key, int kind, bytes event) except -1
    # What goes to the AOF and the replicas instead of the command as it came: by effect.
    cpdef int propagate_as(self, list arguments) except -1

cdef bytes unknown_command(Args args)
cdef bytes c_string(bytes text)
