"""What ``make run`` starts: the proxy in front of two embedded servers, with a password made for this run."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

ADDRESS = "127.0.0.1:6380"

WORDS = """\

  {version}
  The proxy listens on {address}, in front of two embedded servers.
  User: app    Password: {password}    (for this run; Ctrl-C ends it)

  redis-cli -u redis://app:{password}@{address} SET app:hello world
  redis-cli -u redis://app:{password}@{address} GET app:hello
  redis-cli -u redis://app:{password}@{address} MSET app:a 1 app:b 2 app:c 3    # split over both servers
  redis-cli -u redis://app:{password}@{address} SET other:key 1                 # refused: not the user's key
  redis-cli -u redis://app:{password}@{address} FLUSHALL                        # refused: not the user's command

  {python}
  >>> from respkit import Redis
  >>> redis = Redis.from_url("redis://app:{password}@{address}", decode_responses=True)
  >>> redis.set("app:hello", "world"), redis.get("app:hello")
"""

UNCOMPILED = """\
  It runs uncompiled, several times slower. On Debian, `apt install gcc python3-dev`, then `make run` again.
"""


def main() -> None:
    from respkit.__about__ import build
    from respkit.cli.main import version

    password = secrets.token_urlsafe(12)
    text = WORDS.format(version=version(), address=ADDRESS, password=password, python=sys.executable)
    print(text + ("" if build() == "compiled" else "\n" + UNCOMPILED), flush=True)
    config = Path(__file__).with_name("proxy.toml")
    environment = dict(os.environ, RESPKIT_PASSWORD=password)
    command = [sys.executable, "-m", "respkit", "proxy", str(config), "--embedded", "2", "--listen", ADDRESS]
    os.execve(sys.executable, command, environment)


if __name__ == "__main__":
    main()
