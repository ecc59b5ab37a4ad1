"""Prints the regular expressions of the Spark job as JSON: `[{"where": "file:name", "source": "..."}]`.

Usage: python_expressions.py <glue-assets folder>

All of them are compiled constants of modules, so importing the modules gives them, however they are made.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

PACKAGE = "clickstream_lakehouse"

# Functions that take an expression, of `re`, Arrow and Spark. (Spark's and Python's `split` have the same name.)
OF_RE = ("match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
OF_OTHERS = ("rlike", "regexp", "extract_regex", "match_substring_regex", "replace_substring_regex")


def refuse_hidden_expressions(tree: ast.Module, where: str) -> None:
    """Refuse expressions that importing the module does not show.

    :raises ValueError: with the place
    """
    constants = {node.value for node in tree.body if isinstance(node, ast.Assign)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        function = call.func
        if not isinstance(function, ast.Attribute):
            continue
        is_re = isinstance(function.value, ast.Name) and function.value.id == "re"
        is_other = function.attr in OF_OTHERS or function.attr.startswith(("regexp_", "split_pattern_regex"))
        hidden = (is_re and function.attr in OF_RE) or is_other
        if hidden or (is_re and function.attr == "compile" and call not in constants):
            raise ValueError(f"{where}:{call.lineno}: make the expression a compiled constant of the module")


def expressions(path: Path, root: Path) -> Iterator[dict[str, str]]:
    where = f"{root.name}/{path.relative_to(root)}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    refuse_hidden_expressions(tree, where)
    imported = {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    module = import_module(".".join(path.relative_to(root).with_suffix("").parts))
    for name, value in vars(module).items():
        if isinstance(value, re.Pattern) and name not in imported:
            yield {"where": f"{where}:{name}", "source": value.pattern}


def main(folder: str) -> None:
    root = Path(folder).resolve()
    sys.path.insert(0, str(root))
    print(json.dumps([found for path in sorted((root / PACKAGE).rglob("*.py")) for found in expressions(path, root)]))


if __name__ == "__main__":
    main(sys.argv[1])
