"""The command table's data: a module for each group, a line for each command.

The columns, behind one another with `` | `` between them, the last ones left out where they are empty:

- name; a subcommand's is ``container|subcommand``, and its container stands before it;
- arity, as in COMMAND INFO;
- since, the version of Redis that brought it;
- flags, without ``movablekeys``, which follows from the key specs;
- ACL categories, without those that follow from the flags (see ``respkit.commands.table``);
- key specs, between semicolons: where the keys are, then what the command does to them. Where:
  ``1`` the one argument at 1, ``1..2`` and ``1..-1`` from 1 to the second or the last, ``1..-1/2`` every second of
  them, ``#1`` at 1 their number and then themselves, ``STORE@5`` the one behind the word STORE, searched from 5 on,
  ``KEYS@-2..-1`` searched backwards from the last but one, all that follow, ``STREAMS@1..-1%2`` the first
  half of those that follow, ``?`` nowhere that could be described.

An indented line continues the command above it: ``keys:`` where they do not fit, and ``tips:`` for those who route
commands and merge replies.

The facts are those of Redis 7.0.15; ``tests/commands/test_live.py`` compares them with a running one.
"""
