"""One emulator for all tests of the layer: each test leaves it as it found it, which is what they are about."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from emulator import Emulator
from stacks import Example


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(autouse=True)
def beginning(emulator: Emulator) -> None:
    emulator.begin()


@pytest.fixture(scope="session")
def dev(emulator: Emulator) -> Example:
    return Example(emulator, "dev", "ClickstreamDev")


@pytest.fixture(scope="session")
def prod(emulator: Emulator) -> Example:
    return Example(emulator, "prod", "ClickstreamProd")


@pytest.fixture(scope="session")
def minimal(emulator: Emulator) -> Example:
    return Example(emulator, "minimal", "ClickstreamMinimal")
