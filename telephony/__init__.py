"""来电: phone calls as the hotline sees them: who rang when, who answered, who is to be called back. Words are the channel's."""

from telephony.callbacks import Callbacks
from telephony.calls import Calls

__all__ = ["CHANNEL", "Callbacks", "Calls"]

CHANNEL = "phone"
"""Name of the channel: of tickets that are filed on the phone, and of talks with a speech assistant."""
