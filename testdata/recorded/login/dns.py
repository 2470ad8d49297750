#!/usr/bin/python3
"""dns.py LOG SILENT: a DNS server on 127.0.0.1:53 for lab.sh. It does not answer questions
that match a regular expression in the file SILENT, "NAME TYPE", and logs all of them."""
import re, socket, struct, sys
A, PTR, AAAA = 1, 12, 28
NAMES = {A: "A", PTR: "PTR", AAAA: "AAAA", 6: "SOA", 15: "MX", 16: "TXT", 33: "SRV", 44: "SSHFP", 255: "ANY", 256: "URI"}
ZONE = {
    ("server.example.com", A): "203.0.113.10",
    ("server.corp.example.com", A): "203.0.113.10",
    ("dual.example.com", A): "203.0.113.10",
    ("dual.example.com", AAAA): "2001:db8::99",
    ("client.example.com", A): "203.0.113.20",
    ("10.113.0.203.in-addr.arpa", PTR): "server.example.com",
    ("20.113.0.203.in-addr.arpa", PTR): "client.example.com",
    ("bad.example.com", A): "203.0.113.30", # its reverse name does not exist
    ("30.113.0.203.in-addr.arpa", PTR): "203-0-113-30.isp.example.net",
}

def wire(name):
    return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".") if l) + b"\0"

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
while True:
    q, peer = s.recvfrom(4096)
    i, labels = 12, []
    while q[i]:
        labels.append(q[i + 1:i + 1 + q[i]].decode("latin-1")); i += q[i] + 1
    name, typ = ".".join(labels).lower(), struct.unpack("!H", q[i + 1:i + 3])[0]
    what = name + " " + NAMES.get(typ, str(typ))
    silent = any(re.search(l.strip(), what) for l in open(sys.argv[2]) if l.strip())
    with open(sys.argv[1], "a") as log:
        print(what + (" (no answer)" if silent else ""), file=log)
    if silent:
        continue
    known = [r for r in ZONE if r[0] == name]
    rcode, answer = (0 if known else 3), b""
    if (name, typ) in ZONE:
        v = ZONE[name, typ]
        data = socket.inet_aton(v) if typ == A else socket.inet_pton(socket.AF_INET6, v) if typ == AAAA else wire(v)
        answer = b"\xc0\x0c" + struct.pack("!HHIH", typ, 1, 60, len(data)) + data
    s.sendto(q[:2] + struct.pack("!HHHHH", 0x8580 | rcode, 1, 1 if answer else 0, 0, 0) + q[12:i + 5] + answer, peer)
