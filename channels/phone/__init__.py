"""电话: calls of a telephone system (CTI), and what its speech recognition hears of callers."""

from channels.phone.service import PhoneChannel
from channels.phone.signing import sign

__all__ = ["PhoneChannel", "sign"]
