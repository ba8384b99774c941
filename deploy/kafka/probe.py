#!/usr/bin/env python3
"""The two questions that deploy/local-kafka cannot ask in shell.

  probe.py ports
      Prints two TCP ports, free on 127.0.0.1 at this moment.

  probe.py answers PORT CLUSTER_ID PID SECONDS
      Waits until the broker on 127.0.0.1:PORT does its work.
      Exit 0: it does. 1: not within SECONDS. 3: process PID ended before that.

"Does its work" means: a Metadata answer from the cluster CLUSTER_ID that lists this broker with
this port, and a controller. A TCP accept is not enough (the socket opens seconds before the node
takes requests), nor is ApiVersions (answered while the controller still fences the broker, when
a topic cannot be created). The cluster id tells our broker from a stranger's that won a race for
the port.
"""
import random
import socket
import struct
import sys
import time


def is_free(port):
    with socket.socket() as s:
        # As the JVM binds: a port with connections in TIME_WAIT counts as free.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_ports(count):
    """Ports below the range from which the kernel serves outgoing connections.

    Inside that range a client that keeps reconnecting to a stopped broker can be given the broker's
    own port, connect to itself, and so keep the broker from coming back.
    """
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
            end = int(f.read().split()[0])
    except (OSError, ValueError):
        end = 32768
    begin = 10240
    if end - begin < 1000:  # an unusual machine: any unprivileged port
        begin, end = 1024, 65536
    found = []
    for port in random.SystemRandom().sample(range(begin, end), 500):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    sys.exit("probe.py: no free port found")


# Metadata request, version 4, for no topic: old enough to have plain encodings, new enough to
# name the cluster. https://kafka.apache.org/protocol#The_Messages_Metadata
METADATA_REQUEST = (
    struct.pack(">hhih", 3, 4, 1, -1)  # api key, version, correlation id, no client id
    + struct.pack(">ib", 0, 0)  # an empty list of topics, no auto-creation
)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def string(self):
        length = self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length : self.at].decode()


def receive(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise OSError("connection closed")
        data += more
    return data


def works(port, cluster_id):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as sock:
            sock.settimeout(5)
            sock.sendall(struct.pack(">i", len(METADATA_REQUEST)) + METADATA_REQUEST)
            (size,) = struct.unpack(">i", receive(sock, 4))
            if not 0 < size < 1 << 20:  # not Kafka
                return False
            answer = Reader(receive(sock, size))
            answer.take("i")  # correlation id
            answer.take("i")  # throttle time
            ports = set()
            for _ in range(answer.take("i")):
                answer.take("i")  # broker id
                answer.string()  # host
                ports.add(answer.take("i"))
                answer.string()  # rack
            return answer.string() == cluster_id and answer.take("i") >= 0 and port in ports
    except (OSError, struct.error, UnicodeDecodeError):
        return False


def is_running(pid):
    """A zombie has ended: in a container nobody may be there to reap it."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for_answer(port, cluster_id, pid, seconds):
    deadline = time.monotonic() + seconds
    while True:
        if not is_running(pid):
            return 3
        if works(port, cluster_id):
            return 0
        if time.monotonic() >= deadline:
            return 1
        time.sleep(0.1)


def main(arguments):
    if arguments == ["ports"]:
        print(*free_ports(2))
        return 0
    if len(arguments) == 5 and arguments[0] == "answers":
        port, cluster_id, pid, seconds = arguments[1:]
        return wait_for_answer(int(port), cluster_id, int(pid), float(seconds))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
