"""Prints the regular expressions of the Spark job as JSON: `[{"where": "file:line", "source": "..."}]`.

Usage: python_expressions.py <glue-assets folder>
"""

import ast
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path

# Functions of Spark and of `re` that take an expression -> the position of the expression among their arguments.
SPARK = {"rlike": 0, "regexp": 1, "regexp_like": 1, "regexp_extract": 1, "regexp_extract_all": 1}
SPARK |= {"regexp_replace": 1, "regexp_count": 1, "regexp_instr": 1, "regexp_substr": 1, "split": 1}
RE = dict.fromkeys(("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"), 0)


class Names(dict):
    """Names of a module, with values of parameters. Any other parameter stands for a word: those are names here."""

    def __missing__(self, name: str) -> str:
        return name


class Function:
    """A function of a module, and the calls of it there, by which its parameters get their values."""

    def __init__(self, node: ast.FunctionDef, tree: ast.Module) -> None:
        self.parameters = [argument.arg for argument in node.args.args]
        self.calls = [
            call
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == node.name
        ]


def enclosing(node: ast.AST, tree: ast.Module) -> Function | None:
    """The function of the module that holds the node."""
    holders = [one for one in tree.body if isinstance(one, ast.FunctionDef) and node in ast.walk(one)]
    return Function(holders[0], tree) if holders else None


def parameters_in(expression: ast.expr, function: Function | None) -> list[str]:
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return [name for name in function.parameters if name in names] if function else []


def scopes(expression: ast.expr, tree: ast.Module, names: Names) -> Iterator[Names]:
    """The names with the values that the parameters in the expression have, call by call."""
    function = enclosing(expression, tree)
    parameters = parameters_in(expression, function)
    if function is None or not parameters or not function.calls:
        yield names
        return
    for call in function.calls:
        given = [call.args[function.parameters.index(parameter)] for parameter in parameters]
        values_given = [[value(argument, scope) for scope in scopes(argument, tree, names)] for argument in given]
        for combination in product(*values_given):
            yield Names({**names, **dict(zip(parameters, combination, strict=True))})


def value(node: ast.expr, names: Names) -> object:
    return eval(compile(ast.Expression(node), "<pattern>", "eval"), {}, names)  # noqa: S307 - our own source


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
    if (
        isinstance(argument, ast.Name)
        and argument.id not in names
        and not parameters_in(argument, enclosing(argument, tree))
    ):
        found = [text for node in bound_to(argument.id, tree) for text in value(node, names)]
    else:
        found = [value(argument, scope) for scope in scopes(argument, tree, names)]
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
