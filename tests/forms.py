"""The two forms of the leaves: one set of tests runs on both.

    @each_form
    def test_…(form: Form) -> None:
        reader = form.module("respkit.resp.reader").Reader()

``plain`` is what the ``.py`` files say, also where extensions lie beside them, and whatever they import of respkit's hot
modules is plain too. ``compiled`` is there where this build is compiled.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

import respkit
from respkit.__about__ import build, hot_modules

_SOURCE = Path(respkit.__file__).parent.parent


class _PlainFinder(importlib.abc.MetaPathFinder):
    """Finds the ``.py`` of a hot module, and no extension."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in hot_modules():
            return None
        return importlib.util.spec_from_file_location(name, _SOURCE.joinpath(*name.split(".")).with_suffix(".py"))


_plain: dict[str, ModuleType] = {}


@functools.cache
def _load_plain(name: str) -> ModuleType:
    """The module `name` from its source, and with it all hot modules that it imports; nobody else sees them."""
    hot = hot_modules()
    compiled = {other: sys.modules.pop(other) for other in hot if other in sys.modules}
    finder = _PlainFinder()
    sys.modules.update(_plain)
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(name)
    finally:
        sys.meta_path.remove(finder)
        for other in hot:
            if other in sys.modules:
                _plain[other] = sys.modules.pop(other)
        sys.modules.update(compiled)
        for other, module in compiled.items():
            parent, _, last = other.rpartition(".")
            setattr(sys.modules[parent], last, module)


class Form:
    """One form of the hot modules."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def module(self, name: str) -> ModuleType:
        """The module of that full name in this form; what is not hot has only one."""
        if self.name == "compiled" or not any(hot_modules().values()):
            return importlib.import_module(name)
        return _load_plain(name)


FORMS = [Form("compiled"), Form("plain")] if build() == "compiled" else [Form("plain")]

each_form = pytest.mark.parametrize("form", FORMS, ids=repr)
