"""The process behind `EmbeddedServer`: ``python -m respkit.server.child FOLDER``.

Standard input brings the length of the configuration, the configuration, and then nothing, until the parent closes it or
dies: that is when this process ends. Standard output says ``ready PORT`` once. The folder is removed at the end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections import deque

from respkit.errors import ConfigError
from respkit.server.app import Server
from respkit.server.config.file import ConfigReader
from respkit.server.config.settings import Settings
from respkit.server.log import WARNING, Log
from respkit.server.process import new_loop


async def serve(server: Server) -> None:
    """Serves until the parent has gone."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_input() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            ended.set()

    server.on_shutdown = ended.set
    server.listeners.any_port = not server.settings["unixsocket"]
    server.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    os.write(1, b"ready %d\n" % server.listeners.port)
    loop.add_reader(0, on_input)
    await ended.wait()
    server.stop()


def main(folder: str) -> int:
    """Runs the child; returns the exit status."""
    try:
        size = int(sys.stdin.buffer.readline())
        config = sys.stdin.buffer.read(size + 1)
        settings = Settings()
        complaints: deque[str] = deque(maxlen=20)
        ConfigReader(settings, lambda words: False).read(config)
        log = Log(lambda level, text: complaints.append(text), WARNING)
        server = Server(settings, log, owns_process=True)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            try:
                runner.run(serve(server))
            except ConfigError as error:
                print(error, *complaints, sep="\n", file=sys.stderr)
                return 1
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
