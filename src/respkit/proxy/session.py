# cython: annotation_typing=False
"""One client of the proxy: who it is, and the way of its commands.

A command's way: parsed where it lies in the receive buffer → its entry in the plan → the user's rules, on the names that
the client uses → the pool of the longest route, else the user's → the server that the key's hash says → the command's bytes
appended to what goes there. The reply comes back through ``Request``.

A client that sends faster than it reads, or than a server takes, is *held*: not parsed and not read from until it may go on.
"""

from __future__ import annotations

from typing import Any

from respkit.acl.user import Denial, User
from respkit.commands import refusals
from respkit.commands.keys import keys_of
from respkit.commands.model import NO_AUTH, Command
from respkit.errors import CommandError, ProtocolError
from respkit.proxy.guards import GUARDS
from respkit.proxy.local import HANDLERS
from respkit.proxy.plan import COUNT, ENTRIES, KEYS, LOCAL, ONE_KEY, PAIRS, REFUSED, VALUES, Entry, entry_named
from respkit.proxy.pool import Pool, Router
from respkit.proxy.request import Client
from respkit.proxy.scatter import Gather, Part
from respkit.proxy.upstream import Clock, Upstream
from respkit.resp.inbuf import Args, CommandParser
from respkit.resp.outbuf import OutBuffer

# The same as C numbers, for the compiled form.
_ONE_KEY = ONE_KEY
_KEYS = KEYS
_VALUES = VALUES
_PAIRS = PAIRS
_COUNT = COUNT
_LOCAL = LOCAL
_REFUSED = REFUSED
_NO_AUTH = NO_AUTH
_DOWN = 2

_SCRIPTS = frozenset((b"eval", b"evalsha", b"eval_ro", b"evalsha_ro", b"fcall", b"fcall_ro"))


class Shared:
    """What the sessions of one proxy share. ``owner`` hears what happens to them: see ``app.Proxy``."""

    def __init__(
        self,
        users: Any,
        router: Router,
        pool: Pool,
        user_pools: dict[bytes, Pool],
        limits: Any,
        clock: Clock,
        owner: Any,
    ) -> None:
        self.users = users
        self.router = router
        # The pool of everybody else than those in `user_pools`.
        self.pool = pool
        self.user_pools = user_pools
        self.clock = clock
        self.owner = owner
        self.in_flight = limits.client_in_flight
        self.pause_bytes = limits.client_pause_bytes
        self.close_bytes = limits.client_close_bytes
        self.request_bytes = limits.request_bytes
        self.last_id = 0
        # What an operator wants to know.
        self.commands = 0
        self.refused = 0

    def failed_log_in(self, session: Session, name: bytes) -> None:
        self.owner.failed_log_in(session, name)


class Session(Client):
    """One connection of a client."""

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.shared = shared
        self.close_bytes = self.shared.close_bytes
        self.shared.last_id += 1
        self.id = self.shared.last_id
        self.name = b""
        self.proto = 2
        self.user: User | None = None
        self.pool = self.shared.pool
        self.router = self.shared.router
        # Of its pool, where no route is to be followed.
        self.placement = self.pool.placement
        self.upstreams = self.pool.resp2
        self.parser = CommandParser()
        # The last two commands, as they were written: most pipelines consist of one or two.
        self.last: Entry | None = None
        self.last_name = b""
        self.last_but_one: Entry | None = None
        self.last_but_one_name = b""
        self.waking = False
        self.blocker: Upstream | None = None
        # How many bytes had come, and commands been run, when a command was last completed: what a single one may take is limited.
        self.complete_at = 0
        self.commands = 0

    # Who it is -------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """As at the beginning of the connection: the default user, if that needs no password, else nobody."""
        default = self.shared.users.default
        self.name = b""
        self.speak(2)
        if default.enabled and default.no_password:
            self.become(default)
        else:
            self.user = None
            self.parser.trusted = False
            self.shared.owner.logged_out(self)

    def become(self, user: User) -> None:
        """Logged in."""
        self.user = user
        self.parser.trusted = True
        self.pool = self.shared.user_pools.get(user.name, self.shared.pool)
        self.speak(self.proto)
        self.shared.owner.logged_in(self)

    def speak(self, proto: int) -> None:
        """Which version of the protocol the client speaks from now on, and its servers to it."""
        self.proto = proto
        self.out.proto = proto
        if proto == 3:
            self.pool.speak(3)
            self.router.speak(3)
        self.placement = self.pool.placement
        self.upstreams = self.pool.speaking(proto)

    # The connection --------------------------------------------------------------------------------------------------

    def connected(self) -> int:
        self.out = self.carrier.outbuf
        self.parser = CommandParser(self.carrier.inbuf)
        self.parser.max_bulk = self.shared.request_bytes
        self.shared.owner.opened(self)
        self.begin()
        return 0

    def received(self) -> int:
        before = self.commands
        self.process()
        if self.commands != before:
            self.complete_at = self.carrier.bytes_in
        elif self.carrier.bytes_in - self.complete_at > 2 * self.shared.request_bytes and not self.held:
            self.answer(b"-ERR Protocol error: too big command\r\n")
            self.leave()
        return 0

    def drained(self) -> int:
        if self.held:
            self.wake()
        return 0

    def finished(self) -> bool:
        """The client sends no more: it gets the replies that are still to come, of a timeout's time at most."""
        if self.head is None:
            return False
        self.leave()
        return True

    def lost(self, reason: Any) -> int:
        self.abandon()
        if self.blocker is not None:
            self.blocker.unblock_one(self)
            self.blocker = None
        self.shared.owner.ended(self, reason)
        return 0

    def leave(self) -> int:
        """Take no more commands, and close when the last reply has been sent."""
        self.leaving = True
        if self.head is None:
            self.carrier.close()
        else:
            self.carrier.pause_reading()
        return 0

    # Holding back ----------------------------------------------------------------------------------------------------

    def hold(self, blocker: Upstream | None) -> int:
        """Take no more commands until there is room: for replies, for requests in flight, at the server that blocks."""
        self.held = True
        self.carrier.pause_reading()
        if blocker is not None:
            self.blocker = blocker
            blocker.blocked.append(self)
        # It may be over when this turn has sent what it wrote, and then nobody says so.
        self.wake()
        return 0

    def wake(self) -> int:
        """Look, soon, whether the client may go on."""
        if not self.waking:
            self.waking = True
            self.shared.owner.soon(self.go_on)
        return 0

    def has_room(self) -> bool:
        """Whether a held client may go on."""
        if (
            self.in_flight > self.shared.in_flight >> 1
            or self.out.end - self.out.start + self.stored > self.shared.pause_bytes
        ):
            return False
        return self.blocker is None or not self.blocker.is_full()

    def go_on(self) -> None:
        """Go on with what has been received already, which no event announces, then with reading."""
        self.waking = False
        if not self.held or self.carrier.closed or self.carrier.closing:
            return
        if not self.has_room():
            blocker = self.blocker
            if self.out.end - self.out.start > self.shared.pause_bytes and not self.carrier.waiting:
                self.wake()
            elif blocker is not None and blocker.is_full():
                if self not in blocker.blocked:
                    blocker.blocked.append(self)
                if blocker.wire is not None and not blocker.wire.carrier.waiting:
                    self.wake()
            return
        self.held = False
        if self.blocker is not None:
            self.blocker.unblock_one(self)
            self.blocker = None
        self.received()
        if not self.held and not self.leaving:
            self.carrier.resume_reading()

    # The way of a command --------------------------------------------------------------------------------------------

    def process(self) -> int:
        """Run the commands that are there, as long as there is room for their replies."""
        parser = self.parser
        shared = self.shared
        try:
            while not self.held and not self.leaving:
                if (
                    self.in_flight >= shared.in_flight
                    or self.out.end - self.out.start + self.stored > shared.pause_bytes
                ):
                    self.hold(None)
                    break
                if not parser.next():
                    break
                self.commands += 1
                self.run(parser.args)
        except ProtocolError as error:
            self.answer(b"-ERR " + str(error).encode("utf-8", "surrogateescape") + b"\r\n")
            self.leave()
        return 0

    def run(self, args: Args) -> int:
        """One command."""
        view = args.views[0]
        entry = self.last
        if entry is None or not is_same(view.at, view.size, self.last_name, len(self.last_name)):
            entry = self.other_entry(args)
            if entry is None:
                return 0
        command = entry.command
        if args.count < entry.least or args.count > entry.most:
            return self.refuse(refusals.wrong_arity(command))
        user = self.user
        if user is None:
            if not command.flags & _NO_AUTH:
                return self.refuse(refusals.NOT_AUTHENTICATED)
        else:
            root = user.root
            # Who may do everything with every key need not be asked about this one.
            if not (root.all_keys and root.all_channels and root.allowed[command.id]):
                denial = user.check(command, args)
                if denial is not None:
                    return self.deny(denial)
        if entry.kind == _ONE_KEY:
            view = args.views[entry.first_key]
            return self.forward(args, self.target(view.at, view.size))
        return self.run_other(entry, args)

    def other_entry(self, args: Args) -> Entry | None:
        """The entry of a command that is not called as the last one was."""
        view = args.views[0]
        name = self.last_but_one_name
        entry = self.last_but_one
        if entry is None or not is_same(view.at, view.size, name, len(name)):
            entry = self.find(args)
            if entry is None or not entry.plain:
                return entry
            name = args.bytes_at(0)
        self.last_but_one = self.last
        self.last_but_one_name = self.last_name
        self.last = entry
        self.last_name = name
        return entry

    def find(self, args: Args) -> Entry | None:
        """The entry of any command; None where there is no such command, which is then said."""
        entry = entry_named(args.bytes_at(0))
        if entry is None:
            self.refuse(refusals.unknown_command(args))
            return None
        if args.count > 1 and entry.command.subcommands:
            command: Command | None = entry.command.subcommands.get(args.bytes_at(1).lower())
            if command is None:
                self.refuse(refusals.unknown_subcommand(entry.command, args))
                return None
            return ENTRIES[command.id]
        return entry

    def target(self, key: bytes, size: int) -> Upstream:
        """The server of a key. Compiled, ``key`` is a pointer."""
        if self.router.size:
            return self.router.pool_at(key, size, self.pool).upstream_at(key, size, self.proto)
        return self.upstreams[self.placement.index_at(key, size)]

    def forward(self, args: Args, upstream: Upstream) -> int:
        """Pass the command on, and wait for its reply in order."""
        request = self.new_request()
        upstream.send(args, request)
        if upstream.is_full():
            self.hold(upstream)
        return 0

    def run_other(self, entry: Entry, args: Args) -> int:
        """Whatever is not just sent to the server of its one key."""
        user = self.user
        if entry.guarded and user is not None:
            refusal = GUARDS[entry.command.name](entry.command, args, user, self.is_alone())
            if refusal is not None:
                return self.refuse(refusal)
        if entry.kind == _KEYS:
            return self.run_keys(entry.command, args)
        if entry.kind == _REFUSED:
            return self.refuse(entry.reply)
        if entry.kind == _LOCAL:
            return self.run_locally(entry.command.name, args)
        return self.split(entry, args)

    def is_alone(self) -> bool:
        """Whether all of this client's keys lie on one server."""
        return self.pool.size == 1 and self.router.size == 0

    def run_keys(self, command: Command, args: Args) -> int:
        """A command that goes as a whole, if all of its keys are on one server."""
        upstream: Upstream | None = None
        first = 0
        places = [index for index, _ in keys_of(command, args)]
        for index in places:
            view = args.views[index]
            owner = self.target(view.at, view.size)
            if upstream is None:
                upstream = owner
                first = index
            elif owner is not upstream:
                return self.refuse(
                    b"ERR '%s' cannot go through the proxy: its keys '%s' and '%s' are on different servers"
                    % (command.name, _shown(args.bytes_at(first)), _shown(args.bytes_at(index)))
                )
        if upstream is None:
            if not (command.name in _SCRIPTS and args.bytes_at(2) == b"0" and self.is_alone()):
                return self.refuse(
                    b"ERR '%s' cannot go through the proxy: no key is found in its arguments" % command.name
                )
            upstream = self.upstreams[0]
        return self.forward(args, upstream)

    def split(self, entry: Entry, args: Args) -> int:
        """MGET, MSET, DEL and the like: one command for each server, the replies to be put together.

        Keys on one server go as they came. Nothing is sent if one of the servers is known to be down.
        """
        step = 2 if entry.kind == _PAIRS else 1
        if step == 2 and args.count % 2 == 0:
            return self.refuse(refusals.wrong_arity(entry.command))
        # Every server's part is counted on the server itself, and taken off again below.
        owners: list[Upstream] = []
        chosen: list[Upstream] = []
        i = 1
        while i < args.count:
            view = args.views[i]
            upstream = self.target(view.at, view.size)
            if upstream.picked == 0:
                chosen.append(upstream)
            upstream.picked += 1
            owners.append(upstream)
            i += step
        failed: Upstream | None = None
        for upstream in chosen:
            if upstream.state == _DOWN and failed is None:
                failed = upstream
        if len(chosen) == 1 or failed is not None:
            for upstream in chosen:
                upstream.picked = 0
            if failed is None:
                return self.forward(args, chosen[0])
            return self.answer(failed.failure.reply)
        gather = Gather(entry.kind, self.proto, len(chosen))
        for upstream in chosen:
            part = Part(gather, upstream)
            gather.parts.append(part)
            upstream.part = part
            upstream.out.put_header(0x2A, 1 + upstream.picked * step)
            upstream.out.bulk(entry.command.name)
            upstream.picked = 0
        i = 1
        for upstream in owners:
            view = args.views[i]
            upstream.out.put_bulk(view.at, view.size)
            if step == 2:
                view = args.views[i + 1]
                upstream.out.put_bulk(view.at, view.size)
            i += step
            if entry.kind == _VALUES:
                gather.order.append(upstream.part)
        self.append(gather)
        for upstream in chosen:
            part = upstream.part
            upstream.part = None
            upstream.queue(part)
            if upstream.is_full() and not self.held:
                self.hold(upstream)
        return 0

    def run_locally(self, name: bytes, args: Args) -> int:
        """A command that the proxy answers."""
        out = self.out if self.head is None else OutBuffer(self.proto)
        try:
            HANDLERS[name](self, args, out)
        except CommandError as error:
            out.error(error.reply)
        if out is self.out:
            self.carrier.flush_soon()
        else:
            self.answer(out.take())
        return 0

    def deny(self, denial: Denial) -> int:
        """The user's rules forbid it."""
        self.shared.owner.denied(self, denial)
        return self.refuse(denial.reply)

    def refuse(self, reply: bytes) -> int:
        """An error of the proxy's own: no line end in it."""
        self.shared.refused += 1
        return self.answer(b"-" + reply.translate(_LINE_ENDS) + b"\r\n")


def is_same(at: bytes, size: int, word: bytes, length: int) -> bool:
    """Whether ``at[:size]`` is the word. Compiled, both are pointers."""
    if size != length:
        return False
    for i in range(size):  # noqa: SIM110  (compiled, a loop touches no object)
        if at[i] != word[i]:
            return False
    return True


_LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")


def _shown(key: bytes) -> bytes:
    """A key in an error: not all of it, if it is long."""
    return key if len(key) <= 128 else key[:128] + b"..."
