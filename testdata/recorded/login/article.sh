try() { # TEXT [options of ssh]: what the server logs
	local text=$1 lines
	shift
	lines=$(wc -l < "$W/sshd.log")
	echo "$text"
	ssh -F "$W/config" "$@" server.example.com true 2>&1 | sed 's/^/    client: /'
	sleep 0.3
	tail -n +$((lines + 1)) "$W/sshd.log" | grep -aE 'reverse mapping|map back|Nasty|Accepted|not from a permitted' | sed "s,$W,/root/.ssh,; s/^/    server: /"
}
start -o UseDNS=yes
try 'UseDNS yes, the reverse name of the client does not exist' -b 203.0.113.30
echo '203.0.113.30 client30.example.net' >> "$W/hosts"
try 'the same, a line in the hosts file of the client' -b 203.0.113.30
echo '127.0.0.1 localhost' | put hosts
sed 's/^/from="client30.example.net" /' "$W/key.pub" > "$W/authorized"
try 'from= with a name, no line' -b 203.0.113.30
echo '203.0.113.30 client30.example.net' >> "$W/hosts.server"
try 'from= with a name, a line in the hosts file of the server' -b 203.0.113.30
cp "$W/key.pub" "$W/authorized"
echo '127.0.0.1 localhost' > "$W/hosts.server"
start -o UseDNS=no
try 'UseDNS no' -b 203.0.113.30
