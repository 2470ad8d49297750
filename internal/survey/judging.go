package survey

import (
	"strings"
	"time"
)

// judging returns the options that decide what a result says, by the names of their flags:
// those that are not the default. Results of runs that differ in one do not belong in one
// report.
func (o *Options) judging() map[string]string {
	all := map[string]string{}
	text := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	flag := func(name string, on bool) {
		if on {
			all[name] = "true"
		}
	}
	span := func(name string, d, usual time.Duration) {
		if d != usual {
			all[name] = d.String()
		}
	}
	usual := Defaults()
	for _, s := range o.Resolvers {
		text("resolver", strings.TrimPrefix(all["resolver"]+","+s.String(), ","))
	}
	for _, s := range o.Compare {
		text("compare", strings.TrimPrefix(all["compare"]+","+s.String(), ","))
	}
	text("hosts-file", o.HostsFile)
	text("ssh-config", o.SSHConfig)
	flag("ipv4", o.IPv4)
	flag("ipv6", o.IPv6)
	flag("require-name", o.RequireName)
	flag("dns-only", o.DNSOnly)
	flag("connect", o.ConnectAll)
	text("zone", strings.Join(o.Zones.Files, ","))
	text("axfr", strings.Join(o.Zones.Transfers, ","))
	flag("offline", o.Zones.Offline)
	flag("all-hostkeys", o.AllKeys)
	flag("accepted", o.AcceptedPass)
	text("expect-hostkey", strings.Join(o.ExpectKeys, ","))
	if o.SSHDConfig != usual.SSHDConfig {
		text("sshd-config", o.SSHDConfig)
	}
	span("check-timeout", o.CheckTimeout, usual.CheckTimeout)
	span("target-timeout", o.TargetTimeout, usual.TargetTimeout)
	span("wait", o.Wait, 0)
	if t := o.Connect.Timeout; t != nil {
		all["connect-timeout"] = t.String()
	}
	if a := o.Connect.Address; a != nil {
		all["bind-address"] = *a
	}
	if i := o.Connect.Interface; i != nil {
		all["bind-interface"] = *i
	}
	text("via", o.Connect.Via.String())
	return all
}
