"""Prints the regular expressions of the Spark job as JSON: `[{"where": "file:line", "source": "..."}]`.

Usage: python_expressions.py <glue-assets folder>
"""

import ast
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

# Functions of Spark and of `re` that take an expression -> the position of the expression among their arguments.
SPARK = {"rlike": 0, "regexp": 1, "regexp_like": 1, "regexp_extract": 1, "regexp_extract_all": 1}
SPARK |= {"regexp_replace": 1, "regexp_count": 1, "regexp_instr": 1, "regexp_substr": 1, "split": 1}
RE = dict.fromkeys(("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"), 0)


class Names(dict):
    """Names of a module; a parameter stands for a word, because those of this project are names."""

    def __missing__(self, name: str) -> str:
        return name


def pattern_argument(call: ast.Call) -> ast.expr | None:
    """The expression that a call takes, if its function takes one."""
    if not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    takes = RE if owner == "re" else SPARK if owner == "F" or call.func.attr == "rlike" else {}
    position = takes.get(call.func.attr)
    return None if position is None else call.args[position]


def bound_to(name: str, tree: ast.Module) -> list[ast.expr]:
    """What a comprehension goes through under this name."""
    generators = [node for node in ast.walk(tree) if isinstance(node, ast.comprehension)]
    return [node.iter for node in generators if isinstance(node.target, ast.Name) and node.target.id == name]


def values(argument: ast.expr, tree: ast.Module, names: Names) -> list[str]:
    def value(node: ast.expr) -> object:
        return eval(compile(ast.Expression(node), "<pattern>", "eval"), {}, names)  # noqa: S307 - our own source

    if isinstance(argument, ast.Name) and argument.id not in names:
        found = [text for node in bound_to(argument.id, tree) for text in value(node)]
    else:
        found = [value(argument)]
    if not found or not all(isinstance(text, str) for text in found):
        raise ValueError(f"cannot tell which expression `{ast.unparse(argument)}` is: make it a constant of the module")
    return found


def expressions(path: Path, root: Path) -> Iterator[dict[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [(call.lineno, argument) for call in calls if (argument := pattern_argument(call)) is not None]
    if not found:
        return
    module = import_module(".".join(path.relative_to(root).with_suffix("").parts))
    names = Names(vars(module))
    for line, argument in found:
        for source in values(argument, tree, names):
            yield {"where": f"{root.name}/{path.relative_to(root)}:{line}", "source": source}


def main(folder: str) -> None:
    root = Path(folder).resolve()
    sys.path.insert(0, str(root))
    files = sorted(path for path in root.rglob("*.py") if "tests" not in path.relative_to(root).parts)
    print(json.dumps([found for path in files for found in expressions(path, root)]))


if __name__ == "__main__":
    main(sys.argv[1])
