seconds() { perl -MTime::HiRes=time -pe 'BEGIN { $| = 1; $t = time } printf "%6.2f ", time - $t' | sed "s,$W,/home/chris/.ssh,g; s/\r//"; }
silent 'in-addr'
start -o UseDNS=yes
echo 'UseDNS yes, the reverse zone is silent'
ssh -F "$W/config" -v -b 203.0.113.20 server.example.com true 2>&1 | seconds
start -o UseDNS=no
echo 'check, the reverse zone is silent'
"$RDNSPROXY" check -F "$W/config" server.example.com | sed "s,$W,/home/chris/.ssh,g"
silent 'nothing'
echo 'check, the IPv6 address is silent'
"$RDNSPROXY" check -F "$W/config" --connect-timeout 3 dual.example.com | sed "s,$W,/home/chris/.ssh,g"
