$TTL 3600
@	SOA	ns1.example.com. hostmaster.example.com. 1 3600 600 86400 600
	NS	ns1.example.com.
; one host for each verdict; the reverse zones say the rest
my		A	192.168.1.243
exact		A	198.51.100.10
confirmed	A	198.51.100.11
exempt		A	10.0.0.12
missing		A	198.51.100.13
undetermined	A	203.0.113.14	; its reverse zone is served by nobody: REFUSED
dead		A	203.0.113.30	; its reverse zone may never answer
unasked		A	198.51.100.21	; its reverse name is in a zone that is served by nobody
several		A	198.51.100.22	; one of its reverse names leads back
delegated	A	198.51.100.23	; its reverse name is delegated by RFC 2317
alias		CNAME	exact
malformed	A	198.51.100.15
numeric		A	198.51.100.17
numeric-hex	A	198.51.100.19
mismatch	A	198.51.100.18
empty		TXT	"no address here"
; nowhere	does not exist
; over IPv6, and over both
exact6		AAAA	2001:db8::10
mismatch6	AAAA	2001:db8::18
dual		A	198.51.100.20
		AAAA	2001:db8::20
