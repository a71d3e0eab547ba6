"""``respkit proxy``."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from respkit.errors import ConfigError, RedisError

if TYPE_CHECKING:
    from respkit.proxy.config import Config, Server


def main(argv: list[str]) -> int:
    """Runs the proxy until it is told to stop; returns the exit status."""
    import click

    @click.command(
        "proxy",
        context_settings={"help_option_names": ["-h", "--help"]},
        help="A proxy that authenticates its users and routes their commands, as CONFIG (TOML) says.",
    )
    @click.argument("config", required=False, type=click.Path(dir_okay=False))
    @click.option(
        "--embedded",
        default=0,
        metavar="N",
        type=click.IntRange(0, 64),
        help="Start N servers of our own as the back end.",
    )
    @click.option("--listen", "bind", metavar="HOST:PORT", help="Listen there, and not where CONFIG says.")
    @click.option("--workers", default=1, metavar="N", type=click.IntRange(1), help="Processes; only 1 so far.")
    @click.option("--check", "only_check", is_flag=True, help="Say what is wrong with CONFIG, and do nothing else.")
    def proxy(config: str | None, embedded: int, bind: str | None, workers: int, only_check: bool) -> int:
        if workers > 1:
            raise ConfigError("--workers: several workers are not there yet; start several proxies")
        settings, source = read(config, embedded, bind)
        if only_check:
            print(f"{source}: ok")
            return 0
        return run(settings, embedded)

    try:
        status = proxy.main(argv, prog_name="respkit proxy", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return 1
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1


def read(path: str | None, embedded: int, bind: str | None) -> tuple[Config, str]:
    """The configuration, checked, and what to call it in messages."""
    from respkit.proxy.config import Config, Listen, check, load

    config = Config() if path is None else load(path)
    if bind is not None:
        config.listen = [Listen(bind)]
    source = path or "command line"
    check(config, source, embedded)
    return config, source


def run(config: Config, embedded: int) -> int:
    from respkit.proxy.process import run as run_proxy

    with contextlib.ExitStack() as stack:
        return run_proxy(config, start_servers(stack, embedded))


def start_servers(stack: contextlib.ExitStack, count: int) -> list[Server]:
    """Servers of our own, each in a child process on a unix socket; they end with the stack, and with this process."""
    if not count:
        return []
    from respkit.proxy.config import Server
    from respkit.server.embed import EmbeddedServer

    servers = []
    for i in range(1, count + 1):
        try:
            child = stack.enter_context(EmbeddedServer(unix=True))
        except (RedisError, OSError) as error:
            raise ConfigError(f"--embedded: {error}") from None
        servers.append(Server("", 0, f"embedded{i}", 1, child.unix_socket))
    return servers
