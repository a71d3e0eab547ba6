"""COMMAND DOCS: what the commands are for, and their arguments.

Loaded when somebody asks, never at start: a module for each group, with a `Doc` for each command.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from respkit.commands.docs.model import Argument, Doc, read_arguments
from respkit.commands.model import Command
from respkit.commands.reply import Set, Simple

_groups: dict[str, dict[bytes, Doc]] = {}


def doc_of(command: Command) -> Doc:
    """A command's documentation."""
    docs = _groups.get(command.group)
    if docs is None:
        docs = import_module("respkit.commands.docs." + command.group.replace("-", "_")).DOCS
        _groups[command.group] = docs
    return docs[command.name]


def docs_of(command: Command) -> dict[bytes, Any]:
    """What COMMAND DOCS says about a command and its subcommands, as data for `respkit.commands.reply.put`."""
    doc = doc_of(command)
    reply: dict[bytes, Any] = {
        b"summary": doc.summary.encode(),
        b"since": command.since.encode(),
        b"group": command.group.encode(),
    }
    if doc.complexity:
        reply[b"complexity"] = doc.complexity.encode()
    if doc.flags:
        reply[b"doc_flags"] = Set(Simple(word.encode()) for word in doc.flags.split())
    if doc.deprecated_since:
        reply[b"deprecated_since"] = doc.deprecated_since.encode()
        reply[b"replaced_by"] = doc.replaced_by.encode()
    if doc.history:
        reply[b"history"] = Set([version.encode(), change.encode()] for version, change in doc.history)
    if doc.arguments:
        reply[b"arguments"] = [_argument(argument) for argument in read_arguments(doc.arguments)]
    if command.subcommands:
        reply[b"subcommands"] = {sub.name: docs_of(sub) for sub in command.subcommands.values()}
    return reply


def _argument(argument: Argument) -> dict[bytes, Any]:
    reply: dict[bytes, Any] = {b"name": argument.name.encode(), b"type": argument.type.encode()}
    if argument.key_spec_index >= 0:
        reply[b"key_spec_index"] = argument.key_spec_index
    if argument.token is not None:
        reply[b"token"] = argument.token.encode()
    if argument.since:
        reply[b"since"] = argument.since.encode()
    if argument.deprecated_since:
        reply[b"deprecated_since"] = argument.deprecated_since.encode()
    if argument.flags:
        reply[b"flags"] = Set(Simple(flag.encode()) for flag in argument.flags)
    if argument.arguments:
        reply[b"arguments"] = [_argument(inner) for inner in argument.arguments]
    return reply
