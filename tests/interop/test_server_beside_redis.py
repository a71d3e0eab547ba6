"""The server beside a real redis-server: the same commands, and the same bytes in return."""

import itertools
import socket

import pytest

from respkit import EmbeddedServer
from respkit.resp.inbuf import split_words

# Each list is sent to both servers, one command after the other, on one connection. What two runs of one server would
# answer differently (times, ids, addresses) is not in them.
CONNECTION = """
    PING
    PING hello
    PING a b
    ECHO ""
    ECHO hello
    ECHO
    SELECT 1
    SELECT 15
    SELECT 16
    SELECT -1
    SELECT abc
    SELECT 99999999999999999999
    SELECT 0
    AUTH x
    AUTH a b
    AUTH default x
    AUTH a b c
    HELLO abc
    HELLO 4
    HELLO 1
    HELLO 2 AUTH
    HELLO 2 AUTH a
    HELLO 2 AUTH a b
    HELLO 2 FOO
    HELLO 2 SETNAME "a b"
    HELLO 2 SETNAME
    CLIENT GETNAME
    CLIENT SETNAME conn
    CLIENT GETNAME
    CLIENT SETNAME "with space"
    CLIENT SETNAME ""
    CLIENT GETNAME
    CLIENT NO-EVICT on
    CLIENT NO-EVICT off
    CLIENT NO-EVICT foo
    CLIENT REPLY foo
    CLIENT KILL
    CLIENT KILL 1.2.3.4:5
    CLIENT KILL ID 0
    CLIENT KILL ID abc
    CLIENT KILL ID 999999
    CLIENT KILL TYPE foo
    CLIENT KILL USER foo
    CLIENT KILL ADDR
    CLIENT KILL FOO bar
    CLIENT KILL ID 999999 SKIPME maybe
    CLIENT KILL ID 999999 SKIPME no
    CLIENT KILL TYPE normal ADDR 1.2.3.4:5
    CLIENT KILL LADDR 1.2.3.4:5
    CLIENT LIST FOO
    CLIENT LIST TYPE foo
    CLIENT LIST TYPE replica
    CLIENT LIST TYPE pubsub
    CLIENT LIST ID abc
    CLIENT LIST ID 999999
    CLIENT LIST ID
    CLIENT ID x
    CLIENT GETREDIR
    CLIENT foo
    CLIENT
    RESET
    RESET x
"""

ERRORS = """
    foo
    foo a
    foo a b c d e f
    FOO "with space" "new\\nline"
    "fo\\r\\no" bar
    get
    get a b
    set
    set a
    config
    config foo
    CONFIG GET
    CONFIG SET a
    config|get x
    object
    object foo
    COMMAND FOO
    COMMAND COUNT x
    COMMAND GETKEYS
    COMMAND GETKEYS foo
    COMMAND GETKEYS ping
    COMMAND LIST FOO
    COMMAND LIST FILTERBY FOO x
    COMMAND LIST FILTERBY PATTERN
    DEBUG
    DEBUG foo
    DEBUG SLEEP
    DEBUG PROTOCOL
    SHUTDOWN FOO
    SHUTDOWN SAVE NOSAVE
    SHUTDOWN ABORT NOW
    SHUTDOWN ABORT
    TIME x
    INFO nosuchsection
    unknown1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b
"""

CONFIG = """
    CONFIG GET maxclients
    CONFIG GET MAXCLIENTS
    CONFIG GET nosuch
    CONFIG GET slave-read-only
    CONFIG GET key-load-delay
    CONFIG SET maxmemory 1mb
    CONFIG GET maxmemory
    CONFIG SET maxmemory 1k
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0
    CONFIG SET maxmemory foo
    CONFIG SET maxmemory -1
    CONFIG SET nosuch 1
    CONFIG SET port
    CONFIG SET databases 3
    CONFIG SET timeout abc
    CONFIG SET timeout -1
    CONFIG SET timeout 99999999999
    CONFIG SET maxclients 0
    CONFIG SET maxclients -5
    CONFIG SET hz 1000
    CONFIG GET hz
    CONFIG SET hz 10
    CONFIG SET appendfsync sometimes
    CONFIG SET maxmemory-policy lru
    CONFIG SET maxmemory-policy ALLKEYS-LRU
    CONFIG GET maxmemory-policy
    CONFIG SET maxmemory-policy noeviction
    CONFIG SET rdbcompression maybe
    CONFIG SET rdbcompression NO
    CONFIG GET rdbcompression
    CONFIG SET rdbcompression yes
    CONFIG SET save "900 1 foo"
    CONFIG SET save "900"
    CONFIG SET save "900 1 300 10"
    CONFIG GET save
    CONFIG SET save ""
    CONFIG GET save
    CONFIG SET client-output-buffer-limit "normal 1 2 3"
    CONFIG GET client-output-buffer-limit
    CONFIG SET client-output-buffer-limit "slave 1mb 2mb 60 pubsub 3mb 4mb 60"
    CONFIG GET client-output-buffer-limit
    CONFIG SET client-output-buffer-limit "normal 0 0 0 slave 256mb 64mb 60 pubsub 32mb 8mb 60"
    CONFIG SET client-output-buffer-limit "normal 1 2"
    CONFIG SET client-output-buffer-limit "foo 1 2 3"
    CONFIG SET client-output-buffer-limit "normal 1 a 3"
    CONFIG SET notify-keyspace-events KEA
    CONFIG GET notify-keyspace-events
    CONFIG SET notify-keyspace-events KA
    CONFIG GET notify-keyspace-events
    CONFIG SET notify-keyspace-events "K$lshzxeg"
    CONFIG GET notify-keyspace-events
    CONFIG SET notify-keyspace-events Q
    CONFIG SET notify-keyspace-events ""
    CONFIG SET oom-score-adj-values "1 2"
    CONFIG SET oom-score-adj-values "1 2 99999"
    CONFIG SET oom-score-adj-values "1 2 3"
    CONFIG GET oom-score-adj-values
    CONFIG SET latency-tracking-info-percentiles "50 99.5 200"
    CONFIG SET latency-tracking-info-percentiles "50 99.5 100"
    CONFIG GET latency-tracking-info-percentiles
    CONFIG SET latency-tracking-info-percentiles "a"
    CONFIG SET latency-tracking-info-percentiles ""
    CONFIG GET latency-tracking-info-percentiles
    CONFIG SET maxmemory-clients 10%
    CONFIG GET maxmemory-clients
    CONFIG SET maxmemory-clients 101%
    CONFIG SET maxmemory-clients foo
    CONFIG SET maxmemory-clients 0
    CONFIG SET unixsocketperm 8
    CONFIG SET shutdown-on-sigterm "save nosave"
    CONFIG SET shutdown-on-sigterm "force now"
    CONFIG GET shutdown-on-sigterm
    CONFIG SET shutdown-on-sigterm foo
    CONFIG SET shutdown-on-sigterm default
    CONFIG SET dbfilename a/b
    CONFIG SET dir /nosuch
    CONFIG SET cluster-announce-hostname "a b"
    CONFIG SET proc-title-template "{foo}"
    CONFIG SET proc-title-template ""
    CONFIG SET timeout 10 timeout 11
    CONFIG SET timeout 10 nosuch 11
    CONFIG SET timeout 10 maxmemory foo
    CONFIG GET timeout
    CONFIG SET timeout 10 maxmemory 5mb
    CONFIG GET timeout
    CONFIG GET maxmemory
    CONFIG SET timeout 0 maxmemory 0
    CONFIG SET slave-read-only no
    CONFIG GET replica-read-only
    CONFIG SET replica-read-only yes
    CONFIG SET proto-max-bulk-len 1kb
    CONFIG SET list-max-listpack-size -2
    CONFIG GET list-max-ziplist-size
    CONFIG SET oom-score-adj foo
    CONFIG RESETSTAT
    CONFIG RESETSTAT x
    CONFIG REWRITE
    CONFIG SET bind "1.2.3.4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"
"""

DEBUG = """
    DEBUG PROTOCOL string
    DEBUG PROTOCOL integer
    DEBUG PROTOCOL double
    DEBUG PROTOCOL bignum
    DEBUG PROTOCOL null
    DEBUG PROTOCOL array
    DEBUG PROTOCOL set
    DEBUG PROTOCOL map
    DEBUG PROTOCOL attrib
    DEBUG PROTOCOL push
    DEBUG PROTOCOL true
    DEBUG PROTOCOL false
    DEBUG PROTOCOL verbatim
    DEBUG PROTOCOL foo
    DEBUG ERROR "MY error"
    DEBUG SET-ACTIVE-EXPIRE 0
    DEBUG SET-ACTIVE-EXPIRE 1
    DEBUG SLEEP 0
    DEBUG LOG hello
    DEBUG CHANGE-REPL-ID
    DEBUG STRINGMATCH-TEST
    DEBUG HTSTATS 99
    DEBUG DIGEST
    DEBUG DIGEST-VALUE nosuch
    DEBUG OBJECT nosuch
    DEBUG POPULATE -1
    DEBUG POPULATE a
"""


STRINGS = r"""
    SET k v
    GET k
    GET nosuch
    SET k v EX
    SET k v EX 0
    SET k v EX -1
    SET k v EX abc
    SET k v PX 0
    SET k v EXAT 0
    SET k v PXAT -5
    SET k v EX 9223372036854775807
    SET k v EX 10 PX 10
    SET k v EX 10 KEEPTTL
    SET k v NX XX
    SET k v NX GET
    SET k v NX
    SET k v2 XX
    SET nosuch v XX
    SET k v3 GET
    SET new v4 GET
    SET k v FOO
    SET k v ex 100
    TTL k
    SET k w KEEPTTL
    TTL k
    SET k x
    TTL k
    SETNX k y
    SETNX fresh y
    SETEX k 100 v
    SETEX k 0 v
    SETEX k -1 v
    SETEX k abc v
    PSETEX k 0 v
    PSETEX k 100000 v
    TTL k
    GETSET k old
    TTL k
    GETSET unset first
    GETDEL unset
    GETDEL unset
    GETEX k
    GETEX k EX 100
    TTL k
    GETEX k PERSIST
    TTL k
    GETEX k EX 0
    GETEX k FOO
    GETEX k EX 10 PERSIST
    GETEX nosuch EX 10
    GETEX k EXAT 1
    EXISTS k
    MSET a 1 b 2 c 3
    MGET a b c nosuch
    MSET a 1 b
    MSETNX a 9 z 9
    MSETNX y 8 z 9
    MSETNX y
    MGET a y z
    STRLEN a
    STRLEN nosuch
    APPEND a 23
    APPEND fresh2 ""
    EXISTS fresh2
    GET a
    INCR a
    INCRBY a 10
    INCRBY a abc
    DECR a
    DECRBY a 5
    DECRBY a -9223372036854775808
    SET big 9223372036854775807
    INCR big
    INCRBY big 1
    SET big -9223372036854775808
    DECR big
    SET text abc
    INCR text
    INCRBYFLOAT text 1
    SET f 10.50
    INCRBYFLOAT f 0.1
    INCRBYFLOAT f -5
    INCRBYFLOAT f 1e3
    INCRBYFLOAT f abc
    INCRBYFLOAT f inf
    INCRBYFLOAT f 1e400
    INCRBYFLOAT newf 3.0e3
    SET f 5.0e3
    INCRBYFLOAT f 2.0e2
    SET f " 11"
    INCRBYFLOAT f 1
    SET f "1 "
    INCR f
    SET s "Hello World"
    GETRANGE s 0 3
    GETRANGE s 0 -1
    GETRANGE s -4 -1
    GETRANGE s 5 3
    GETRANGE s 0 5000
    GETRANGE s -5000 5000
    GETRANGE s 11 20
    GETRANGE nosuch 0 -1
    GETRANGE s a 1
    SUBSTR s 0 3
    SETRANGE s 6 Redis
    GET s
    SETRANGE s 20 end
    GET s
    SETRANGE s -1 x
    SETRANGE s 536870912 x
    SETRANGE s abc x
    SETRANGE nosuch2 0 ""
    EXISTS nosuch2
    SETRANGE nosuch2 3 x
    GET nosuch2
    SET l1 ohmytext
    SET l2 mynewtext
    LCS l1 l2
    LCS l1 l2 LEN
    LCS l1 l2 IDX
    LCS l1 l2 IDX MINMATCHLEN 4
    LCS l1 l2 IDX MINMATCHLEN 4 WITHMATCHLEN
    LCS l1 l2 IDX LEN
    LCS l1 l2 FOO
    LCS l1 l2 MINMATCHLEN
    LCS l1 nosuch
    LCS l1
"""

KEYS = r"""
    SET a 1
    SET b 2
    SET c 3
    EXISTS a
    EXISTS a a b nosuch
    TYPE a
    TYPE nosuch
    DEL nosuch
    DEL a nosuch b
    UNLINK c nosuch
    DBSIZE
    SET a 1
    TOUCH a nosuch
    KEYS *
    KEYS a?
    KEYS [
    RANDOMKEY
    RENAME a b
    RENAME nosuch x
    RENAME b b
    RENAMENX b c
    SET d 4
    RENAMENX c d
    RENAMENX nosuch x
    COPY c e
    COPY c d
    COPY c d REPLACE
    COPY c c
    COPY c x DB 16
    COPY c x DB a
    COPY c x DB 3
    COPY c x DB 3
    COPY c x FOO
    COPY nosuch x
    MOVE c 3
    MOVE c 0
    MOVE c 99
    MOVE c a
    MOVE nosuch 3
    SET c 1
    MOVE c 3
    EXPIRE d 100
    TTL d
    EXPIRE d 50 GT
    EXPIRE d 200 GT
    EXPIRE d 300 LT
    EXPIRE d 150 LT
    EXPIRE d 100 NX
    EXPIRE d 100 XX
    EXPIRE d 100 NX XX
    EXPIRE d 100 GT LT
    EXPIRE d 100 NX GT
    EXPIRE d 100 FOO
    EXPIRE d abc
    EXPIRE d 9223372036854775807
    EXPIRE d -9223372036854775808
    PEXPIRE d 9223372036854775807
    EXPIRE nosuch 10
    PEXPIRE d 100000
    PERSIST d
    PERSIST d
    PERSIST nosuch
    TTL d
    PTTL d
    TTL nosuch
    PTTL nosuch
    EXPIREAT d 33177117420
    EXPIRETIME d
    PEXPIRETIME d
    PEXPIREAT d 33177117420123
    PEXPIRETIME d
    EXPIRETIME nosuch
    PEXPIRETIME nosuch
    EXPIREAT d 1
    EXISTS d
    SET d 1
    EXPIRE d 0
    EXISTS d
    SET d 1
    EXPIRE d -1
    EXISTS d
    SET n 12345
    OBJECT ENCODING n
    SET n 12345678901234567890
    OBJECT ENCODING n
    SET n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    OBJECT ENCODING n
    SET n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    OBJECT ENCODING n
    SET n abc
    APPEND n d
    OBJECT ENCODING n
    OBJECT ENCODING nosuch
    OBJECT REFCOUNT n
    OBJECT IDLETIME n
    OBJECT FREQ n
    OBJECT FREQ nosuch
    OBJECT FOO n
    OBJECT ENCODING
    FLUSHDB
    DBSIZE
    SCAN 0
    SCAN abc
    SCAN 0 COUNT 0
    SCAN 0 COUNT abc
    SCAN 0 FOO
    SCAN 0 MATCH
    SET one 1
    SCAN 0 MATCH o*
    SCAN 0 TYPE string
    SCAN 0 TYPE list
    SCAN 0 TYPE foo
    SCAN 0 MATCH x* COUNT 100
    SWAPDB 0 1
    DBSIZE
    SWAPDB 0 a
    SWAPDB a 0
    SWAPDB 0 99
    SWAPDB 1 0
    DBSIZE
    FLUSHDB ASYNC
    FLUSHDB SYNC
    FLUSHDB FOO
    FLUSHALL
    FLUSHALL ASYNC
    FLUSHALL SYNC ASYNC
    RANDOMKEY
    SELECT 3
    KEYS *
    FLUSHALL
    DBSIZE
    SELECT 0
    DEL
    EXISTS
    TOUCH
    UNLINK
    RENAME a
    EXPIRE a
    PERSIST
    TYPE
"""


class Talk:
    """A connection that tells what came back, byte by byte."""

    def __init__(self, address):
        self.sock = socket.create_connection(address, timeout=10)
        self.marks = itertools.count()

    def call(self, words):
        """The reply to one command: all that comes before the reply to an ECHO sent behind it."""
        mark = b"<mark %d>" % next(self.marks)
        end = b"$%d\r\n%s\r\n" % (len(mark), mark)
        self.sock.sendall(encode(words) + encode([b"ECHO", mark]))
        data = b""
        while not data.endswith(end):
            piece = self.sock.recv(65536)
            if not piece:
                return data + b"<closed>"
            data += piece
        return data[: -len(end)]

    def close(self):
        self.sock.close()


def encode(words):
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%s\r\n" % (len(word), word) for word in words])


def commands(text):
    """Lines of words; in double quotes as Python writes them."""
    return [split_words(line.strip().encode()) for line in text.strip().splitlines() if line.strip()]


@pytest.fixture(scope="module")
def ours():
    options = {"enable_debug_command": True, "enable_protected_configs": True}
    with EmbeddedServer(**options) as server:
        yield ("127.0.0.1", server.port)


@pytest.fixture
def theirs(start_redis):
    return ("127.0.0.1", start_redis("--enable-debug-command", "yes", "--enable-protected-configs", "yes").port)


@pytest.mark.parametrize("proto", [2, 3])
@pytest.mark.parametrize(
    "script",
    [pytest.param(value, id=name.lower()) for name, value in globals().items() if name.isupper()],
)
def test_the_same_bytes(ours, theirs, script, proto):
    mine, real = Talk(ours), Talk(theirs)
    try:
        for talk in (mine, real):
            if proto == 3:
                talk.call([b"HELLO", b"3"])
            talk.call([b"FLUSHALL"])
        different = []
        for words in commands(script):
            got, expected = mine.call(words), real.call(words)
            if got != expected:
                different.append((words, got, expected))
        assert not different, "\n".join(
            [f"{words}\n  got      {got}\n  expected {exp}" for words, got, exp in different]
        )
    finally:
        mine.close()
        real.close()
