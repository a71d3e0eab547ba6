"""Generates the commands of the blocking client and of pipelines from those of the asyncio client.

``python -m tools.client_commands`` writes them; a test compares what is committed with what this would write.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "respkit" / "client"
SOURCE = FOLDER / "async_commands.py"

_HEADER = (
    '"""{title}\n\nGenerated from async_commands.py by ``python -m tools.client_commands``; not to be edited.\n"""'
)
_REPLIES = (
    "# The reply to any command is of any type; what each method says of its own is the server's word.\n"
    '# mypy: disable-error-code="no-any-return"\n'
)
_METHOD = re.compile(r"^    (?:async )?def (\w+)", re.MULTILINE)


def generate() -> dict[Path, str]:
    """What each generated file is to hold."""
    source = SOURCE.read_text()
    return {FOLDER / "sync_commands.py": _sync(source), FOLDER / "pipeline_commands.py": _pipeline(source)}


def _sync(source: str) -> str:
    text = _titled(source, "The commands of the blocking client: names, arguments and types are redis-py's.")
    text = _replace_awaitables(text, lambda inner: inner)
    text = text.replace("async def ", "def ").replace("await ", "").replace("AsyncIterator", "Iterator")
    text = text.replace("import Iterator, Awaitable, Iterable, Mapping", "import Iterable, Iterator, Mapping")
    text = text.replace("AsyncCommands", "SyncCommands")
    text = text.replace(
        "Each method sends its command at once; what it returns is awaited for the reply.",
        "Each method sends its command and waits for the reply.",
    )
    text = text.replace("for key in found:\n                yield key", "yield from found")
    return _REPLIES + text


def _pipeline(source: str) -> str:
    text = _titled(source, "The commands of a pipeline: each is kept for ``execute()``, and gives the pipeline.")
    text = _without_method(text, "scan_iter")
    text = _replace_awaitables(text, lambda inner: "Self")
    text = text.replace("import AsyncIterator, Awaitable, Iterable, Mapping", "import Iterable, Mapping")
    text = text.replace("from typing import Any, Generic, Literal", "from typing import Any, Literal, Self")
    text = text.replace("class AsyncCommands(Generic[S])", "class PipelineCommands")
    text = text.replace("    S,\n", "")
    return text.replace(
        "Each method sends its command at once; what it returns is awaited for the reply.",
        "Each method adds its command.",
    )


def _titled(source: str, title: str) -> str:
    return re.sub(r'\A""".*?"""', lambda _: _HEADER.format(title=title), source, flags=re.DOTALL)


def _replace_awaitables(text: str, replace: object) -> str:
    """``Awaitable[X]`` becomes what ``replace(X)`` gives."""
    assert callable(replace)
    parts = []
    while (at := text.find("Awaitable[")) >= 0:
        start = end = at + len("Awaitable[")
        depth = 1
        while depth:
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        parts += [text[:at], replace(text[start : end - 1])]
        text = text[end:]
    return "".join([*parts, text])


def _without_method(text: str, name: str) -> str:
    starts = [(match.start(), match[1]) for match in _METHOD.finditer(text)]
    for (start, found), (end, _) in itertools.pairwise(starts):
        if found == name:
            return text[:start] + text[end:]
    raise ValueError(f"no method {name}")


if __name__ == "__main__":
    for path, text in generate().items():
        path.write_text(text)
