"""
Bytes as text, whatever wrote them: UTF-8, UTF-16 from an editor, and older encodings.

What is not UTF-8 in a text that else is, is one byte a letter: so files of old players and programs stay legible.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 64 * 1024
LONGEST_LINE = 128 * 1024
LONGEST_TEXT = 2_000
"""Characters of a name or a title; what is longer is cut."""
_UTF_7_HASH = b"+ACM-"
"""`#` in UTF-7, with which the comments of a table from Libre.fm begin (seen in an export of 2025)."""
_STRAY = re.compile("[\udc80-\udcff]")
_LETTERS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_BAD = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def chunks(stream: BinaryIO) -> Iterator[str]:
    """The text in pieces of at most 64 KB, without a byte order mark."""
    data = stream.read(CHUNK)
    decoder = codecs.getincrementaldecoder(_encoding(data))("surrogateescape" if _is_utf_8(data) else "replace")
    first = True
    while data:
        text = decoder.decode(data)
        if first:
            text, first = text.removeprefix("\ufeff"), False
        yield _STRAY.sub(lambda byte: _LETTERS[ord(byte[0])], text)
        data = stream.read(CHUNK)
    yield _STRAY.sub(lambda byte: _LETTERS[ord(byte[0])], decoder.decode(b"", final=True))


def lines(stream: BinaryIO) -> Iterator[str]:
    """The lines with their ends. One longer than `LONGEST_LINE` comes in pieces, which have none."""
    rest, old_mac = "", None
    for chunk in chunks(stream):
        if old_mac is None:
            old_mac = "\r" in chunk and "\n" not in chunk
        *whole, rest = (rest + (chunk.replace("\r", "\n") if old_mac else chunk)).split("\n")
        for line in whole:
            yield f"{line}\n"
        while len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE]
            rest = rest[LONGEST_LINE:]
    if rest:
        yield rest


def cleaned(text: str) -> str:
    """Without control characters and halves of characters, which no database takes, and cut to `LONGEST_TEXT`."""
    if text.isprintable():
        return text[:LONGEST_TEXT]
    return _BAD.sub("", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))[:LONGEST_TEXT]


def _is_utf_8(data: bytes) -> bool:
    return _encoding(data) == "utf-8"


def _encoding(data: bytes) -> str:
    if data.startswith(_UTF_7_HASH):
        return "utf-7"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(data) > 3 and data[0] and not data[1] and data[2] and not data[3]:
        return "utf-16-le"
    if len(data) > 3 and not data[0] and data[1] and not data[2] and data[3]:
        return "utf-16-be"
    return "utf-8"
