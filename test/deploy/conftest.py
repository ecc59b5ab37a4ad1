"""One emulator for all tests of the layer: each test leaves it as it found it, which is what they are about."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from emulator import Emulator
from stacks import App, example


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(autouse=True)
def every_test(emulator: Emulator) -> Iterator[None]:
    """A test that expects a denied call has asked for it, so that none is left at the end."""
    emulator.begin()
    yield
    assert emulator.faults() == []


@pytest.fixture(scope="session")
def dev(emulator: Emulator) -> App:
    return example(emulator, "dev")


@pytest.fixture(scope="session")
def prod(emulator: Emulator) -> App:
    return example(emulator, "prod")


@pytest.fixture(scope="session")
def minimal(emulator: Emulator) -> App:
    return example(emulator, "minimal")
