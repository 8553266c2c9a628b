"""Reproducible draws: the same seed and names give the same result in every process and on every machine."""

from hashlib import blake2b

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_MASK = (1 << 64) - 1


def digest(*parts: object) -> bytes:
    """32 bytes that depend on every part."""
    text = "\x1f".join(map(str, parts))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def number(*parts: object) -> int:
    """A number of 64 bits that depends on every part."""
    return int.from_bytes(digest(*parts)[:8], "big")


def mixed(start: int, position: int) -> int:
    """A number of 64 bits for one position of a sequence; much cheaper than `number`."""
    value = (start + position * 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def base62(raw: bytes) -> str:
    """An id of 22 letters and digits, from the first 16 bytes."""
    value = int.from_bytes(raw[:16], "big")
    pairs = []
    for _ in range(11):
        value, rest = divmod(value, 3844)
        pairs.append(_PAIRS[rest])
    return "".join(reversed(pairs))


class Shuffle:
    """An endless shuffled deck of `size` cards, without holding it: none comes twice in one round."""

    def __init__(self, size: int, *names: object) -> None:
        """`size` must be prime."""
        self._size = size
        self._step = 1 + number("step", *names) % (size - 1)
        self._start = number("start", *names) % size

    def __getitem__(self, position: int) -> int:
        return (self._start + position * self._step) % self._size
