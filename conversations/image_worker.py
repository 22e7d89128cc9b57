"""The process in which one picture is drawn anew, and that ends with it: ``python -m conversations.image_worker MEMORY SECONDS``.

A citizen's picture is read by decoders written in C. Here they have no keys, no connection to the database, and no more memory or
time than is given; whatever happens to this process, the app goes on. The picture comes by standard input. The
answer is the size in pixels, eight bytes, and the JPEG; or, with exit status :data:`REFUSED`, code and message of the error.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys

from conversations.images import clean_picture
from core.errors import WenbanError

REFUSED = 3
"""Exit status when the picture was refused in an ordinary way."""
SIZE = struct.Struct(">II")
"""Width and height in pixels, before the JPEG."""


def main() -> int:
    """Draw the picture of standard input within the limits of the command line: bytes of memory, seconds of processor time."""
    memory, seconds = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(5)  # conversations go first
    try:
        picture = clean_picture(sys.stdin.buffer.read())
    except WenbanError as error:
        sys.stdout.buffer.write(json.dumps([error.code, error.message]).encode())
        return REFUSED
    sys.stdout.buffer.write(SIZE.pack(picture.width, picture.height) + picture.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
