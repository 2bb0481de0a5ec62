"""The least a program can do: a byte comes in on a Unix socket, a report goes out.

bare.py SOCKET NODE: SOCKET is the number of an inherited descriptor.
"""

import os
import socket
import sys

REPORTS = {b"d": bytes((0, 0, 4, 0, 0, 0, 0, 0)), b"u": bytes(8)}  # A down, nothing down

if __name__ == "__main__":
    line = socket.socket(fileno=int(sys.argv[1]))
    node = os.open(sys.argv[2], os.O_WRONLY | os.O_NONBLOCK)
    while byte := line.recv(1):
        os.write(node, REPORTS[byte])
