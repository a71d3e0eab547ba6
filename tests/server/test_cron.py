"""What happens without a client."""

from types import SimpleNamespace

import pytest

from respkit.server.listening import PROTECTED, TOO_MANY
from respkit.server.statistics import SAMPLES, Rate


class TestIdleClients:
    def test_are_closed_after_the_timeout(self, make_server):
        server = make_server(timeout=10)
        idle, busy = server.client(), server.client()
        server.state.now_ms += 10_000
        busy.call("PING")
        server.cron.look_at_clients(server.state.now_ms)
        assert idle.carrier.calls == []
        server.state.now_ms += 1
        server.cron.look_at_clients(server.state.now_ms)
        assert idle.carrier.calls == ["abort"]
        assert busy.carrier.calls == []

    def test_stay_where_there_is_no_timeout(self, server, client):
        server.state.now_ms += 10**9
        server.cron.look_at_clients(server.state.now_ms)
        assert client.carrier.calls == []

    def test_are_all_looked_at_within_a_second(self, make_server):
        server = make_server(timeout=1, hz=10)
        clients = [server.client() for _ in range(1000)]
        server.state.now_ms += 2000
        for _ in range(11):
            server.cron.look_at_clients(server.state.now_ms)
        assert all(client.carrier.calls[:1] == ["abort"] for client in clients)


class TestSlowReaders:
    def test_are_cut_off_when_they_stay_above_the_soft_limit(self, make_server):
        server = make_server(client_output_buffer_limit="normal 0 100 10", timeout="0")
        client = server.client()
        client.carrier.inbuf.feed(b"ECHO " + b"x" * 20_000 + b"\r\n")
        client.session.received()
        for seconds, calls in ((0, []), (10, []), (1, ["abort"])):
            server.state.now_ms += seconds * 1000
            server.cron.look_at_clients(server.state.now_ms)
            assert client.carrier.calls == calls

    def test_are_forgiven_when_they_have_read(self, make_server):
        server = make_server(client_output_buffer_limit="normal 0 100 10")
        client = server.client()
        for _ in range(3):
            client.carrier.inbuf.feed(b"ECHO " + b"x" * 20_000 + b"\r\n")
            client.session.received()
            server.cron.look_at_clients(server.state.now_ms)
            client.carrier.outbuf.take()
            server.state.now_ms += 6000
            server.cron.look_at_clients(server.state.now_ms)
        assert client.carrier.calls == []


class TestExpiry:
    def test_removes_what_has_expired(self, server, client):
        for i in range(300):
            client.call("SET", f"k{i}", "v", "PX", "10")
        client.call("SET", "stays", "v")
        server.state.now_ms += 11
        server.cron.run()
        assert server.state.databases[0].size() == 1
        assert server.keyspace.expired_keys == 300

    def test_can_be_turned_off(self, make_server):
        server = make_server(enable_debug_command="yes")
        client = server.client()
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
        client.call("SET", "k", "v", "PX", "10")
        server.state.now_ms += 11
        server.cron.run()
        assert server.state.databases[0].size() == 1
        assert client.call("GET", "k") == b"$-1\r\n"


def test_a_rate_is_the_mean_of_the_last_samples():
    rate = Rate()
    for i in range(SAMPLES + 1):
        rate.sample(i * 50, 1000 + i * 100)
    assert rate.value() == 500


def test_a_counter_that_was_reset_is_no_negative_rate():
    rate = Rate()
    rate.sample(100, 1000)
    rate.sample(0, 1100)
    assert rate.value() == 0


class TestTheDoor:
    @pytest.fixture
    def stranger(self):
        return SimpleNamespace(family=2, getpeername=lambda: ("10.1.2.3", 5555))

    @pytest.fixture
    def neighbour(self):
        return SimpleNamespace(family=2, getpeername=lambda: ("127.0.0.1", 5555))

    def test_is_open_to_this_machine(self, server, neighbour):
        assert server.listeners.refuse(neighbour) is None

    def test_is_closed_to_others_while_there_is_no_password(self, server, stranger):
        assert server.listeners.refuse(stranger) == PROTECTED
        assert server.statistics.connections_rejected == 1

    def test_is_open_to_others_with_a_password(self, make_server, stranger):
        assert make_server(requirepass="pw").listeners.refuse(stranger) is None

    def test_is_open_to_others_where_the_network_is_trusted(self, make_server, stranger):
        assert make_server(protected_mode="no").listeners.refuse(stranger) is None

    def test_lets_in_no_more_than_it_can_hold(self, make_server, neighbour):
        server = make_server(maxclients=1)
        assert server.listeners.refuse(neighbour) is None
        server.client()
        assert server.listeners.refuse(neighbour) == TOO_MANY
        assert server.statistics.connections_received == 2
