"""Paramiko with a ProxyCommand of its own: HOST KEY COMMAND BIG PROXY...

Runs a command, takes BIG there and back, and says what came of it, at last
what the proxy has written to its stderr, which nobody reads but who asks."""
import hashlib, os, sys
import paramiko


def ended(process):
    """The exit status, without reaping: Paramiko may yet signal the process."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_status


host, key, command, big = sys.argv[1:5]
proxy = paramiko.ProxyCommand(" ".join(sys.argv[5:]))
client = paramiko.SSHClient()
client.load_host_keys(".ssh/known_hosts")
client.connect(host, username="chris", pkey=paramiko.Ed25519Key(filename=key), sock=proxy,
               allow_agent=False, look_for_keys=False)
_, out, err = client.exec_command(command)
print(out.read().decode(), end="")
print(err.read().decode(), end="", file=sys.stderr)
print("status", out.channel.recv_exit_status())
with client.open_sftp() as sftp:
    sftp.put(big, "there")
    sftp.get("there", "back")
for name in big, "there", "back":
    print(hashlib.sha256(open(name, "rb").read()).hexdigest())
client.close()
print("proxy", ended(proxy.process))
sys.stderr.write(proxy.process.stderr.read().decode())
