"""A server that is a process of its own: ``respkit server``, with redis-server's conventions.

The configuration from file and command line, the log, the pid file, signals, limits, daemonizing, and the event loop.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import traceback

from respkit.__about__ import __version__
from respkit.errors import ACLRuleError, ConfigError
from respkit.server.app import Server
from respkit.server.config.file import ConfigFileError, ConfigReader, fatal_text, parse_command_line
from respkit.server.config.settings import Settings
from respkit.server.listening import ListenError
from respkit.server.log import LEVELS, Log, LogFile
from respkit.server.registry import rename_command

USAGE = """\
Usage: respkit server [/path/to/redis.conf] [options] [-]
       respkit server - (read config from stdin)
       respkit server -v or --version
       respkit server -h or --help

Options are directives of redis.conf behind two dashes, and follow the file's:

       respkit server                          (the default configuration)
       respkit server /etc/redis/6379.conf
       respkit server --port 7777
       respkit server --port 7777 --requirepass secret
       respkit server /etc/myredis.conf --loglevel verbose -
"""

LOGO = """
   ___  ____ ___ ___  / /__ _ /_    respkit %(version)s, speaking as Redis 7.0.15
  / _ \\/ -_|_-</ _ \\/  '_/ / __/
 / .__/\\__/___/ .__/_/\\_\\/_\\__/    Running in standalone mode
/_/          /_/                    Port: %(port)d
                                    PID: %(pid)d

"""

# Descriptors that a server needs besides its clients': listeners, files, the loop's own.
RESERVED_DESCRIPTORS = 32
OOM_SCORE = "/proc/self/oom_score_adj"
# Between two looks at whether Python has garbage to collect, while nobody asks for anything.
COLLECT_TICKS = 10
COLLECT_OBJECTS = 5000


def main(words: list[str]) -> int:
    """Runs a server until it is told to stop; returns the exit status."""
    if words[:1] in (["-h"], ["--help"]):
        print(USAGE, end="")
        return 0
    if words[:1] in (["-v"], ["--version"]):
        print(f"Redis server v=7.0.15 respkit={__version__} python={sys.version.split()[0]}")
        return 0
    settings = Settings()
    log_file = LogFile()
    log = Log(log_file)
    directives = Directives()
    path, stdin, options = parse_command_line(words)
    try:
        ConfigReader(settings, directives.read).load(path, stdin, options)
        check_log_file(settings["logfile"])
        log_file.path = settings["logfile"]
    except ConfigFileError as error:
        print(error, file=sys.stderr, end="")
        return 1
    except ConfigError as error:
        log.warning(str(error))
        return 1
    os.chdir(settings["dir"])
    background = settings["daemonize"]
    if background:
        daemonize()
    log.level = LEVELS[settings["loglevel"]]
    log.warning("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
    log.warning(f"Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid={os.getpid()}, just started")
    if words:
        log.warning("Configuration loaded")
    else:
        log.warning("Warning: no config file specified, using the default config.")
    log_file.role = "M"
    try:
        process = Process(settings, log, log_file, background)
        directives.apply(process.server)
        if path is not None:
            process.server.config_file = path
    except ValueError as error:
        log.warning(str(error))
        return 1
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(process.run())


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop: uvloop's where it is installed."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop()
    return new_event_loop()


class Directives:
    """The directives of a configuration file that are no parameters."""

    def __init__(self) -> None:
        self.users: list[tuple[bytes, list[bytes]]] = []
        self.renamed: list[tuple[bytes, bytes]] = []

    def read(self, words: list[bytes]) -> bool:
        """Takes a directive; False if it is none, ValueError if it is wrong."""
        from respkit.acl.users import Users

        name = words[0]
        if name == b"user" and len(words) >= 2:
            try:
                Users().set(words[1], words[2:])
            except (ACLRuleError, ConfigError) as error:
                raise ValueError(f"Error in user declaration '{words[1].decode(errors='replace')}': {error}") from None
            self.users.append((words[1], words[2:]))
        elif name == b"rename-command" and len(words) == 3:
            from respkit.commands.table import TABLE

            if words[1].lower() not in TABLE:
                raise ValueError("No such command in rename-command")
            self.renamed.append((words[1], words[2]))
        elif name == b"loadmodule" and len(words) >= 2:
            raise ValueError("Modules are written in C for redis-server: this server does not load them")
        elif name == b"sentinel":
            raise ValueError("sentinel directive while not in sentinel mode")
        else:
            return False
        return True

    def apply(self, server: Server) -> None:
        """Makes a server follow what has been read."""
        for name, rules in self.users:
            server.users.set(name, rules)
        for name, new_name in self.renamed:
            rename_command(server.state.commands, name, new_name)


class Process:
    """What a server does to the process that is its own."""

    def __init__(self, settings: Settings, log: Log, log_file: LogFile, background: bool) -> None:
        self.settings = settings
        self.log = log
        self.log_file = log_file
        self.background = background
        adjust_open_files(settings, log)
        self.server = Server(settings, log, owns_process=True)
        self.server.executable = os.fsencode(sys.executable)
        self.server.on_shutdown = self.shutdown
        self.server.cron.extra.append(self.tick)
        self.ended: asyncio.Event | None = None
        self.signal_name = ""
        self.idle_ticks = 0
        self.calls = 0
        # What the kernel's score was before it was touched.
        self.oom_score: int | None = None

    async def run(self) -> int:
        """Serves until the end; the exit status."""
        server = self.server
        self.ended = asyncio.Event()
        log = self.log
        log.notice("monotonic clock: POSIX clock_gettime")
        try:
            server.start()
        except ListenError:
            return 1
        self.write_pid_file()
        self.set_title()
        settings = self.settings
        settings.on_change(("proc-title-template",), self.set_title)
        settings.on_change(("dir",), lambda: os.chdir(settings["dir"]))
        settings.on_change(("oom-score-adj", "oom-score-adj-values"), self.set_oom_score)
        if settings["oom-score-adj"] != "no":
            self.set_oom_score()
        self.show_logo()
        self.catch_signals()
        log.warning("Server initialized")
        for text in without_effect(settings):
            log.warning(f"WARNING {text}")
        if server.listeners.tcp or server.listeners.tls:
            log.notice("Ready to accept connections")
        if server.listeners.unix:
            path = os.fsdecode(settings["unixsocket"])
            log.notice(f"The server is now ready to accept connections at {path}")
        gc.collect()
        gc.freeze()
        gc.disable()
        await self.ended.wait()
        return 0

    # Beginning.

    def show_logo(self) -> None:
        settings = self.settings
        port = self.server.listeners.port
        if settings["always-show-logo"] or (not settings["logfile"] and not self.background and sys.stdout.isatty()):
            self.log_file.raw((LOGO % {"version": __version__, "port": port, "pid": os.getpid()}).encode())
        else:
            self.log.notice(f"Running mode=standalone, port={port}.")

    def write_pid_file(self) -> None:
        if self.background and not self.settings["pidfile"]:
            self.settings.override("pidfile", b"/var/run/redis.pid")
        path = self.settings["pidfile"]
        if path:
            try:
                with open(path, "w") as file:
                    file.write(f"{os.getpid()}\n")
            except OSError as error:
                self.log.notice(f"Failed to write PID file: {error.strerror}")

    def set_title(self) -> None:
        """What ``ps`` shows, as proc-title-template says."""
        if not self.settings["set-proc-title"]:
            return
        try:
            from setproctitle import setproctitle
        except ImportError:
            return
        settings = self.settings
        port = self.server.listeners.port
        address = settings["bind"][0].decode("utf-8", "replace") if settings["bind"] else ""
        fields = {
            "title": "respkit server",
            "listen-addr": f"{address}:{port}" if port else os.fsdecode(settings["unixsocket"]),
            "server-mode": "",
            "port": port,
            "tls-port": self.server.listeners.tls_port,
            "unixsocket": os.fsdecode(settings["unixsocket"]),
            "config-file": os.fsdecode(self.server.config_file or b""),
        }
        template = settings["proc-title-template"].decode("utf-8", "replace")
        setproctitle(template.format(**fields).rstrip(" "))

    def set_oom_score(self) -> None:
        """How readily the kernel ends this process when memory runs out, as oom-score-adj says. ValueError if it refuses.

        It is left alone until it is asked for, and set back when that ends.
        """
        mode = self.settings["oom-score-adj"]
        if mode == "no" and self.oom_score is None:
            return
        try:
            with open(OOM_SCORE, "r+") as file:
                before = int(file.read()) if self.oom_score is None else self.oom_score
                value = before
                if mode != "no":
                    value = self.settings["oom-score-adj-values"][0] + (0 if mode == "absolute" else before)
                file.seek(0)
                file.write(str(min(max(value, -1000), 1000)))
        except (OSError, ValueError) as error:
            self.log.warning(f"Unable to write oom_score_adj: {error}")
            raise ValueError("Failed to set current oom_score_adj. Check server logs.") from None
        self.oom_score = None if mode == "no" else before

    def catch_signals(self) -> None:
        """SIGTERM and SIGINT end the server in order; SIGHUP and SIGPIPE do nothing."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.signalled, number)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        if self.settings["crash-log-enabled"]:
            import faulthandler

            faulthandler.enable(all_threads=False)  # for what Python can no longer report by itself
            loop.add_signal_handler(signal.SIGABRT, self.crashed, signal.SIGABRT)

    # The end.

    def signalled(self, number: int) -> None:
        name = signal.Signals(number).name
        if self.signal_name and number == signal.SIGINT:
            self.log.warning("You insist... exiting now.")
            os._exit(1)
        self.signal_name = name
        self.log.warning(f"Received {name} scheduling shutdown...")
        self.log.warning("User requested shutdown...")
        self.shutdown()

    def crashed(self, number: int) -> None:
        """A signal that ends the process says so in the log first."""
        self.log.warning(f"Redis 7.0.15 crashed by signal: {number}")
        self.log_file.raw(b"".join([line.encode() for line in traceback.format_stack()]))
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def shutdown(self) -> None:
        """Ends the server, and then the process."""
        if self.settings["pidfile"]:
            self.log.notice("Removing the pid file.")
            try:
                os.unlink(self.settings["pidfile"])
            except OSError:
                pass
        self.server.stop()
        self.log.warning("Redis is now ready to exit, bye bye...")
        assert self.ended is not None
        self.ended.set()

    # In between.

    def tick(self) -> None:
        """Python's garbage is collected while nobody asks for anything: a pause then is nobody's."""
        calls = self.server.commands_processed()
        self.idle_ticks = self.idle_ticks + 1 if calls == self.calls else 0
        self.calls = calls
        if self.idle_ticks == COLLECT_TICKS and gc.get_count()[0] > COLLECT_OBJECTS:
            gc.collect()


def check_log_file(path: bytes) -> None:
    """A log that cannot be written is an error at the start, and not later."""
    if path:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
        except OSError as error:
            raise ConfigFileError(fatal_text(f"Can't open the log file: {error.strerror}")) from None


def daemonize() -> None:
    """Leave the terminal: a child goes on, without its standard streams."""
    if os.fork():
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    if null > 2:
        os.close(null)


def without_effect(settings: Settings) -> list[str]:
    """What the configuration asks for and this server does not do: told at the start, so that nobody relies on it."""
    told = []
    if settings["save"] or settings["appendonly"]:
        told.append("Nothing is saved to disk by this version ('save', 'appendonly'): the data is gone when it ends.")
    if settings["maxmemory"]:
        told.append("'maxmemory' has no effect in this version: nothing is evicted or refused.")
    if settings["replicaof"]:
        told.append("'replicaof' has no effect in this version: this server replicates nothing.")
    return told


def adjust_open_files(settings: Settings, log: Log) -> None:
    """Raise the limit of open files to what `maxclients` needs, or lower `maxclients` to what can be had."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings["maxclients"] + RESERVED_DESCRIPTORS
    if soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
        log.notice(f"Increased maximum number of open files to {wanted} (it was originally set to {soft}).")
        return
    except (OSError, ValueError):
        pass
    best = min(wanted, hard)
    if best > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (best, hard))
    if best <= RESERVED_DESCRIPTORS:
        raise ValueError(f"Your current 'ulimit -n' of {soft} is not enough for the server to start.")
    asked = settings["maxclients"]
    if best < wanted:
        settings.override("maxclients", best - RESERVED_DESCRIPTORS)
        log.warning(
            f"You requested maxclients of {asked} requiring at least {wanted} max file descriptors. Current maximum "
            f"open files is {best}: maxclients has been reduced to {best - RESERVED_DESCRIPTORS}."
        )
