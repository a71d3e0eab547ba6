"""The import rules for what import-linter does not see: ``.pyx`` and ``.pxd`` files, under the same contracts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTS = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def layer_numbers() -> dict[str, int]:
    """Part of the package → its layer, counted from the top."""
    lines = CONTRACTS["layers"]["layers"]
    return {name: number for number, line in enumerate(lines) for name in re.findall(r"\w+", line)}


def compiled_imports() -> Iterator[tuple[Path, str, str]]:
    """(file, the part it belongs to, what it imports)."""
    package = ROOT / "src/respkit"
    for path in sorted([*package.rglob("*.pyx"), *package.rglob("*.pxd")]):
        for found in IMPORTS.finditer(path.read_text()):
            yield path, path.relative_to(package).parts[0], found[1] or found[2]


def test_cimports_point_down_only() -> None:
    numbers = layer_numbers()
    independent = [set(re.findall(r"\w+", line)) for line in CONTRACTS["layers"]["layers"] if "|" in line]
    wrong = []
    for path, part, name in compiled_imports():
        if not name.startswith("respkit.") or (other := name.split(".")[1]) == part:
            continue
        sideways = any({part, other} <= layer for layer in independent)
        if numbers[other] < numbers[part] or sideways:
            wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_only_net_and_what_lies_above_store_does_io() -> None:
    contract = CONTRACTS["no-io"]
    below = {module.split(".")[1] for module in contract["source_modules"]}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path, part, name in compiled_imports()
        if part in below and name.split(".")[0] in contract["forbidden_modules"]
    ]
    assert wrong == []
