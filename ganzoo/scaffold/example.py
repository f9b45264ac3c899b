"""The example of a kind. The docs show it as a one-file plugin; here it becomes the module of a
package.

An example is ``examples/KIND.py``, and its tests are ``examples/test_KIND.py``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from ganzoo.registry.kinds import KINDS

EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Declared:
    """A component that an example registers. attribute: its name in the module. lines: the first
    and the last line of its registration in the source, counted from 1."""

    kind: str
    name: str
    attribute: str
    summary: str
    paper: str
    lines: tuple[int, int]


def kinds() -> list[str]:
    """The kinds that have an example."""
    return [kind for kind in KINDS if (EXAMPLES / f"{kind}.py").is_file()]


def declared(source: str) -> list[Declared]:
    """The components that a source registers with ``register``, in the order of the source."""
    tree = ast.parse(source)
    module_doc = (ast.get_docstring(tree) or "").partition("\n")[0].rstrip(".")
    components = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "register":
                    doc = (ast.get_docstring(node) or "").partition("\n")[0].rstrip(".")
                    components.append(_declared(decorator, node.name, doc, decorator))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value  # register("recipe", "name")(RECIPE)
            if isinstance(call.func, ast.Call) and ast.unparse(call.func.func) == "register":
                attribute = ast.unparse(call.args[0])
                components.append(_declared(call.func, attribute, module_doc, node))
    return components


def _declared(call: ast.Call, attribute: str, summary: str, node: ast.AST) -> Declared:
    kind, name = (ast.literal_eval(argument) for argument in call.args)
    keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    lines = (getattr(node, "lineno", 0), getattr(node, "end_lineno", 0))
    return Declared(kind, name, attribute, summary, keywords.get("paper", ""), lines)


def module_of(source: str, name: str) -> str:
    """The source as a module of a package, without its registrations. Its first component is named
    ``name``, and the names of the others begin with it."""
    parts = declared(source)
    lines = source.splitlines()
    for part in parts:
        for number in range(part.lines[0], part.lines[1] + 1):
            lines[number - 1] = "\0"
    text = "\n".join(line for line in lines if line != "\0").rstrip() + "\n"
    text = re.sub(r"^(from ganzoo import .*), register$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^from ganzoo import register\n", "", text, flags=re.MULTILINE)
    return text.replace(parts[0].name, name)


def registering(source: str, name: str, package: str, kind: str) -> str:
    """The body of ``ganzoo_register`` that names the components of the source."""
    parts = declared(source)
    calls = []
    for part in parts:
        if part.kind == "recipe":
            calls.append(f"    registry.recipe({part.attribute})\n")
            continue
        entries = [
            part.name.replace(parts[0].name, name),
            f"{package}.{kind}:{part.attribute}",
            part.summary,
            part.paper,
        ]
        keys = ("", "", "summary=", "paper=")
        arguments = [f'{key}"{text}"' for key, text in zip(keys, entries, strict=True) if text]
        inner = "".join(f"        {argument},\n" for argument in arguments)
        calls.append(f"    registry.{part.kind}(\n{inner}    )\n")
    return "".join(calls)
