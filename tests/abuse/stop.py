#!/usr/bin/python3
"""A server that is asked to end answers what was sent before.

    tests/abuse/stop.py BINARY DATABASE FOLDER

First, under load: clients that ask without a pause until an answer says that the connection ends. Prints how many were
told so, and how many asked and heard nothing. Then the server is held still (SIGSTOP), so that requests on old
connections and on new ones wait in the system; it is asked to end and let go. Prints for each kind how many were
answered. Each time it must exit with 0.
"""
import re
import signal
import socket
import sys
import threading
import time

import abuse

N = 40
REQUEST = b"GET /api/collections HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answer(connection):
    data = b""
    connection.settimeout(10)
    try:
        while True:
            piece = connection.recv(65536)
            data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            if not piece or (length and len(body) >= int(length.group(1))):
                return data
    except OSError:
        return b""


def start(binary, database, folder):
    port = abuse.free_port()
    return abuse.Server([binary, "serve", "--db", database, "--listen", f"127.0.0.1:{port}"], port, folder)


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port))


def ask_on(server, told, lost):
    connection = connect(server)
    while True:
        try:
            connection.sendall(REQUEST)
        except OSError:
            pass
        data = answer(connection)
        if not data.startswith(b"HTTP/1.1 200 "):
            lost.append(data)
            return
        if b"\r\nConnection: close\r\n" in data:
            told.append(data)
            return


def under_load(server):
    told, lost = [], []
    clients = [threading.Thread(target=ask_on, args=(server, told, lost)) for _ in range(8)]
    for client in clients:
        client.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    for client in clients:
        client.join()
    print("told", len(told), "lost", len(lost), "exit", server.process.wait())


def held(server):
    old = [connect(server) for _ in range(N)]
    for connection in old:
        connection.sendall(REQUEST)
        answer(connection)
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    new = [connect(server) for _ in range(N)]
    for connection in old + new:
        connection.sendall(REQUEST)
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGCONT)
    for name, some in (("old", old), ("new", new)):
        print(name, sum(answer(connection).startswith(b"HTTP/1.1 200 ") for connection in some))
    print("exit", server.process.wait())


def main():
    under_load(start(*sys.argv[1:4]))
    held(start(*sys.argv[1:4]))


if __name__ == "__main__":
    main()
