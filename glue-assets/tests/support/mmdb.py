"""Makes databases in MaxMind's format, for what the published ones have not: https://maxmind.github.io/MaxMind-DB/."""

_MAP, _UINT16, _UINT32 = 7, 5, 6


def database(left: int, right: int, data: bytes, *, record_bits: int = 24, node_count: int = 1) -> bytes:
    """A tree of one node for IPv4, whose halves of the address space have the values at two offsets of the data.

    node_count: what the metadata says
    """
    first, second = (1 + 16 + offset for offset in (left, right))
    width = record_bits // 8
    if record_bits == 28:  # the byte in the middle has the highest four bits of both
        high = first >> 24 << 4 | second >> 24
        node = (first & 0xFFFFFF).to_bytes(3, "big") + bytes([high]) + (second & 0xFFFFFF).to_bytes(3, "big")
    else:
        node = first.to_bytes(width, "big") + second.to_bytes(width, "big")
    metadata = mapped(
        {
            "node_count": number(_UINT32, node_count),
            "record_size": number(_UINT16, record_bits),
            "ip_version": number(_UINT16, 4),
        }
    )
    return node + b"\0" * 16 + data + b"\xab\xcd\xefMaxMind.com" + metadata


def mapped(fields: dict[str, bytes]) -> bytes:
    """A map of fewer than 29 fields, whose values are encoded already."""
    return bytes([_MAP << 5 | len(fields)]) + b"".join(text(name) + value for name, value in fields.items())


def text(value: str) -> bytes:
    """A text of fewer than 29 bytes, or of 65,821 and more."""
    content = value.encode()
    if len(content) < 29:
        return bytes([2 << 5 | len(content)]) + content
    return bytes([2 << 5 | 31]) + (len(content) - 65_821).to_bytes(3, "big") + content


def number(kind: int, value: int) -> bytes:
    size = 2 if kind == _UINT16 else 4
    return bytes([kind << 5 | size]) + value.to_bytes(size, "big")


def pointer(target: int) -> bytes:
    """A pointer of three bytes, for targets from 526,336 to 134,744,063."""
    beyond = target - 526_336
    return bytes([1 << 5 | 2 << 3 | beyond >> 24]) + (beyond & 0xFFFFFF).to_bytes(3, "big")
