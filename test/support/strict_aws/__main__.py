"""MiniStack's server with AWS's strictness, with MiniStack's own settings in the environment."""

from importlib.metadata import version

from ministack.app import main

from strict_aws import deletion, function_logs, glue_runs, guards, interfaces, resource_types, roles, schedules

WRITTEN_FOR = "1.5.33"


def install() -> None:
    """Replace MiniStack's functions. Their names are its internals, so any other version is refused."""
    found = version("ministack")
    if found != WRITTEN_FOR:
        raise SystemExit(
            f"this was written for ministack {WRITTEN_FOR}, found {found}: adapt it, or install that version"
        )
    for part in (interfaces, resource_types, guards, glue_runs, function_logs, roles, schedules, deletion):
        part.install()


if __name__ == "__main__":
    install()
    main()
