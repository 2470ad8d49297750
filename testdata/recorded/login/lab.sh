#!/usr/bin/env bash
# lab.sh CASES.sh: logins with this machine's ssh and sshd, and what makes them slow, in
# namespaces of their own. As root:
#   unshare -n -m -p --fork --kill-child --mount-proc ./lab.sh server.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
mount -t tmpfs none /run && mkdir -p /run/sshd
for f in resolv.conf hosts nsswitch.conf hosts.allow pam.d/sshd; do
	mkdir -p "$W/$(dirname $f)"
	: > "$W/$f"
	[ -e "/etc/$f" ] && mount --bind "$W/$f" "/etc/$f"
done
put() { cat > "$W/$1"; }
ip link set lo up
for a in 203.0.113.{10,20,30}/32 198.51.100.{53,54,55}/32 2001:db8::99/128 2001:db8::1/128; do ip addr add $a dev lo; done
nft add table inet lab; nft 'add chain inet lab in { type filter hook input priority 0; }'
nft add rule inet lab in ip daddr 198.51.100.0/24 drop # nobody answers there, and nothing says so
nft add rule inet lab in ip6 daddr 2001:db8::99 drop
: > "$W/silent"
python3 "$here/dns.py" "$W/dns.log" "$W/silent" &
silent() { printf '%s\n' "$@" > "$W/silent"; } # questions that are not answered
printf '127.0.0.1 localhost\n' | tee "$W/hosts.server" | put hosts
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n' | put nsswitch.conf
resolver() { printf '%s\n' "$@" | put resolv.conf; }
resolver 'nameserver 127.0.0.1'
ssh-keygen -q -t ed25519 -N '' -C host -f "$W/host"
ssh-keygen -q -t ed25519 -N '' -C chris -f "$W/key"
cp "$W/key.pub" "$W/authorized"
cat > "$W/base" <<X
Host *
    IdentityFile $W/key
    IdentitiesOnly yes
    UserKnownHostsFile $W/known
    StrictHostKeyChecking accept-new
    BatchMode yes
    User root
X
cp "$W/base" "$W/config"
start() { # options of sshd; it has a hosts file of its own
	[ -n "${pid:-}" ] && kill "$pid" && wait "$pid" 2>/dev/null
	unshare -m sh -c "mount --bind $W/hosts.server /etc/hosts; exec /usr/sbin/sshd \"\$@\"" sshd -D -E "$W/sshd.log" -f /dev/null -h "$W/host" \
		-o ListenAddress=203.0.113.10 -o ListenAddress=203.0.113.30 -o PidFile=none -o StrictModes=no \
		-o AuthorizedKeysFile="$W/authorized" -o PermitRootLogin=yes -o PrintMotd=no "$@" -o UsePAM=no &
	pid=$!
	sleep 0.5
}
login() { # TEXT NAME [options of ssh]: how long it takes, and where it waits
	local text=$1 name=$2
	shift 2
	: > "$W/dns.log"
	echo "$text"
	python3 "$here/pauses.py" ssh -vvv -F "$W/config" "$@" "$name" true
	echo "    asked: $(uniq -c "$W/dns.log" | sed 's/^ *\([0-9]*\) \(.*\)/\2 x\1/' | tr '\n' ';')"
}
start -o UseDNS=no
ssh -F "$W/config" server.example.com true 2> /dev/null
. "$here/$1"
kill "$pid" %1 2>/dev/null
exit 0
