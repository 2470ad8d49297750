"""A proxy on a socketpair, of whose other end the client keeps a copy, as libssh
does: HOST KEY PROXY... The client hangs up by SIGTERM, and the proxy's stdin
never ends."""
import os, signal, socket, subprocess, sys
import paramiko

ours, theirs = socket.socketpair()
proxy = subprocess.Popen(sys.argv[3:], stdin=theirs, stdout=theirs)
transport = paramiko.Transport(ours)
transport.connect(username="chris", pkey=paramiko.Ed25519Key(filename=sys.argv[2]))
channel = transport.open_session()
channel.exec_command("echo hello")
print(channel.makefile().read().decode(), end="")
os.kill(proxy.pid, signal.SIGTERM)
print("proxy", proxy.wait(30))
