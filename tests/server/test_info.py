"""INFO, TIME and COMMAND."""

import pytest

from respkit.server.info import human


def sections(reply):
    """A reply of INFO as {title: {field: value}}."""
    header, _, text = reply.partition(b"\r\n")
    assert header == b"$%d" % (len(text) - 2)
    found = {}
    for line in text[:-2].decode().split("\r\n"):
        if line.startswith("# "):
            fields = found[line[2:]] = {}
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value
    return found


DEFAULT = [
    "Server",
    "Clients",
    "Memory",
    "Persistence",
    "Stats",
    "Replication",
    "CPU",
    "Modules",
    "Errorstats",
    "Cluster",
    "Keyspace",
]


class TestSections:
    def test_by_default(self, client):
        assert list(sections(client.call("INFO"))) == DEFAULT
        assert list(sections(client.call("INFO", "default"))) == DEFAULT

    @pytest.mark.parametrize("word", ["all", "everything", "ALL"])
    def test_all(self, client, word):
        assert set(sections(client.call("INFO", word))) == {*DEFAULT, "Commandstats", "Latencystats"}

    def test_by_name(self, client):
        assert list(sections(client.call("INFO", "SERVER"))) == ["Server"]
        assert list(sections(client.call("INFO", "keyspace", "clients"))) == ["Clients", "Keyspace"]
        assert list(sections(client.call("INFO", "default", "commandstats")))[-4] == "Commandstats"

    def test_of_no_such_name_is_empty(self, client):
        assert client.call("INFO", "nosuch") == b"$0\r\n\r\n"

    def test_are_those_of_a_real_server(self, client, shared_redis_server):
        connection = shared_redis_server.connect()
        connection.sendall(b"INFO everything\r\n")
        data = b""
        while b"\r\n" not in data or len(data) < int(data[1 : data.index(b"\r\n")]):
            data += connection.recv(65536)
        connection.close()
        real, ours = sections(data), sections(client.call("INFO", "everything"))
        for title in ("Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Cluster"):
            added = {"respkit_version", "python_version", "event_loop"}
            assert set(ours[title]) - added == set(real[title]) - {"mem_overhead_db_hashtable_rehashing"}, title


class TestFields:
    def test_commands_and_errors(self, client):
        client.send(b"PING\r\nPING\r\nSELECT 99\r\nECHO\r\nFOO\r\n")
        found = sections(client.call("INFO", "all"))
        assert found["Commandstats"]["cmdstat_ping"].startswith("calls=2,usec=")
        assert found["Commandstats"]["cmdstat_ping"].endswith(",rejected_calls=0,failed_calls=0")
        assert found["Commandstats"]["cmdstat_select"].endswith(",rejected_calls=0,failed_calls=1")
        assert (
            found["Commandstats"]["cmdstat_echo"] == "calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0"
        )
        assert found["Errorstats"] == {"errorstat_ERR": "count=3"}
        assert found["Stats"]["total_commands_processed"] == "3"
        assert found["Stats"]["total_error_replies"] == "3"

    def test_keyspace(self, client):
        client.send(b"SET a 1\r\nSET b 2 EX 100\r\nSELECT 3\r\nSET c 1\r\n")
        found = sections(client.call("INFO", "keyspace"))["Keyspace"]
        assert found["db0"].startswith("keys=2,expires=1,avg_ttl=")
        assert found["db3"] == "keys=1,expires=0,avg_ttl=0"

    def test_clients(self, server, client):
        server.client()
        found = sections(client.call("INFO", "clients"))["Clients"]
        assert found["connected_clients"] == "2"
        assert found["maxclients"] == "10000"

    def test_errors_with_odd_names_do_not_break_a_line(self, client):
        client.session.error(b"A:B#C oops")
        client.carrier.outbuf.take()
        assert sections(client.call("INFO", "errorstats"))["Errorstats"] == {"errorstat_A_B_C": "count=1"}


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0B"), (1023, "1023B"), (1024, "1.00K"), (1536, "1.50K"), (1 << 20, "1.00M"), (5 << 30, "5.00G")],
)
def test_sizes_for_people(size, text):
    assert human(size) == text


def test_time(client):
    reply = client.call("TIME").split(b"\r\n")
    assert reply[0] == b"*2"
    assert int(reply[2]) > 1_600_000_000
    assert 0 <= int(reply[4]) < 1_000_000


class TestCommand:
    def test_count(self, client):
        assert client.call("COMMAND", "COUNT") == b":240\r\n"

    def test_getkeys(self, client):
        assert client.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2") == b"*2\r\n$1\r\na\r\n$1\r\nb\r\n"
        assert client.call("COMMAND", "GETKEYS", "PING", "x") == b"-ERR The command has no key arguments\r\n"

    def test_info_of_what_is_no_command_is_null(self, client):
        assert client.call("COMMAND", "INFO", "nosuch") == b"*1\r\n$-1\r\n"
        assert client.call("COMMAND", "INFO", "get").startswith(b"*1\r\n*10\r\n$3\r\nget\r\n:2\r\n")

    def test_docs(self, client):
        assert client.call("COMMAND", "DOCS", "nosuch") == b"*0\r\n"
        assert client.call("COMMAND", "DOCS", "get").startswith(b"*2\r\n$3\r\nget\r\n*")

    def test_list(self, client):
        assert client.call("COMMAND", "LIST").startswith(b"*366\r\n")
        assert client.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "hello*") == b"*1\r\n$5\r\nhello\r\n"
        assert client.call("COMMAND", "LIST", "FILTERBY", "MODULE", "x") == b"*0\r\n"
        assert client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch") == b"*0\r\n"
        assert client.call("COMMAND", "LIST", "FILTERBY", "FOO", "x") == b"-ERR syntax error\r\n"
