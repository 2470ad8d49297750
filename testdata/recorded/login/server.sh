start -o UseDNS=yes
login 'UseDNS yes, healthy' server.example.com -b 203.0.113.20
silent 'in-addr'
start -o UseDNS=yes
login 'UseDNS yes, the reverse zone is silent, one DNS server' server.example.com -b 203.0.113.20
resolver 'nameserver 127.0.0.1' 'nameserver 198.51.100.53'
start -o UseDNS=yes
login 'UseDNS yes, the reverse zone is silent, two DNS servers' server.example.com -b 203.0.113.20
resolver 'nameserver 127.0.0.1' 'nameserver 198.51.100.53' 'options timeout:1 attempts:1'
start -o UseDNS=yes
login 'the same, timeout:1 attempts:1' server.example.com -b 203.0.113.20
resolver 'nameserver 127.0.0.1'
start -o UseDNS=no
login 'UseDNS no, the reverse zone is silent' server.example.com -b 203.0.113.20
sed 's/^/from="*.example.com,203.0.113.0\/24" /' "$W/key.pub" > "$W/authorized"
login 'UseDNS no, the reverse zone is silent, from= with a name' server.example.com -b 203.0.113.20
cp "$W/key.pub" "$W/authorized"
echo 'sshd: .example.com' | put hosts.allow
login 'UseDNS no, the reverse zone is silent, hosts.allow with a name' server.example.com -b 203.0.113.20
: | put hosts.allow
silent 'nothing'
for where in auth account session; do
	for kind in auth account session; do
		[ $kind = $where ] && echo "$kind optional pam_exec.so /bin/sleep 3"
		echo "$kind required pam_permit.so"
	done | put pam.d/sshd
	start -o UseDNS=no -o UsePAM=yes
	login "PAM: $where takes 3 s, login with a key" server.example.com -b 203.0.113.20
done
