"""Paramiko with the ProxyCommand of ~/.ssh/config: HOST COMMAND."""
import os, sys
import paramiko


def ended(process):
    """The exit status, without reaping: Paramiko may yet signal the process."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_status


config = paramiko.SSHConfig.from_path(".ssh/config").lookup(sys.argv[1])
proxy = paramiko.ProxyCommand(config["proxycommand"])
with paramiko.SSHClient() as client:
    client.load_host_keys(".ssh/known_hosts")
    client.connect(config["hostname"], username=config["user"], sock=proxy, allow_agent=False, look_for_keys=False,
                   pkey=paramiko.Ed25519Key(filename=config["identityfile"][0]))
    _, out, _ = client.exec_command(sys.argv[2])
    print(out.read().decode(), end="")
    status = out.channel.recv_exit_status()
print("proxy", ended(proxy.process), file=sys.stderr)
sys.exit(status)
