# The command table's entries, with fields that compiled callers read without a Python call.

cdef class KeySpec:
    cdef readonly int flags
    cdef readonly int begin
    cdef readonly int find
    cdef public int index
    cdef public bytes keyword
    cdef public int start_from
    cdef public int last_key
    cdef public int key_step
    cdef public int limit
    cdef public int keynum_index
    cdef public int first_key

cdef class Command:
    cdef readonly bytes name
    cdef readonly int id
    cdef readonly int arity
    # Bit masks: WRITE, … and CATEGORY_BITS of model.py.
    cdef readonly unsigned long long flags
    cdef readonly unsigned long long category_bits
    cdef readonly frozenset categories
    cdef readonly tuple key_specs
    cdef readonly tuple tips
    cdef readonly str group
    cdef readonly str since
    cdef public Command parent
    cdef readonly dict subcommands
    # KEYS_NONE 0, KEYS_ONE 1 (at first_key), KEYS_RANGE 2 (first_key, last_key, key_step), KEYS_MOVABLE 3 (ask keys_of).
    cdef readonly int key_kind
    cdef readonly bint simple_keys
    cdef readonly int first_key
    cdef readonly int last_key
    cdef readonly int key_step
    # The key flags that all of a simple command's keys have; 0 where they differ or depend on the arguments.
    cdef readonly int fixed_key_flags

    cpdef bint arity_ok(self, Py_ssize_t count)
    cdef _describe_keys(self)
