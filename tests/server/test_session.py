"""A session: from the bytes received to the bytes that answer them."""

import pytest

from respkit.errors import CommandError
from respkit.server import flags

# What one session may run in one turn; a constant in C in the compiled build.
TURN_COMMANDS = 1000

PING = b"*1\r\n$4\r\nPING\r\n"


def test_a_command_is_answered(client):
    assert client.send(PING) == b"+PONG\r\n"


def test_a_command_in_pieces_is_answered_when_it_is_complete(client):
    message = b"*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n"
    for byte in message[:-1]:
        assert client.send(bytes([byte])) == b""
    assert client.send(message[-1:]) == b"$5\r\nhello\r\n"


def test_a_pipeline_is_answered_in_order(client):
    assert client.send(PING + b"ECHO a\r\n" + b"*2\r\n$4\r\necho\r\n$1\r\nb\r\n" + PING) == (
        b"+PONG\r\n$1\r\na\r\n$1\r\nb\r\n+PONG\r\n"
    )


@pytest.mark.parametrize("name", [b"ping", b"PING", b"PiNg"])
def test_names_are_of_any_case(client, name):
    for _ in range(2):  # the second time it is the command of before
        assert client.call(name) == b"+PONG\r\n"


def test_a_name_that_begins_like_the_last_one_is_another(client):
    client.call("PING")
    assert client.call("PINGX").startswith(b"-ERR unknown command 'PINGX'")
    assert client.call("PIN").startswith(b"-ERR unknown command 'PIN'")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        (["foo"], b"-ERR unknown command 'foo', with args beginning with: \r\n"),
        (["foo", "a", "b"], b"-ERR unknown command 'foo', with args beginning with: 'a' 'b' \r\n"),
        (["foo", "x" * 200, "b"], b"-ERR unknown command 'foo', with args beginning with: '" + b"x" * 128 + b"' \r\n"),
        (["f" * 200], b"-ERR unknown command '" + b"f" * 128 + b"', with args beginning with: \r\n"),
        (["f\r\no", "a\nb"], b"-ERR unknown command 'f  o', with args beginning with: 'a b' \r\n"),
        (["", "a"], b"-ERR unknown command '', with args beginning with: 'a' \r\n"),
        (["client|list"], b"-ERR unknown command 'client|list', with args beginning with: \r\n"),
        (["CLIENT", "foo"], b"-ERR unknown subcommand 'foo'. Try CLIENT HELP.\r\n"),
        (["Config", "foo", "bar"], b"-ERR unknown subcommand 'foo'. Try CONFIG HELP.\r\n"),
        (["CLIENT"], b"-ERR wrong number of arguments for 'client' command\r\n"),
        (["CLIENT", "ID", "x"], b"-ERR wrong number of arguments for 'client|id' command\r\n"),
        (["ECHO"], b"-ERR wrong number of arguments for 'echo' command\r\n"),
        (["ECHO", "a", "b"], b"-ERR wrong number of arguments for 'echo' command\r\n"),
        (["AUTH"], b"-ERR wrong number of arguments for 'auth' command\r\n"),
    ],
)
def test_what_cannot_be_run(client, words, reply):
    assert client.call(*words) == reply
    assert client.call("PING") == b"+PONG\r\n"


def test_a_command_that_the_table_knows_and_the_server_does_not_have(client):
    reply = client.call("CLUSTER", "INFO")
    assert reply == b"-ERR command 'cluster|info' is not supported by this server\r\n"


def test_a_protocol_error_ends_the_connection(client):
    assert client.send(PING + b"*1\r\n:3\r\n" + PING) == b"+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n"
    assert client.carrier.calls == ["close"]
    assert client.send(PING) == b""


class TestABug:
    def boom(self, session, args):
        session.out.bulk(b"half a reply")
        raise ZeroDivisionError("boom")

    def test_is_answered_logged_and_survived(self, server, client):
        server.state.commands.attach_python(b"get", self.boom)
        assert client.send(b"GET x\r\nPING\r\n") == (b"-ERR internal error in 'get', see the server's log\r\n+PONG\r\n")
        assert "ZeroDivisionError: boom" in server.lines[-1]

    def test_outside_a_command_ends_the_session(self, server, client):
        server.state.commands.by_name = None
        assert client.send(PING) == b"-ERR internal error\r\n"
        assert client.carrier.calls == ["close"]


class TestTurns:
    """A session's share of a turn ends after so many commands, or when its time is up: on a slow machine, earlier."""

    COUNT = TURN_COMMANDS + 10

    def rest(self, client):
        """What the turns after the first answer."""
        replies = b""
        while client.session.waiting:
            client.session.resume()
            replies += client.carrier.outbuf.take()
        return replies

    def test_one_pipeline_does_not_starve_the_others(self, server, client):
        assert 0 < client.send(PING * self.COUNT).count(b"PONG") <= TURN_COMMANDS
        assert client.carrier.calls == ["pause"]
        assert server.held_back == [client.session]

    def test_what_was_left_goes_on_by_itself(self, server, client):
        replies = client.send(PING * self.COUNT)
        replies += self.rest(client)
        assert replies == b"+PONG\r\n" * self.COUNT
        assert client.carrier.calls[-1] == "resume"

    def test_what_arrives_meanwhile_waits_for_its_turn(self, server, client):
        replies = client.send(PING * self.COUNT)
        assert client.send(PING) == b""
        assert replies + self.rest(client) == b"+PONG\r\n" * (self.COUNT + 1)

    def test_a_session_that_was_killed_meanwhile_does_not_go_on(self, server, client):
        client.send(PING * (TURN_COMMANDS + 10))
        client.session.kill(None)
        client.session.resume()
        assert client.carrier.outbuf.take() == b""


class TestLimits:
    def test_a_client_with_too_much_unsent_is_cut_off(self, make_server):
        server = make_server(client_output_buffer_limit="normal 1000 0 0")
        client = server.client()
        assert client.call("ECHO", "x" * 17_000) != b""
        client.carrier.inbuf.feed(b"ECHO " + b"x" * 18_000 + b"\r\n")
        client.session.received()
        assert client.carrier.calls == ["abort"]
        assert "overcoming of output buffer limits" in server.lines[-1]

    def test_a_client_with_too_much_unread_is_cut_off(self, make_server):
        server = make_server(client_query_buffer_limit="1mb")
        client = server.client()
        assert client.send(b"*1000\r\n" + b"$30000\r\n%b\r\n" % (b"x" * 30000) * 40) == b""
        assert client.carrier.calls == ["abort"]
        assert "max query buffer length" in server.lines[-1]


class TestTheDoor:
    def test_nothing_is_run_before_the_password(self, make_server):
        client = make_server(requirepass="secret").client()
        assert client.call("GET", "x") == b"-NOAUTH Authentication required.\r\n"
        assert client.call("PING") == b"-NOAUTH Authentication required.\r\n"
        assert client.call("AUTH", "wrong").startswith(b"-WRONGPASS")
        assert client.call("AUTH", "secret") == b"+OK\r\n"
        assert client.call("PING") == b"+PONG\r\n"

    def test_unknown_commands_and_wrong_numbers_of_arguments_are_told_first(self, make_server):
        client = make_server(requirepass="secret").client()
        assert client.call("FOO").startswith(b"-ERR unknown command")
        assert client.call("GET").startswith(b"-ERR wrong number of arguments")

    def test_what_a_stranger_may_send_is_limited(self, make_server):
        client = make_server(requirepass="secret").client()
        assert client.send(b"*11\r\n") == b"-ERR Protocol error: unauthenticated multibulk length\r\n"

    def test_who_has_logged_in_may_send_more(self, make_server):
        client = make_server(requirepass="secret").client()
        client.call("AUTH", "secret")
        assert client.call(*["ECHO"] * 11).startswith(b"-ERR wrong number of arguments")

    def test_a_password_set_later_does_not_concern_those_inside(self, server, client):
        client.call("CONFIG", "SET", "requirepass", "secret")
        assert client.call("PING") == b"+PONG\r\n"
        assert server.client().call("PING") == b"-NOAUTH Authentication required.\r\n"

    def test_a_password_taken_away_lets_everybody_in(self, make_server):
        server = make_server(requirepass="secret")
        outside, inside = server.client(), server.client()
        inside.call("AUTH", "secret")
        inside.call("CONFIG", "SET", "requirepass", "")
        assert outside.call("PING") == b"+PONG\r\n"

    def test_a_user_is_refused_what_its_rules_forbid(self, server, client):
        server.users.set(b"reader", [b"on", b">pw", b"~app:*", b"+@read", b"+ping"])
        assert client.call("AUTH", "reader", "pw") == b"+OK\r\n"
        assert client.call("PING") == b"+PONG\r\n"
        assert client.call("CONFIG", "GET", "port") == (
            b"-NOPERM this user has no permissions to run the 'config|get' command\r\n"
        )
        assert client.call("GET", "other").startswith(b"-NOPERM this user has no permissions to access one of the keys")

    def test_rules_that_change_hold_at_once(self, server, client):
        server.users.set(b"some", [b"on", b">pw", b"allkeys", b"+@all"])
        client.call("AUTH", "some", "pw")
        assert client.call("PING") == b"+PONG\r\n"
        server.users.set(b"some", [b"-ping"])
        server.users_changed()
        assert client.call("PING").startswith(b"-NOPERM")


class TestStatistics:
    def command(self, server, name):
        return server.state.commands.known[name]

    def test_calls_are_counted(self, server, client):
        client.send(PING * 3)
        assert self.command(server, b"ping").calls == 3
        assert server.commands_processed() == 3

    def test_refusals_of_the_handler_are_calls_that_failed(self, server, client):
        client.call("SELECT", "99")
        select = self.command(server, b"select")
        assert (select.calls, select.failed, select.rejected) == (1, 1, 0)

    def test_what_was_not_run_is_rejected(self, server, client):
        client.call("ECHO")
        echo = self.command(server, b"echo")
        assert (echo.calls, echo.failed, echo.rejected) == (0, 0, 1)

    def test_errors_are_counted_by_their_code(self, server, client):
        client.call("ECHO")
        client.call("FOO")
        client.call("HELLO", "9")
        assert server.state.error_counts == {b"ERR": 2, b"NOPROTO": 1}

    def test_all_of_it_can_be_reset(self, server, client):
        client.call("ECHO")
        client.call("CONFIG", "RESETSTAT")
        assert server.state.error_counts == {}
        assert self.command(server, b"echo").rejected == 0


class TestEffects:
    def test_a_changed_key_counts_as_dirty_and_nobody_hears_of_it(self, server, client):
        client.session.changed_key(b"k", flags.NOTIFY_STRING, b"set")
        assert server.state.dirty == 1
        assert server.state.observers == 0

    def test_observers_hear_of_changed_keys(self, server, client):
        heard = []
        server.observers.observe_keys(lambda *event: heard.append(event))
        client.session.changed_key(b"k", flags.NOTIFY_STRING, b"set")
        assert heard == [(client.session.db, b"k", flags.NOTIFY_STRING, b"set")]

    def test_observers_hear_of_effects(self, server, client):
        heard = []
        server.observers.observe_commands(lambda *effect: heard.append(effect))
        client.session.propagate_as([b"DEL", b"k"])
        assert heard == [(client.session.db, [b"DEL", b"k"])]

    def test_who_no_longer_observes_hears_nothing(self, server, client):
        heard = []

        def observer(*event):
            heard.append(event)

        server.observers.observe_keys(observer)
        server.observers.forget(observer)
        client.session.changed_key(b"k", flags.NOTIFY_STRING, b"set")
        assert heard == []
        assert server.state.observers == 0


def test_a_refusal_takes_back_what_the_handler_had_written(server, client):
    def half(session, args):
        session.out.array(3)
        session.out.bulk(b"one")
        raise CommandError(b"ERR no more")

    server.state.commands.attach_python(b"get", half)
    assert client.send(b"PING\r\nGET x\r\n") == b"+PONG\r\n-ERR no more\r\n"
