login 'healthy' server.example.com
resolver 'nameserver 198.51.100.53' 'nameserver 127.0.0.1'
login 'the first server is silent' server.example.com
resolver 'nameserver 198.51.100.53' 'nameserver 127.0.0.1' 'options timeout:1'
login 'the first server is silent, timeout:1' server.example.com
resolver 'nameserver 198.51.100.53'
login 'one silent server' server.example.com
resolver 'nameserver 198.51.100.53' 'nameserver 198.51.100.54'
login 'two silent servers' server.example.com
resolver 'nameserver 198.51.100.53' 'nameserver 198.51.100.54' 'nameserver 198.51.100.55'
login 'three silent servers' server.example.com
resolver 'nameserver 198.51.100.53' 'nameserver 198.51.100.54' 'search corp.example.com example.com'
login 'two silent servers, two search domains, a short name' server
resolver 'nameserver 127.0.0.1' 'search dead.example corp.example.com'
silent 'dead\.example '
login 'the first search domain is silent, a short name' server
resolver 'nameserver 127.0.0.1'
silent ' AAAA$'
login 'AAAA questions are dropped' server.example.com
login 'AAAA questions are dropped, -4' server.example.com -4
silent 'nothing'
login 'the IPv6 address is silent, -4' dual.example.com -4
login 'the IPv6 address is silent, ConnectTimeout 5' dual.example.com -o ConnectTimeout=5
login 'the IPv6 address is silent, through rdnsproxy' dual.example.com -o "ProxyCommand=$RDNSPROXY %h %p"
silent ' SSHFP$'
login 'VerifyHostKeyDNS yes, SSHFP questions are dropped' server.example.com -o VerifyHostKeyDNS=yes
silent 'silent\.example '
login 'CanonicalizeHostname yes, the first domain is silent' server -o CanonicalizeHostname=yes -o CanonicalDomains='silent.example example.com'
silent 'in-addr'
login 'the reverse zone is silent, GSSAPIAuthentication yes without a ticket' server.example.com -o GSSAPIAuthentication=yes
login 'the reverse zone is silent, through rdnsproxy' server.example.com -o "ProxyCommand=$RDNSPROXY %h %p"
login 'the reverse zone is silent, through rdnsproxy again' server.example.com -o "ProxyCommand=$RDNSPROXY %h %p"
silent 'nothing'
{ cat "$W/base"; printf 'Match exec "sleep 2"\n    Compression no\n'; } > "$W/config"
login 'Match exec "sleep 2"' server.example.com
{ cat "$W/base"; printf 'Match exec "sleep 2"\n    Compression no\nMatch final all\n    Compression no\n'; } > "$W/config"
login 'Match exec "sleep 2", and Match final' server.example.com
cp "$W/base" "$W/config"
printf '#!/bin/sh\nsleep 2\n' > "$W/slow"
chmod 755 "$W" "$W/slow"
login 'KnownHostsCommand takes 2 s' server.example.com -o KnownHostsCommand="$W/slow %I %H"
login 'the IPv6 address is silent' dual.example.com
