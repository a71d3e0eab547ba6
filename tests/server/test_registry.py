"""Every command of the table is known, and those of rare modules are loaded when they are called."""

from importlib import import_module

import pytest

from respkit.commands.table import ALL
from respkit.server.registry import COLD, build_commands, rename_command
from respkit.server.session import Commands


def test_every_command_of_the_table_is_known():
    commands = build_commands()
    assert set(commands.known) == {spec.name for spec in ALL}
    assert {name.lower() for name in commands.by_name} == {spec.name for spec in ALL if spec.parent is None}


@pytest.mark.parametrize("module", COLD)
def test_a_rare_module_attaches_the_names_that_are_listed_for_it(module):
    attached = []

    class Recorder(Commands):
        def attach_python(self, name, handler):
            attached.append(name)
            return 0

    import_module(f"respkit.server.{module}").install(Recorder())
    assert sorted(attached) == sorted(COLD[module])


def test_a_renamed_command_answers_to_its_new_name_only():
    commands = build_commands()
    rename_command(commands, b"CONFIG", b"secret")
    assert not {b"config", b"CONFIG"} & set(commands.by_name)
    assert commands.by_name[b"secret"] is commands.known[b"config"]


def test_a_command_renamed_to_nothing_is_gone():
    commands = build_commands()
    rename_command(commands, b"flushall", b"")
    assert b"flushall" not in commands.by_name


@pytest.mark.parametrize(
    ("name", "new_name", "text"),
    [
        (b"nosuch", b"other", "No such command in rename-command"),
        (b"client|list", b"other", "No such command in rename-command"),
        (b"get", b"set", "Target command name already exists"),
    ],
)
def test_what_cannot_be_renamed(name, new_name, text):
    with pytest.raises(ValueError, match=text):
        rename_command(build_commands(), name, new_name)
