"""The lists that come with the package, as text files beside this one."""

from importlib import resources


def entries(name: str) -> list[str]:
    """The lines of a list but for comments."""
    # importlib.resources, not a path: on Glue the package is a zip.
    text = resources.files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
