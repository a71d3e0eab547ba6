"""The values of the configuration, and how they change: all of a change or none of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from respkit.commands.glob import glob_match
from respkit.errors import ConfigError
from respkit.server.config.kinds import HIDDEN, IMMUTABLE, MULTI, PROTECTED, VOLATILE, Parameter
from respkit.server.config.parameters import BY_NAME, PARAMETERS


class Settings:
    """One server's configuration: ``settings["maxclients"]``."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {parameter.name: parameter.default for parameter in PARAMETERS}
        self._values["dir"] = os.fsencode(os.getcwd())
        # What makes a new value take effect. It raises ValueError to refuse it.
        self._effects: dict[str, Callable[[], None]] = {}
        # What a file said already: `save` begins anew with its first line there, and adds with every other.
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def on_change(self, names: Iterable[str], effect: Callable[[], None]) -> None:
        """Have `effect` called once after a change of any of the parameters; ValueError from it undoes the change."""
        for name in names:
            self._effects[name] = effect

    def read(self, name: bytes, words: list[bytes]) -> bool:
        """One directive of a file or the command line; False if there is no such parameter, ValueError if it is wrong."""
        parameter = find(name)
        if parameter is None:
            return False
        if not parameter.flags & MULTI:
            if len(words) != 1:
                raise ValueError("wrong number of arguments")
        elif len(words) == 1 and words[0]:
            words = words[0].split()
        value = parameter.parse(words, self._values[parameter.name])
        if parameter.name == "save" and value and parameter.name in self._read:
            value = self._values["save"] + value
        self._read.add(parameter.name)
        self._values[parameter.name] = value
        return True

    def override(self, name: str, value: Any) -> None:
        """Set a value from within, past the rules and without effect: a limit that the system imposes."""
        self._values[name] = value

    def show(self, name: str) -> bytes:
        """As CONFIG GET replies it."""
        return BY_NAME[name].show(self._values[BY_NAME[name].name])

    def matching(self, pattern: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Names (aliases too) and values that CONFIG GET finds by a pattern; by an exact name hidden ones too."""
        if not any(byte in b"[*?" for byte in pattern):
            parameter = find(pattern)
            if parameter is not None:
                yield pattern, self.show(parameter.name)
            return
        pattern = pattern.lower()
        for name, parameter in BY_NAME.items():
            if not parameter.flags & HIDDEN and glob_match(pattern, name.encode()):
                yield name.encode(), self.show(name)

    def change(self, pairs: list[tuple[bytes, bytes]], protected_allowed: bool) -> None:
        """CONFIG SET: all of the pairs or none. ConfigError with Redis's text."""
        chosen: list[tuple[Parameter, bytes]] = []
        refused: tuple[bytes, str] | None = None
        for name, text in pairs:
            parameter = find(name)
            if parameter is None:
                shown = name.decode("utf-8", "surrogateescape")
                raise ConfigError(f"Unknown option or number of arguments for CONFIG SET - '{shown}'")
            if refused:
                continue
            if parameter.flags & IMMUTABLE:
                refused = name, "can't set immutable config"
            elif parameter.flags & PROTECTED and not protected_allowed:
                refused = name, "can't set protected config"
            elif any(parameter is other for other, _ in chosen):
                refused = name, "duplicate parameter"
            chosen.append((parameter, text))
        if refused:
            raise _failed(*refused)
        before = dict(self._values)
        effects: list[tuple[Callable[[], None], bytes]] = []
        for parameter, text in chosen:
            words = text.split(b" ") if parameter.flags & MULTI else [text]
            name = parameter.name.encode()
            try:
                value = parameter.parse(words, self._values[parameter.name])
            except ValueError as error:
                self._values = before
                raise _failed(name, str(error)) from None
            effect = self._effects.get(parameter.name)
            changed = value != self._values[parameter.name] or parameter.flags & VOLATILE
            if changed and effect and not any(effect is other for other, _ in effects):
                effects.append((effect, name))
            self._values[parameter.name] = value
        self._take_effect(effects, before)

    def _take_effect(self, effects: list[tuple[Callable[[], None], bytes]], before: dict[str, Any]) -> None:
        for effect, name in effects:
            try:
                effect()
            except ValueError as error:
                self._values = before
                for other, _ in effects:
                    try:
                        other()
                    except ValueError:  # what held before is as good as can be had
                        pass
                raise _failed(name, str(error)) from None


def find(name: bytes) -> Parameter | None:
    """The parameter of that name or alias, in any case."""
    return BY_NAME.get(name.decode("latin-1").lower())


def _failed(name: bytes, reason: str) -> ConfigError:
    text = f"CONFIG SET failed (possibly related to argument '{name.decode('utf-8', 'surrogateescape')}')"
    return ConfigError(f"{text} - {reason}" if reason else text)
