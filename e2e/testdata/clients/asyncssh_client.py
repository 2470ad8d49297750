"""AsyncSSH: HOST COMMAND BIG [PROXY...]. Without PROXY the one in ~/.ssh/config
is its proxy."""
import asyncio, hashlib, sys
import asyncssh


async def main(host, command, big, proxy):
    options = {"proxy_command": proxy} if proxy else {"config": [".ssh/config"]}
    async with asyncssh.connect(host, username="chris", client_keys=[".ssh/id"], known_hosts=".ssh/known_hosts", **options) as c:
        done = await c.run(command)
        print(done.stdout, end="")
        print(done.stderr, end="", file=sys.stderr)
        print("status", done.exit_status)
        async with c.start_sftp_client() as sftp:
            await sftp.put(big, "there")
            await sftp.get("there", "back")
    for name in big, "there", "back":
        print(hashlib.sha256(open(name, "rb").read()).hexdigest())


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
