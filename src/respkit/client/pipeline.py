"""What the pipelines of both clients share: the commands that wait, and what becomes of their replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from respkit.client.kinds import OWN, REFUSED, CommandKind, kind_of, split_name
from respkit.client.pipeline_commands import PipelineCommands
from respkit.errors import RedisError, ResponseError, WatchError

#: A command and what the client knows of it.
Command = tuple[Sequence[Any], CommandKind]

_MULTI: Command = (("MULTI",), CommandKind("MULTI"))
_EXEC: Command = (("EXEC",), CommandKind("EXEC"))
#: Nothing is decoded in what answers it: a part of it must stay bytes.
_RAW_EXEC: Command = (("EXEC",), CommandKind("EXEC", raw=True))


class PipelineBase(PipelineCommands):
    """Commands that are sent together; ``transaction`` puts MULTI and EXEC around them.

    After ``watch()`` commands run at once, until ``multi()``; ``execute()`` then fails with WatchError if
    a watched key changed.
    """

    def __init__(self, transaction: bool, encoding: str | None, encoding_errors: str) -> None:
        self.transaction = transaction
        self.commands: list[Command] = []
        self.watching = False
        self.explicit = False
        self._encoding = encoding
        self._encoding_errors = encoding_errors

    def __len__(self) -> int:
        return len(self.commands)

    def __bool__(self) -> bool:
        return True  # an empty pipeline is still one

    def execute_command(self, *args: Any) -> Self:
        """Add any command: its name, then its arguments."""
        if self.watching and not self.explicit:
            now: Self = self._run_now(args)  # what the client gives for a command, not the pipeline
            return now
        self.commands.append(self._checked(args))
        return self

    def multi(self) -> None:
        """What follows is the transaction, to run only if no watched key has changed."""
        if self.explicit:
            raise RedisError("multi() was called before")
        if self.commands:
            raise RedisError("multi() comes before the commands of the transaction")
        self.explicit = True

    def _run_now(self, args: tuple[Any, ...]) -> Any:
        raise NotImplementedError

    @staticmethod
    def _checked(args: tuple[Any, ...]) -> Command:
        if not args:
            raise TypeError("a command has at least its name")
        args = split_name(args)
        kind = kind_of(*args[:2])
        if kind.route == REFUSED:
            raise RedisError(kind.reason)
        return args, kind

    def _packed(self) -> list[Command]:
        """What is sent."""
        if not self._in_transaction:
            for _, kind in self.commands:
                if kind.route == OWN:
                    raise RedisError(f"{kind.name} waits, and would hold up the pipeline: call it by itself")
            return list(self.commands)
        raw = self._encoding is not None and any(kind.raw for _, kind in self.commands)
        return [_MULTI, *self.commands, _RAW_EXEC if raw else _EXEC]

    @property
    def _in_transaction(self) -> bool:
        return self.transaction or self.explicit

    def _results(self, commands: list[Command], replies: list[Any], raise_on_error: bool) -> list[Any]:
        """The results of ``commands`` from the replies to what ``_packed`` gave for them."""
        if self._in_transaction:
            replies = self._executed(commands, replies)
        results: list[Any] = []
        for number, ((args, kind), reply) in enumerate(zip(commands, replies, strict=True), 1):
            result = reply
            if isinstance(reply, Exception):
                if raise_on_error:
                    raise _told(reply, number, args)
            elif kind.convert is not None:
                result = kind.convert(reply)
            results.append(result)
        return results

    def _executed(self, commands: list[Command], replies: list[Any]) -> list[Any]:
        for number, ((args, _), reply) in enumerate(zip(commands, replies[1:-1], strict=True), 1):
            if isinstance(reply, Exception):
                raise _told(reply, number, args)  # it was not queued, so that nothing ran
        multi, executed = replies[0], replies[-1]
        if isinstance(multi, Exception):
            raise multi
        if isinstance(executed, Exception):
            raise executed
        if executed is None:
            raise WatchError("a watched key changed")
        if not isinstance(executed, list) or len(executed) != len(commands):
            raise ResponseError("EXEC did not answer with as many replies as there were commands")
        if self._encoding is not None and any(kind.raw for _, kind in commands):
            return [
                reply if kind.raw else self._decoded(reply) for (_, kind), reply in zip(commands, executed, strict=True)
            ]
        return executed

    def _decoded(self, reply: Any) -> Any:
        if isinstance(reply, bytes):
            return reply.decode(self._encoding or "utf-8", self._encoding_errors)
        if isinstance(reply, list):
            return [self._decoded(item) for item in reply]
        if isinstance(reply, dict):
            return {self._decoded(key): self._decoded(value) for key, value in reply.items()}
        return reply


def _told(error: Exception, number: int, args: Sequence[Any]) -> Exception:
    """The error with the command that caused it, as redis-py words it."""
    words = " ".join(arg.decode("utf-8", "replace") if isinstance(arg, bytes) else str(arg) for arg in args)
    if len(words) > _MOST_SHOWN:
        words = words[:_MOST_SHOWN] + "..."
    error.args = (f"Command # {number} ({words}) of pipeline caused error: {error}", *error.args[1:])
    return error


_MOST_SHOWN = 100
