# cython: annotation_typing=False
"""The hot path of the server: bytes received → commands → handlers → replies.

A handler is ``handler(session, args)``: it writes one reply into ``session.out``, or raises ``CommandError``.
What is rare (states that refuse or divert a command) costs one test of a command's ``gates`` against the
session's and the server's.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from respkit.errors import CommandError, ProtocolError
from respkit.net import clock
from respkit.net.carrier import Protocol
from respkit.net.poller import TurnHook
from respkit.resp.inbuf import Args, CommandParser
from respkit.server import flags
from respkit.store.database import Database

if TYPE_CHECKING:
    from respkit.acl.user import User
    from respkit.commands.model import Command
    from respkit.server.app import Server

# One session's share of a loop turn. What it has received beyond that waits until every other session had its turn.
TURN_COMMANDS = 1000
TURN_US = 5000
NO_LIMIT = (1 << 63) - 1

Handler = Callable[["Session", Args], Any]


class ServerCommand:
    """One entry of the command table as this server runs it: its handler, its gates and its statistics."""

    def __init__(self, spec: Command, gates: int, writes: bool) -> None:
        self.spec = spec
        self.name = spec.name
        self.arity = spec.arity
        self.gates = gates
        self.writes = writes
        self.handler: Handler = not_supported
        self.python_handler: Handler | None = None
        self.subcommands: dict[bytes, ServerCommand] | None = None
        self.calls = 0
        self.microseconds = 0
        self.rejected = 0
        self.failed = 0

    def supported(self) -> bool:
        """Whether a handler has been attached."""
        return self.handler != not_supported

    def reset_stats(self) -> None:
        """As CONFIG RESETSTAT does."""
        self.calls = self.microseconds = self.rejected = self.failed = 0


def not_supported(session: Session, args: Args) -> None:
    """The handler of a command that the table knows and this server does not have."""
    command = session.command
    assert command is not None
    raise CommandError(b"ERR command '%s' is not supported by this server" % command.name)


def call_python(session: Session, args: Args) -> None:
    """The handler of a command whose own handler is not compiled."""
    command = session.command
    assert command is not None and command.python_handler is not None
    command.python_handler(session, args)


class Commands:
    """The commands of a server, each with its handler."""

    def __init__(self) -> None:
        # By their full names in lower case, subcommands (``client|list``) among them.
        self.known: dict[bytes, ServerCommand] = {}
        # Those that a client can call, by the name that it must use: rename-command changes it.
        self.by_name: dict[bytes, ServerCommand] = {}

    def attach(self, name: bytes, handler: Handler) -> int:
        """Gives a command its handler, from a compiled module: there the handler is a C function."""
        command = self.known[name]
        command.handler = handler
        return 0

    def attach_python(self, name: bytes, handler: Handler) -> int:
        """Gives a command its handler, from a module that is not compiled."""
        command = self.known[name]
        command.python_handler = handler
        command.handler = call_python
        return 0


class ServerState:
    """What the sessions of one server share and read on every command."""

    def __init__(self, app: Server) -> None:
        self.app = app
        self.now_ms = 0
        self.gate = 0
        self.dirty = 0
        self.observers = 0
        # What one client may have unread and unsent, in bytes: client-query-buffer-limit, and the hard limit of
        # client-output-buffer-limit.
        self.max_unread = 1 << 30
        self.max_unsent = NO_LIMIT
        self.keyspace_hits = 0
        self.keyspace_misses = 0
        self.databases: list[Database] = []
        self.commands = Commands()
        self.error_counts: dict[bytes, int] = {}


class Clock(TurnHook):
    """Tells a server the time at the start of each turn."""

    def __init__(self, server: ServerState) -> None:
        self.server = server

    def run(self) -> int:
        self.server.now_ms = clock.unix_ms()
        return 0


class Session(Protocol):
    """One client's connection."""

    def __init__(self, server: ServerState) -> None:
        self.server = server
        self.db = server.databases[0]
        self.gate = 0
        self.client_id = 0
        self.command: ServerCommand | None = None
        # The command of before; there is none at first, and a size of -1 is no argument's. Compiled, `last_at` points into
        # `last_name`.
        self.last = server.commands.known[b"ping"]
        self.last_name = self.last_at = b""
        self.last_size = -1
        # Set where no further command may run: the connection closes once what it is owed has been sent.
        self.ended = False
        # In the list of those that go on in the next turn.
        self.waiting = False
        # What is left of this turn's share, and when the command before ended.
        self.budget = 0
        self.turn_us = 0
        self.clock_us = 0
        self.reply_start = 0
        # CLIENT REPLY: GATE_REPLY is set while one of the two holds. A command that turns replies on has its own sent.
        self.reply_off = False
        self.reply_skip = False
        self.reply_kept = False
        # Who it is, and what CLIENT LIST tells of it.
        self.user: User = server.app.users.default
        self.authenticated = False
        self.name = b""
        self.no_evict = False
        # Since when it has had more unsent than the soft limit of client-output-buffer-limit; 0: it has not.
        self.over_soft_ms = 0
        self.created_ms = server.now_ms
        self.active_ms = server.now_ms

    # What the carrier calls.

    def connected(self) -> int:
        """The connection stands."""
        carrier = self.carrier
        self.parser = CommandParser(carrier.inbuf)
        self.out = carrier.outbuf
        self.server.app.connected(self)
        return 0

    def received(self) -> int:
        """Runs what has arrived, at most one turn's share of it. Raises nothing."""
        if self.waiting or self.ended:
            return 0
        self.active_ms = self.server.now_ms
        self.budget = TURN_COMMANDS
        self.clock_us = clock.monotonic_us()
        self.turn_us = self.clock_us + TURN_US
        while True:
            try:
                self.work()
                break
            except CommandError as error:
                self.refused(error.reply)
            except ProtocolError as error:
                self.end_with(b"ERR " + str(error).encode("utf-8", "surrogateescape"))
                break
            except Exception:
                self.blame()
        if self.out.size() > self.server.max_unsent:
            self.end_over_limit("overcoming of output buffer limits", self.out.size())
        elif self.parser.buffer.size() > self.server.max_unread:
            self.end_over_limit("reaching max query buffer length", self.parser.buffer.size())
        elif self.ended:
            self.carrier.close()
        else:
            self.carrier.flush_soon()
        return 0

    def lost(self, reason: BaseException | None) -> int:
        """The connection has gone."""
        self.ended = True
        self.server.app.disconnected(self)
        return 0

    def resume(self) -> int:
        """Goes on with what was left at the end of the last turn."""
        self.waiting = False
        if not self.ended:
            self.carrier.resume_reading()
            self.received()
        return 0

    # The loop over what has arrived.

    def work(self) -> int:
        """Runs commands until there is none complete, the session has ended, or its share of this turn is used up."""
        parser = self.parser
        args = parser.args
        out = self.out
        while not self.ended:
            if (self.budget <= 0 or self.clock_us > self.turn_us) and parser.buffer.size() > 0:
                self.yield_turn()
                return 0
            if not parser.next():
                return 0
            self.budget -= 1
            self.reply_start = out.end - out.start  # what mark() says, without the call
            self.run(args)
        return 0

    def run(self, args: Args) -> int:
        """Runs one command. Raises what its handler raises."""
        command = self.last
        if not args.equals_view(0, self.last_at, self.last_size):
            found = self.find(args)
            if found is None:
                return 0
            command = found
        if command is not self.command:
            self.command = command
        count = args.count
        if count != command.arity and (command.arity >= 0 or count < -command.arity):
            self.reject(command, b"ERR wrong number of arguments for '%s' command" % command.name)
            return 0
        if command.gates & (self.gate | self.server.gate) and not self.pass_gate(command, args):
            return 0
        command.handler(self, args)
        command.calls += 1
        now = clock.monotonic_us()
        command.microseconds += now - self.clock_us
        self.clock_us = now
        return 0

    def find(self, args: Args) -> ServerCommand | None:
        """The command that `args` name; replies with the error and gives None where there is none."""
        by_name = self.server.commands.by_name
        spelling = args.bytes_at(0)
        command = by_name.get(spelling)
        if command is None:
            command = by_name.get(spelling.lower())
            if command is None:
                self.reject(None, unknown_command(args))
                return None
        if command.subcommands is None:
            self.last = command
            self.last_name = spelling.upper()
            self.last_at = self.last_name
            self.last_size = len(self.last_name)
            return command
        if args.count < 2:
            return command  # its arity is at least 2: refused there
        sub = command.subcommands.get(args.bytes_at(1).lower())
        if sub is None:
            name = c_string(args.bytes_at(1))[:128]
            self.reject(None, b"ERR unknown subcommand '%s'. Try %s HELP." % (name, c_string(spelling).upper()))
        return sub

    # What is rare.

    def pass_gate(self, command: ServerCommand, args: Args) -> bool:
        """Whether the command is still to be run; if not, it has been refused, or run in another way."""
        gate = command.gates & (self.gate | self.server.gate)
        if gate & flags.GATE_UNAUTHENTICATED:
            self.reject(command, b"NOAUTH Authentication required.")
            return False
        if gate & flags.GATE_ACL:
            denial = self.user.check(command.spec, args)
            if denial is not None:
                self.reject(command, denial.reply)
                return False
        if gate & flags.GATE_REPLY:
            self.run_silently(command, args)
            return False
        return True

    def run_silently(self, command: ServerCommand, args: Args) -> int:
        """Runs a command whose reply nobody wants."""
        self.reply_kept = False
        skipped = self.reply_skip
        self.reply_skip = False
        try:
            command.handler(self, args)
            command.calls += 1
            now = clock.monotonic_us()
            command.microseconds += now - self.clock_us
            self.clock_us = now
        except CommandError as error:
            self.refused(error.reply)
        except Exception:
            self.blame()
        if not self.reply_kept:
            self.out.truncate(self.reply_start)
        if skipped and not self.reply_off and not self.reply_skip:
            self.gate &= ~flags.GATE_REPLY
        return 0

    def reject(self, command: ServerCommand | None, text: bytes) -> int:
        """An error reply to a command that has not been run."""
        if command is not None:
            command.rejected += 1
        self.error(text)
        if self.gate & flags.GATE_REPLY:
            self.out.truncate(self.reply_start)
            if self.reply_skip and not self.reply_off:
                self.gate &= ~flags.GATE_REPLY
            self.reply_skip = False
        return 0

    def error(self, text: bytes) -> int:
        """An error reply, counted by its code."""
        code = text.split(b" ", 1)[0]
        counts = self.server.error_counts
        counts[code] = counts.get(code, 0) + 1
        self.out.error(text)
        return 0

    def refused(self, reply: bytes) -> int:
        """The handler of the present command has refused."""
        command = self.command
        if command is not None:
            now = clock.monotonic_us()
            command.calls += 1
            command.failed += 1
            command.microseconds += now - self.clock_us
            self.clock_us = now
        self.out.truncate(self.reply_start)
        self.error(reply)
        return 0

    def blame(self) -> int:
        """Something has a bug. A command's client is told, and goes on; outside a command the session ends."""
        self.server.app.log.warning(f"Internal error:\n{traceback.format_exc()}")
        command = self.command
        if command is None:
            self.end_with(b"ERR internal error")
        else:
            self.refused(b"ERR internal error in '%s', see the server's log" % command.name)
            self.command = None
        return 0

    def end_with(self, text: bytes) -> int:
        """A last error reply; then the connection closes."""
        self.error(text)
        self.ended = True
        return 0

    def end_over_limit(self, why: str, size: int) -> int:
        """The client takes too much memory: it is cut off."""
        peer = self.carrier.peer
        self.server.app.log.warning(f"Client id={self.client_id} addr={peer} closed for {why}: {size} bytes")
        self.kill(None)
        return 0

    def become(self, user: User, authenticated: bool) -> int:
        """From now on this session is the user's."""
        self.user = user
        self.authenticated = authenticated
        self.apply_user()
        return 0

    def apply_user(self) -> int:
        """Makes the gates follow what the session's user may do, after that has changed."""
        app = self.server.app
        may_all = self.user.root.all_commands and self.user.root.all_keys and self.user.root.all_channels
        needs_login = not self.authenticated and not app.open_door()
        self.gate &= ~(flags.GATE_UNAUTHENTICATED | flags.GATE_ACL)
        if needs_login:
            self.gate |= flags.GATE_UNAUTHENTICATED
        if not may_all:
            self.gate |= flags.GATE_ACL
        self.parser.trusted = not needs_login
        return 0

    def reset(self) -> int:
        """As RESET does: everything is as it was when the connection was made."""
        self.db = self.server.databases[0]
        self.out.proto = 2
        self.name = b""
        self.no_evict = False
        self.reply_off = self.reply_skip = False
        self.gate &= ~flags.GATE_REPLY
        app = self.server.app
        self.become(app.users.default, app.open_door())
        return 0

    def kill(self, by: Session | None) -> int:
        """Ends the connection: at once, or after its reply where `by`, the session whose command asks for it, is itself."""
        self.ended = True
        if by is not self:
            self.carrier.abort()
        return 0

    def yield_turn(self) -> int:
        """Leaves the rest to the next turn, and reads no more until then."""
        self.waiting = True
        self.carrier.pause_reading()
        self.server.app.resume_later(self)
        return 0

    def unread_bytes(self, running: bool) -> int:
        """What has been received and not run. `running`: a command of this session is, and counts as well."""
        return self.carrier.inbuf.size() + (self.parser.args.frame_size if running else 0)

    def argument_bytes(self) -> int:
        """The sizes of the present command's arguments."""
        args = self.parser.args
        total = 0
        for i in range(args.count):
            total += args.size_at(i)
        return total

    # What handlers call.

    def changed(self, args: Args, i: int, kind: int, event: bytes) -> int:
        """The key ``args[i]`` has changed."""
        self.server.dirty += 1
        if self.server.observers:
            self.server.app.observers.key_changed(self.db, args.bytes_at(i), kind, event)
        return 0

    def changed_key(self, key: bytes, kind: int, event: bytes) -> int:
        """The key has changed."""
        self.server.dirty += 1
        if self.server.observers:
            self.server.app.observers.key_changed(self.db, key, kind, event)
        return 0

    def propagate_as(self, arguments: list[bytes]) -> int:
        """The present command reaches the AOF and the replicas as `arguments`, not as it came."""
        if self.server.observers & flags.OBSERVE_COMMANDS:
            self.server.app.observers.propagate(self.db, arguments)
        return 0


def unknown_command(args: Args) -> bytes:
    """``ERR unknown command 'foo', with args beginning with: 'a' 'b' ``: 128 bytes each of name and arguments at most."""
    shown = b""
    for i in range(1, args.count):
        if len(shown) >= 128:
            break
        shown += b"'%s' " % c_string(args.bytes_at(i))[: 128 - len(shown)]
    return b"ERR unknown command '%s', with args beginning with: %s" % (c_string(args.bytes_at(0))[:128], shown)


def c_string(text: bytes) -> bytes:
    """Up to the first NUL, as Redis formats arguments into its errors."""
    return text.split(b"\0", 1)[0]
