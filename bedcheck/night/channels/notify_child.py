"""What `bedcheck.night.channels.notify` runs: one message through apprise, from stdin.

A script, not a module of the library: it imports nothing of it, so that it starts fast.
"""

from __future__ import annotations

import json
import logging
import sys

TOOK, NOT_TOOK, NO_ADDRESS = 0, 3, 4


def main() -> int:
    """Sends it; the exit code says how that went."""
    import apprise

    logging.disable(logging.CRITICAL)  # an address is a secret
    told = json.load(sys.stdin)
    service = apprise.Apprise()
    if not service.add(told["address"]):
        return NO_ADDRESS
    kind = apprise.NotifyType.WARNING if told["urgent"] else apprise.NotifyType.INFO
    return (
        TOOK
        if service.notify(body=told["body"], title=told["title"], notify_type=kind)
        else NOT_TOOK
    )


if __name__ == "__main__":
    sys.exit(main())
