"""CLIENT, over several sessions of one server."""

import re

import pytest

LINE = re.compile(
    rb"id=(\d+) addr=10\.0\.0\.1:1234 laddr=127\.0\.0\.1:6379 fd=7 name=(\S*) age=(\d+) idle=(\d+) flags=(\w+) db=(\d+) "
    rb"sub=0 psub=0 ssub=0 multi=-1 qbuf=(\d+) qbuf-free=\d+ argv-mem=(\d+) multi-mem=0 rbs=\d+ rbp=\d+ obl=\d+ oll=0 "
    rb"omem=0 tot-mem=\d+ events=r cmd=(\S+) user=(\S+) redir=-1 resp=(\d)"
)


def lines(reply):
    """The lines of a bulk reply of CLIENT LIST or INFO."""
    header, _, text = reply.partition(b"\r\n")
    assert header == b"$%d" % (len(text) - 2)
    assert text.endswith(b"\n\r\n") or text == b"\r\n"
    return text.split(b"\n")[:-2]


@pytest.fixture
def others(server):
    """Two more clients: 2 and 3."""
    return server.client(), server.client()


class TestNames:
    def test_are_given_and_taken_away(self, client):
        assert client.call("CLIENT", "GETNAME") == b"$-1\r\n"
        assert client.call("CLIENT", "SETNAME", "worker-1") == b"+OK\r\n"
        assert client.call("CLIENT", "GETNAME") == b"$8\r\nworker-1\r\n"
        assert client.call("CLIENT", "SETNAME", "") == b"+OK\r\n"
        assert client.call("CLIENT", "GETNAME") == b"$-1\r\n"

    @pytest.mark.parametrize("name", ["a b", "a\n", "\x7f", "é"])
    def test_stay_readable(self, client, name):
        assert client.call("CLIENT", "SETNAME", name) == (
            b"-ERR Client names cannot contain spaces, newlines or special characters.\r\n"
        )


def test_every_client_has_a_number(server, client, others):
    assert client.call("CLIENT", "ID") == b":1\r\n"
    assert others[1].call("CLIENT", "ID") == b":3\r\n"


class TestList:
    def test_tells_of_this_client(self, server, client):
        client.call("SELECT", "3")
        client.call("HELLO", "2", "SETNAME", "me")
        server.state.now_ms += 5000
        (line,) = lines(client.call("CLIENT", "INFO"))
        found = LINE.fullmatch(line)
        assert found, line
        assert found.groups() == (b"1", b"me", b"5", b"0", b"N", b"3", b"26", b"10", b"client|info", b"default", b"2")

    def test_tells_of_all(self, server, client, others):
        others[0].call("PING")
        server.state.now_ms += 2000
        found = [LINE.fullmatch(line) for line in lines(client.call("CLIENT", "LIST"))]
        assert [match[1] for match in found] == [b"1", b"2", b"3"]
        assert [match[9] for match in found] == [b"client|list", b"ping", b"NULL"]
        assert [match[4] for match in found] == [b"0", b"2", b"2"]

    def test_tells_of_some(self, client, others):
        assert len(lines(client.call("CLIENT", "LIST", "ID", "3", "99", "1"))) == 2
        assert len(lines(client.call("CLIENT", "LIST", "TYPE", "normal"))) == 3
        assert lines(client.call("CLIENT", "LIST", "TYPE", "replica")) == []

    def test_marks_who_is_not_to_be_evicted(self, client):
        client.call("CLIENT", "NO-EVICT", "ON")
        (line,) = lines(client.call("CLIENT", "INFO"))
        assert b" flags=e " in line

    def test_is_verbatim_in_resp3(self, client):
        client.call("HELLO", "3")
        assert client.call("CLIENT", "INFO").startswith(b"=")


class TestKill:
    def alive(self, server):
        return [session.client_id for session in server.sessions.values() if not session.ended]

    def test_by_address_as_in_old_days(self, server, client, others):
        others[1].carrier.peer = "10.0.0.9:1"
        assert client.call("CLIENT", "KILL", "10.0.0.9:1") == b"+OK\r\n"
        assert self.alive(server) == [1, 2]
        assert others[1].carrier.calls == ["abort"]
        assert client.call("CLIENT", "KILL", "10.0.0.9:1") == b"-ERR No such client\r\n"

    @pytest.mark.parametrize(
        ("filters", "alive"),
        [
            ("ID 2", [1, 3]),
            ("ID 99", [1, 2, 3]),
            ("ID 1", [1, 2, 3]),
            ("ID 1 SKIPME NO", [2, 3]),
            ("TYPE normal", [1]),
            ("TYPE normal SKIPME no", []),
            ("TYPE pubsub", [1, 2, 3]),
            ("ADDR 10.0.0.1:1234", [1]),
            ("LADDR 127.0.0.1:6379 ID 3", [1, 2]),
            ("USER bob", [1, 2]),
            ("USER default", [1, 3]),
        ],
    )
    def test_by_filters_that_all_hold(self, server, client, others, filters, alive):
        server.users.set(b"bob", [b"on", b"nopass", b"+@all"])
        others[1].call("AUTH", "bob", "x")
        reply = client.call("CLIENT", "KILL", *filters.split())
        assert reply == b":%d\r\n" % (3 - len(alive))
        assert self.alive(server) == alive

    def test_of_oneself_is_answered_first(self, client):
        assert client.send(b"CLIENT KILL TYPE normal SKIPME no\r\nPING\r\n") == b":1\r\n"
        assert client.carrier.calls == ["close"]

    @pytest.mark.parametrize(
        ("words", "reply"),
        [
            ("", b"-ERR wrong number of arguments for 'client|kill' command\r\n"),
            ("ID", b"-ERR No such client\r\n"),
            ("ID 0", b"-ERR client-id should be greater than 0\r\n"),
            ("ID x", b"-ERR client-id should be greater than 0\r\n"),
            ("TYPE x", b"-ERR Unknown client type 'x'\r\n"),
            ("USER x", b"-ERR No such user 'x'\r\n"),
            ("FOO x", b"-ERR syntax error\r\n"),
            ("ID 1 SKIPME x", b"-ERR syntax error\r\n"),
            ("ID 1 SKIPME", b"-ERR syntax error\r\n"),
        ],
    )
    def test_mistakes(self, client, words, reply):
        assert client.call("CLIENT", "KILL", *words.split()) == reply


def test_help_names_what_there_is(client):
    reply = client.call("CLIENT", "HELP")
    assert b"+CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\r\n" in reply
    assert b"+KILL\r\n" in reply
    assert b"+PAUSE\r\n" not in reply


@pytest.mark.parametrize("words", [["UNBLOCK", "1"], ["PAUSE", "1"], ["TRACKING", "on"], ["CACHING", "yes"]])
def test_what_is_not_there_yet_says_so(client, words):
    reply = client.call("CLIENT", *words)
    assert reply == b"-ERR command 'client|%s' is not supported by this server\r\n" % words[0].lower().encode()
