"""
Write a table as Parquet, version 1, with as little of the format as Athena needs: one row group, a page for each
column, values in place (PLAIN), no nulls, pages compressed by gzip.

Source: https://parquet.apache.org/docs/file-format/ and `parquet.thrift` there. Heads and footer are in Thrift's
compact protocol.
"""

import gzip
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_MAGIC = b"PAR1"
_INT32, _INT64, _BYTE_ARRAY = 1, 2, 6
_REQUIRED, _UTF8, _PLAIN, _RLE, _GZIP, _DATA_PAGE = 0, 0, 0, 3, 2, 0
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


@dataclass(frozen=True)
class Column:
    """A column: whole numbers of 32 or 64 bits, or texts."""

    name: str
    values: Sequence[int] | Sequence[str]
    bits: int | None = None
    """32 or 64; None for texts."""

    @property
    def kind(self) -> int:
        """The physical type."""
        return _BYTE_ARRAY if self.bits is None else {32: _INT32, 64: _INT64}[self.bits]

    def plain(self) -> bytes:
        """All values one after another."""
        if self.bits is None:
            encoded = [str(value).encode() for value in self.values]
            return b"".join(struct.pack("<I", len(value)) + value for value in encoded)
        return struct.pack(f"<{len(self.values)}{'q' if self.bits == 64 else 'i'}", *self.values)


def written(columns: Sequence[Column]) -> bytes:
    """The file with these columns, which have the same number of values, one at least."""
    rows = len(columns[0].values)
    file = bytearray(_MAGIC)
    chunks = []
    for column in columns:
        start, plain = len(file), column.plain()
        packed = gzip.compress(plain, compresslevel=6, mtime=0)
        head = _struct(
            (1, _I32, _DATA_PAGE),
            (2, _I32, len(plain)),
            (3, _I32, len(packed)),
            (5, _STRUCT, _struct((1, _I32, rows), (2, _I32, _PLAIN), (3, _I32, _RLE), (4, _I32, _RLE))),
        )
        file += head + packed
        about = _struct(
            (1, _I32, column.kind),
            (2, _LIST, (_I32, [_PLAIN, _RLE])),
            (3, _LIST, (_BINARY, [column.name.encode()])),
            (4, _I32, _GZIP),
            (5, _I64, rows),
            (6, _I64, len(head) + len(plain)),
            (7, _I64, len(head) + len(packed)),
            (9, _I64, start),
        )
        chunks.append(_struct((2, _I64, start), (3, _STRUCT, about)))
    group = _struct((1, _LIST, (_STRUCT, chunks)), (2, _I64, len(file) - len(_MAGIC)), (3, _I64, rows))
    footer = _struct(
        (1, _I32, 1),
        (2, _LIST, (_STRUCT, [_struct((4, _BINARY, b"schema"), (5, _I32, len(columns))), *map(_schema, columns)])),
        (3, _I64, rows),
        (4, _LIST, (_STRUCT, [group])),
        (6, _BINARY, b"blendify"),
    )
    return bytes(file + footer + struct.pack("<I", len(footer)) + _MAGIC)


def _schema(column: Column) -> bytes:
    fields: list[tuple[int, int, Any]] = [
        (1, _I32, column.kind),
        (3, _I32, _REQUIRED),
        (4, _BINARY, column.name.encode()),
    ]
    return _struct(*fields, *([(6, _I32, _UTF8)] if column.bits is None else []))


def _struct(*fields: tuple[int, int, Any]) -> bytes:
    """A struct of Thrift's compact protocol: its fields, by number, with their types."""
    packed, before = bytearray(), 0
    for number, kind, value in fields:
        packed.append((number - before) << 4 | kind)
        packed += _value(kind, value)
        before = number
    return bytes(packed) + b"\x00"


def _value(kind: int, value: Any) -> bytes:
    if kind in (_I32, _I64):
        return _varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if kind == _BINARY:
        return _varint(len(value)) + bytes(value)
    if kind == _LIST:
        inner, values = value
        head = bytes([len(values) << 4 | inner]) if len(values) < 15 else bytes([0xF0 | inner]) + _varint(len(values))
        return head + b"".join(_value(inner, each) for each in values)
    return bytes(value)


def _varint(value: int) -> bytes:
    packed = bytearray()
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)
    return bytes(packed)
