"""The configuration: parameters, the file, the command line, CONFIG REWRITE."""

import pytest

from respkit.errors import ConfigError
from respkit.resp.inbuf import split_words
from respkit.server.config.file import ConfigFileError, ConfigReader, parse_command_line
from respkit.server.config.kinds import format_memory, parse_memory
from respkit.server.config.parameters import BY_NAME, PARAMETERS
from respkit.server.config.rewrite import replace_file, rewritten
from respkit.server.config.settings import Settings
from respkit.server.effects import events_of_flags, flags_of_events
from respkit.server.quoting import quoted


def reader(settings, directives=()):
    return ConfigReader(settings, lambda words: words[0] in directives)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"0", 0),
        (b"10", 10),
        (b"10b", 10),
        (b"1k", 1000),
        (b"1kb", 1024),
        (b"1KB", 1024),
        (b"3m", 3_000_000),
        (b"3Mb", 3 << 20),
        (b"2g", 2_000_000_000),
        (b"2gb", 2 << 30),
        (b"", 0),
        (b"mb", 0),
        (b"-1", None),
        (b"1tb", None),
        (b"1 mb", None),
        (b"1.5gb", None),
    ],
)
def test_memory_is_read_with_units(text, value):
    assert parse_memory(text) == value


@pytest.mark.parametrize("value", [0, 1, 1000, 1024, 1536, 1 << 20, 3 << 30, (1 << 30) + 1])
def test_memory_is_written_so_that_it_can_be_read(value):
    assert parse_memory(format_memory(value)) == value


@pytest.mark.parametrize("value", [b"", b"plain", b'a "b" \\ c', bytes(range(256)), b"\n\r\t\a\b", "ünï".encode()])
def test_what_is_quoted_is_read_back(value):
    assert split_words(quoted(value)) == [value]


@pytest.mark.parametrize("letters", [b"", b"KEA", b"K$", b"Elshzx", b"gKn", b"AKEm"])
def test_keyspace_events_are_shown_as_they_are_read(letters):
    flags = flags_of_events(letters)
    assert flags_of_events(events_of_flags(flags)) == flags


def test_an_unknown_event_is_none():
    assert flags_of_events(b"KQ") is None


def test_every_parameter_reads_what_it_shows():
    settings = Settings()
    for parameter in PARAMETERS:
        if parameter.name in ("dir", "shutdown-on-sigint", "shutdown-on-sigterm"):
            continue
        text = settings.show(parameter.name)
        words = split_words(text) or [b""]
        if parameter.name == "proc-title-template":
            words = [text]
        if parameter.name == "replicaof":
            words = [b"no", b"one"]
        assert parameter.parse(words, parameter.default) == parameter.default, parameter.name


class TestAFile:
    def test_is_read_line_by_line(self):
        settings = Settings()
        reader(settings).read(b'# a comment\n\n  port 7000  \nMAXCLIENTS 5\nrequirepass "a b\\x00"\n')
        assert settings["port"] == 7000
        assert settings["maxclients"] == 5
        assert settings["requirepass"] == b"a b\0"

    def test_knows_the_old_names(self):
        settings = Settings()
        reader(settings).read(b"slave-read-only no\nlua-time-limit 7\nlist-max-ziplist-entries 512")
        assert settings["replica-read-only"] is False
        assert settings["busy-reply-threshold"] == 7

    def test_sets_save_points_one_a_line_in_place_of_the_default(self):
        settings = Settings()
        reader(settings).read(b"save 900 1\nsave 300 10 60 10000")
        assert settings["save"] == ((900, 1), (300, 10), (60, 10000))

    def test_says_that_nothing_is_saved(self):
        settings = Settings()
        reader(settings).read(b'save 900 1\nsave ""')
        assert settings["save"] == ()

    def test_hands_over_what_is_no_parameter(self):
        reader(Settings(), {b"user"}).read(b"USER bob on")

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"nosuch 1", "Bad directive or wrong number of arguments"),
            (b"port", "wrong number of arguments"),
            (b"port 1 2", "wrong number of arguments"),
            (b"port abc", "argument couldn't be parsed into an integer"),
            (b"port 70000", "argument must be between 0 and 65535 inclusive"),
            (b'port "1', "Unbalanced quotes in configuration line"),
            (b"appendonly maybe", "argument must be 'yes' or 'no'"),
            (b"loglevel loud", "argument(s) must be one of the following: debug, verbose, notice, warning"),
            (b"save 1", "Invalid save parameters"),
        ],
    )
    def test_that_is_wrong_is_refused_as_redis_does(self, line, reason):
        with pytest.raises(ConfigFileError) as caught:
            reader(Settings()).read(b"port 7000\n" + line)
        assert str(caught.value) == (
            "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n"
            "Reading the configuration file, at line 2\n"
            f">>> '{line.decode()}'\n{reason}\n"
        )

    def test_includes_others(self, tmp_path):
        (tmp_path / "a.conf").write_bytes(b"port 7001\ninclude %b/conf.d/*.conf\n" % bytes(tmp_path))
        (tmp_path / "conf.d").mkdir()
        (tmp_path / "conf.d/1.conf").write_bytes(b"timeout 11\n")
        (tmp_path / "conf.d/2.conf").write_bytes(b"timeout 12\n")
        settings = Settings()
        reader(settings).load(bytes(tmp_path / "a.conf"), options=b"maxclients 9")
        assert (settings["port"], settings["timeout"], settings["maxclients"]) == (7001, 12, 9)

    def test_that_includes_itself_is_refused(self, tmp_path):
        path = tmp_path / "a.conf"
        path.write_bytes(b"include %b\n" % bytes(path))
        with pytest.raises(ConfigFileError, match="Too many levels of include"):
            reader(Settings()).load(bytes(path))

    def test_that_is_missing_is_said(self):
        with pytest.raises(ConfigError, match="can't open config file '/nosuch/file': No such file or directory"):
            reader(Settings()).load(b"/nosuch/file")


class TestTheCommandLine:
    @pytest.mark.parametrize(
        ("words", "options"),
        [
            ([], b""),
            (["--port", "7000"], b'port "7000"'),
            (["--port 7000"], b"port 7000"),
            (["--port", "7000", "--save", "60", "1"], b'port "7000"\nsave "60" "1"'),
            (["--save", "", "--port", "1"], b'save ""\nport "1"'),
            (["--save", "--port", "1"], b'save ""\nport "1"'),
            (["--port", "1", "--save"], b'port "1"\nsave ""'),
            (["--requirepass", "--secret"], b'requirepass "--secret"'),
            (["--user", "bob on >a b"], b'user "bob on >a b"'),
            (["--bind", "a", "b"], b'bind "a" "b"'),
        ],
    )
    def test_becomes_lines(self, words, options):
        assert parse_command_line(words) == (None, False, options)

    def test_begins_with_a_file(self):
        assert parse_command_line(["/etc/redis.conf", "--port", "1"]) == (b"/etc/redis.conf", False, b'port "1"')

    @pytest.mark.parametrize("words", [["-"], ["-", "--port", "1"], ["/etc/redis.conf", "-"], ["--port", "1", "-"]])
    def test_may_have_standard_input_read(self, words):
        assert parse_command_line(words)[1]


class TestChanges:
    def test_are_all_or_none(self):
        settings = Settings()
        with pytest.raises(ConfigError, match="possibly related to argument 'maxmemory'"):
            settings.change([(b"timeout", b"5"), (b"maxmemory", b"foo")], True)
        assert settings["timeout"] == 0

    def test_take_effect_once(self):
        settings = Settings()
        count = []
        settings.on_change(["timeout", "maxmemory"], lambda: count.append(1))
        settings.change([(b"timeout", b"5"), (b"maxmemory", b"1mb")], True)
        assert count == [1]

    def test_that_change_nothing_have_no_effect(self):
        settings = Settings()
        count = []
        settings.on_change(["timeout"], lambda: count.append(1))
        settings.change([(b"timeout", b"0")], True)
        assert count == []

    def test_that_cannot_take_effect_are_undone(self):
        settings = Settings()
        seen = []

        def effect():
            seen.append(settings["timeout"])
            if settings["timeout"] == 5:
                raise ValueError("no")

        settings.on_change(["timeout"], effect)
        with pytest.raises(ConfigError, match=r"CONFIG SET failed \(possibly related to argument 'timeout'\) - no"):
            settings.change([(b"timeout", b"5")], True)
        assert seen == [5, 0]
        assert settings["timeout"] == 0


class TestRewrite:
    def rewrite(self, text, *changes, everything=False):
        settings = Settings()
        reader(settings, {b"user"}).read(text)
        settings.override("dir", b"/")
        settings.change(list(changes), True)
        return rewritten(text, settings, [b"user default on nopass ~* &* +@all"], everything)

    def test_keeps_comments_and_order(self):
        text = b"# mine\nport 7000\n\n# clients\nmaxclients 5\n"
        lines = self.rewrite(text, (b"maxclients", b"6")).split(b"\n")
        assert lines[:5] == [b"# mine", b"port 7000", b"", b"# clients", b"maxclients 6"]

    def test_appends_what_the_file_did_not_have(self):
        lines = self.rewrite(b"port 7000\n", (b"maxmemory", b"2mb")).split(b"\n")
        assert lines[1] == b"# Generated by CONFIG REWRITE"
        assert b"maxmemory 2mb" in lines[2:]

    def test_leaves_out_what_is_at_its_default(self):
        assert b"timeout" not in self.rewrite(b"port 7000\n")

    def test_writes_everything_when_asked(self):
        text = self.rewrite(b"port 7000\n", everything=True)
        assert b"\ntimeout 0\n" in text
        assert b"\nactivedefrag no\n" in text

    def test_keeps_a_line_at_its_default_that_the_file_has(self):
        assert self.rewrite(b"timeout 10\n", (b"timeout", b"0")).startswith(b"timeout 0\n")

    def test_blanks_lines_that_are_left_over(self):
        text = b"save 1 1\nsave 2 2\nsave 3 3\nport 7000\n"
        lines = self.rewrite(text, (b"save", b"9 9")).split(b"\n")
        assert lines[:3] == [b"save 9 9", b"", b"port 7000"]

    def test_follows_the_old_name_of_a_parameter(self):
        text = self.rewrite(b"slave-read-only no\n", (b"replica-read-only", b"no"))
        assert text.startswith(b"replica-read-only no\n")

    def test_marks_what_it_does_not_understand(self):
        assert rewritten(b"nosuch 1\n", Settings(), []).startswith(b"# ??? nosuch 1\n")

    def test_signs_once(self):
        once = self.rewrite(b"port 7000\n", (b"maxmemory", b"2mb"))
        again = self.rewrite(once, (b"timeout", b"3"))
        assert again.count(b"# Generated by CONFIG REWRITE") == 1

    def test_rewriting_twice_changes_nothing(self):
        once = self.rewrite(b'port 7000\nrequirepass "a b"\n', (b"maxmemory", b"2mb"))
        assert self.rewrite(once) == once

    def test_what_it_writes_is_read_back(self):
        text = self.rewrite(b'requirepass "a\\x00b"\n', (b"bind", b"127.0.0.1 -::1"), everything=True)
        settings = Settings()
        reader(settings, {b"user"}).read(text)
        assert settings["requirepass"] == b"a\0b"
        assert settings["bind"] == (b"127.0.0.1", b"-::1")

    def test_replaces_the_file_in_one_step(self, tmp_path):
        path = tmp_path / "redis.conf"
        path.write_bytes(b"old")
        replace_file(bytes(path), b"new\n")
        assert path.read_bytes() == b"new\n"
        assert [entry.name for entry in tmp_path.iterdir()] == ["redis.conf"]


def test_the_table_is_the_one_of_a_real_server(shared_redis_server):
    connection = shared_redis_server.connect()
    connection.sendall(b"CONFIG GET *\r\n")
    data = b""
    while not data.startswith(b"*") or data.count(b"\r\n") < 1 + 2 * int(data[1 : data.index(b"\r\n")]):
        data += connection.recv(65536)
    connection.close()
    names = set(data.split(b"\r\n")[2::4])
    ours = {name.encode() for name, parameter in BY_NAME.items() if not parameter.flags & 2}
    assert ours == names
