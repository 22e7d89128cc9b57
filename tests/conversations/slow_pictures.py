"""Pictures that are made to be slow: few bytes, few pixels after shrinking, and seconds of work for whoever draws them."""

from __future__ import annotations

import struct


def many_scans(side: int, scans: int, *, mark: int = 0, dense: bool = False) -> bytes:
    """A grey progressive JPEG of ``side`` × ``side`` pixels whose ``scans`` scans each go over all of it and change nothing.

    Args:
        side: pixels.
        scans: scans behind the first one. Cameras write ten.
        mark: makes pictures that differ in one byte.
        dense: each scan says of each block by itself that it does not change: more bytes, and more work.
    """
    blocks = ((side + 7) // 8) ** 2
    parts = [b"\xff\xd8", b"\xff\xdb\x00\x43\x00" + bytes([1] * 63 + [1 + mark % 200])]
    parts.append(b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, side, side, 1) + b"\x01\x11\x00")
    parts += [_codes(0x00, 0), _codes(0x10, 0x00 if dense else 0xE0)]
    parts.append(b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x00\x00" + bytes((blocks + 7) // 8))
    # One code says that this block does not change, or (1 bit, and 14 bits of 0) that the next 16,384 do not.
    empty = bytes((blocks + 7) // 8 if dense else (15 * (blocks // 2**14 + 1) + 7) // 8)
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x01\x3f\x00" + empty
    return b"".join([*parts, scan * scans, b"\xff\xd9"])


def _codes(kind: int, symbol: int) -> bytes:
    """A table of Huffman codes with one code of one bit."""
    return b"\xff\xc4" + struct.pack(">HB", 20, kind) + bytes([1] + [0] * 15) + bytes([symbol])
