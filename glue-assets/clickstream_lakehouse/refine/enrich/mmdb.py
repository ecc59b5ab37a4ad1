"""Reader of MaxMind's database format, version 2: https://maxmind.github.io/MaxMind-DB/.

Not the package maxminddb: its wheels hold compiled code, so the zip would depend on the machine that packaged it, and
its import needs the metadata of an installed package.
"""

import mmap
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

_METADATA_MARKER = b"\xab\xcd\xefMaxMind.com"
_METADATA_BYTES = 128 * 1024
_SEPARATOR_BYTES = 16

# Numbers of the types in the data section. Those of 8 and more are stored in a byte of their own, less 7.
_POINTER, _TEXT, _DOUBLE, _BYTES, _MAP, _INT32, _ARRAY, _BOOLEAN, _FLOAT = 1, 2, 3, 4, 7, 8, 11, 14, 15
_UNSIGNED = (5, 6, 9, 10)
_EXTENDED = 7


class MmdbError(ValueError):
    """The file breaks the format."""


class MmdbFile:
    """A database, mapped into memory."""

    def __init__(self, path: str) -> None:
        with Path(path).open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        size = len(self._data)
        marker = self._data.rfind(_METADATA_MARKER, max(0, size - _METADATA_BYTES))
        if marker < 0:
            raise MmdbError("it does not end in the metadata of the format")
        metadata_start = marker + len(_METADATA_MARKER)
        metadata, _ = self._decode(metadata_start, metadata_start)
        self.ip_version: int = metadata["ip_version"]
        self._node_count: int = metadata["node_count"]
        self._record_bits: int = metadata["record_size"]
        self._node_bytes = self._record_bits // 4
        self._data_start = self._node_count * self._node_bytes + _SEPARATOR_BYTES
        if self._record_bits not in (24, 28, 32) or self._data_start > marker:
            raise MmdbError(f"{self._node_count} nodes of 2 * {self._record_bits} bits are not in its {size} bytes")
        # In a tree of IPv6 addresses those of IPv4 are below ::/96.
        self._ipv4_root = self._walk(0, 0, 96) if self.ip_version == 6 else 0

    def get(self, address: IPv4Address | IPv6Address) -> Any:
        """The record of the network that the address is in, or None."""
        if address.version > self.ip_version:
            return None
        root = self._ipv4_root if address.version == 4 else 0
        node = self._walk(root, int(address), address.max_prefixlen)
        return self._record(node) if node > self._node_count else None

    def records(self) -> Iterator[Any]:
        """The records in the order of their networks; that of several networks comes as often."""
        nodes = [0]
        while nodes:
            node = nodes.pop()
            if node < self._node_count:
                nodes += [self._child(node, 1), self._child(node, 0)]
            elif node > self._node_count:
                yield self._record(node)

    def _walk(self, node: int, number: int, bits: int) -> int:
        """Follow the bits of a number to the end of the tree."""
        data, count, size, width = self._data, self._node_count, self._node_bytes, self._node_bytes // 2
        if self._record_bits == 28:
            while bits and node < count:
                bits -= 1
                node = self._child(node, number >> bits & 1)
            return node
        # Whole bytes are read here: a call for each bit would take twice as long.
        while bits and node < count:
            bits -= 1
            start = node * size + (number >> bits & 1) * width
            node = int.from_bytes(data[start : start + width])
        return node

    def _child(self, node: int, side: int) -> int:
        start = node * self._node_bytes
        if self._record_bits != 28:
            width = self._node_bytes // 2
            return int.from_bytes(self._data[start + side * width : start + (side + 1) * width], "big")
        # The byte between the two records has the highest four bits of both.
        if side:
            return int.from_bytes(self._data[start + 3 : start + 7], "big") & 0xFFFFFFF
        return int.from_bytes(self._data[start : start + 3], "big") | self._data[start + 3] >> 4 << 24

    def _record(self, node: int) -> Any:
        return self._decode(node - self._node_count - _SEPARATOR_BYTES + self._data_start, self._data_start)[0]

    def _decode(self, offset: int, base: int) -> tuple[Any, int]:
        """The value at an offset, and where it ends. base: what pointers count from."""
        control = self._data[offset]
        kind, offset = control >> 5, offset + 1
        if kind == _POINTER:
            target, offset = self._pointer(control, offset)
            return self._decode(base + target, base)[0], offset
        if kind == 0:
            kind, offset = self._data[offset] + _EXTENDED, offset + 1
        size, offset = self._size(control & 0x1F, offset)
        if kind == _MAP:
            found = {}
            for _ in range(size):
                name, offset = self._decode(offset, base)
                found[name], offset = self._decode(offset, base)
            return found, offset
        if kind == _ARRAY:
            values = []
            for _ in range(size):
                value, offset = self._decode(offset, base)
                values.append(value)
            return values, offset
        if kind == _BOOLEAN:
            return bool(size), offset
        end = offset + size
        return _scalar(kind, self._data[offset:end]), end

    def _pointer(self, control: int, offset: int) -> tuple[int, int]:
        """Where a pointer points to, and where it ends."""
        width = (control >> 3 & 3) + 1
        target = int.from_bytes(self._data[offset : offset + width], "big")
        if width < 4:
            target += ((control & 7) << 8 * width) + (0, 2048, 526336)[width - 1]
        return target, offset + width

    def _size(self, size: int, offset: int) -> tuple[int, int]:
        """The size of a value, of which the control byte says the first 29 possibilities, and where it begins."""
        if size < 29:
            return size, offset
        width = size - 28
        more = int.from_bytes(self._data[offset : offset + width], "big")
        return more + (29, 285, 65821)[width - 1], offset + width


def _scalar(kind: int, content: bytes) -> Any:
    if kind == _TEXT:
        return content.decode()
    if kind in _UNSIGNED:
        return int.from_bytes(content, "big")
    if kind == _INT32:
        return int.from_bytes(content.rjust(4, b"\0"), "big", signed=True)
    if kind == _DOUBLE:
        return struct.unpack(">d", content)[0]
    if kind == _FLOAT:
        return struct.unpack(">f", content)[0]
    if kind == _BYTES:
        return content
    raise MmdbError(f"there is no value of type {kind}")
