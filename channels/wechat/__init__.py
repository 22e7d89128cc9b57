"""WeChat official accounts (公众号) and mini programs (小程序): receives their messages, and sends replies and notices.

In this package *the platform* is WeChat's server, and a *delivery* is one request in which it sends us a message.
A *passive reply* (被动回复) is the answer to such a request. A *push* is a message that we send by ourselves
(客服消息).
"""

from channels.wechat.pace import Pace
from channels.wechat.service import WeChat

__all__ = ["Pace", "WeChat"]
