# The command table for compiled callers.
from respkit.commands.model cimport Command
from respkit.resp.inbuf cimport Args

cdef dict _BY_NAME

cpdef Command lookup(bytes name)
cpdef Command lookup_sub(Command command, bytes name)
cpdef Command find(Args args)
cpdef Command find_words(words)
