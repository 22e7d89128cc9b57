"""电话: calls of a telephone system (CTI), and what its speech recognition hears of callers."""

from channels.phone.service import PhoneChannel

__all__ = ["PhoneChannel"]
