"""The commands of a connection, byte by byte."""

import pytest

HELLO_2 = (
    b"*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:1\r\n"
    b"$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
)
HELLO_3 = HELLO_2.replace(b"*14", b"%7").replace(b":2\r\n", b":3\r\n")


class TestPing:
    def test_answers(self, client):
        assert client.call("PING") == b"+PONG\r\n"
        assert client.call("PING", "hello") == b"$5\r\nhello\r\n"
        assert client.call("PING", b"\0\r\n") == b"$3\r\n\0\r\n\r\n"

    def test_takes_one_argument_at_most(self, client):
        assert client.call("PING", "a", "b") == b"-ERR wrong number of arguments for 'ping' command\r\n"


class TestSelect:
    def test_chooses_a_database(self, server, client):
        assert client.call("SELECT", "15") == b"+OK\r\n"
        assert client.session.db is server.state.databases[15]

    @pytest.mark.parametrize("index", ["16", "-1", "99999999999"])
    def test_refuses_what_is_not_there(self, client, index):
        assert client.call("SELECT", index) == b"-ERR DB index is out of range\r\n"

    @pytest.mark.parametrize("index", ["a", "1.0", "", "01"])
    def test_refuses_what_is_no_number(self, client, index):
        assert client.call("SELECT", index) == b"-ERR value is not an integer or out of range\r\n"

    def test_there_are_as_many_as_the_configuration_says(self, make_server):
        client = make_server(databases=2).client()
        assert client.call("SELECT", "1") == b"+OK\r\n"
        assert client.call("SELECT", "2") == b"-ERR DB index is out of range\r\n"


class TestHello:
    def test_tells_what_this_is(self, client):
        assert client.call("HELLO") == HELLO_2

    def test_changes_the_protocol(self, client):
        assert client.call("HELLO", "3") == HELLO_3
        assert client.call("CLIENT", "GETNAME") == b"_\r\n"
        assert client.call("HELLO") == HELLO_3
        assert client.call("HELLO", "2") == HELLO_2
        assert client.call("CLIENT", "GETNAME") == b"$-1\r\n"

    def test_sets_the_name(self, client):
        client.call("HELLO", "2", "SETNAME", "me")
        assert client.call("CLIENT", "GETNAME") == b"$2\r\nme\r\n"

    def test_logs_in(self, make_server):
        client = make_server(requirepass="pw").client()
        assert client.call("HELLO", "3").startswith(
            b"-NOAUTH HELLO must be called with the client already authenticated"
        )
        assert client.call("HELLO", "3", "AUTH", "default", "wrong").startswith(b"-WRONGPASS")
        assert client.call("HELLO", "3", "AUTH", "default", "pw") == HELLO_3
        assert client.call("PING") == b"+PONG\r\n"

    def test_that_fails_changes_nothing(self, client):
        assert client.call("HELLO", "3", "SETNAME", "a b").startswith(b"-ERR Client names")
        assert client.call("HELLO", "3", "FOO") == b"-ERR Syntax error in HELLO option 'FOO'\r\n"
        assert client.session.out.proto == 2
        assert client.call("HELLO", "4") == b"-NOPROTO unsupported protocol version\r\n"


class TestAuth:
    def test_without_a_password_to_ask_for(self, client):
        assert client.call("AUTH", "x") == (
            b"-ERR AUTH <password> called without any password configured for the default user. "
            b"Are you sure your configuration is correct?\r\n"
        )
        assert client.call("AUTH", "default", "anything") == b"+OK\r\n"

    def test_takes_user_and_password(self, server, client):
        server.users.set(b"bob", [b"on", b">pw"])
        assert client.call("AUTH", "bob", "no").startswith(b"-WRONGPASS invalid username-password pair")
        assert client.call("AUTH", "bob", "pw") == b"+OK\r\n"
        assert client.session.user.name == b"bob"

    def test_refuses_who_is_off(self, server, client):
        server.users.set(b"bob", [b"off", b">pw"])
        assert client.call("AUTH", "bob", "pw").startswith(b"-WRONGPASS")

    def test_takes_no_more_than_that(self, client):
        assert client.call("AUTH", "a", "b", "c") == b"-ERR syntax error\r\n"


class TestQuit:
    def test_answers_and_ends(self, client):
        assert client.send(b"QUIT\r\nPING\r\n") == b"+OK\r\n"
        assert client.carrier.calls == ["close"]

    def test_may_be_said_by_strangers(self, make_server):
        assert make_server(requirepass="pw").client().call("QUIT") == b"+OK\r\n"


class TestReset:
    def test_makes_a_connection_new(self, client):
        client.call("HELLO", "3", "SETNAME", "me")
        client.call("SELECT", "3")
        assert client.call("RESET") == b"+RESET\r\n"
        assert client.call("CLIENT", "GETNAME") == b"$-1\r\n"
        assert client.session.db.index == 0

    def test_forgets_who_it_is(self, make_server):
        client = make_server(requirepass="pw").client()
        client.call("AUTH", "pw")
        assert client.call("RESET") == b"+RESET\r\n"
        assert client.call("PING") == b"-NOAUTH Authentication required.\r\n"


class TestClientReply:
    def test_off_is_silence_until_on(self, client):
        assert client.call("CLIENT", "REPLY", "OFF") == b""
        assert client.send(b"PING\r\nFOO\r\nECHO\r\nSELECT 99\r\n") == b""
        assert client.call("CLIENT", "REPLY", "SKIP") == b""
        assert client.call("PING") == b""
        assert client.call("CLIENT", "REPLY", "ON") == b"+OK\r\n"
        assert client.call("PING") == b"+PONG\r\n"

    @pytest.mark.parametrize("skipped", [["PING"], ["FOO"], ["ECHO"], ["SELECT", "99"]])
    def test_skip_is_silence_for_one_command(self, client, skipped):
        assert client.call("CLIENT", "REPLY", "SKIP") == b""
        assert client.call(*skipped) == b""
        assert client.call("PING") == b"+PONG\r\n"

    def test_skip_may_be_repeated(self, client):
        assert client.send(b"CLIENT REPLY SKIP\r\n" * 2 + b"PING\r\nPING\r\n") == b"+PONG\r\n"

    def test_on_is_answered_even_where_it_would_be_skipped(self, client):
        assert client.send(b"CLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nPING\r\n") == b"+OK\r\n+PONG\r\n"

    def test_what_is_silent_still_counts(self, server, client):
        client.send(b"CLIENT REPLY OFF\r\nPING\r\nSELECT 99\r\n")
        known = server.state.commands.known
        assert known[b"ping"].calls == 1
        assert known[b"select"].failed == 1

    def test_a_bug_is_silent_too(self, server, client):
        def boom(session, args):
            raise ZeroDivisionError

        server.state.commands.attach_python(b"get", boom)
        assert client.send(b"CLIENT REPLY OFF\r\nGET x\r\n") == b""
