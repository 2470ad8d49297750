package survey

import (
	"errors"
	"io/fs"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/krb5conf"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// kerberos reads krb5.conf, or the files that KRB5_CONFIG names, once a run.
type kerberos struct {
	once sync.Once
	k    *check.Kerberos // nil: Kerberos is not set up, or its configuration cannot be read
}

// read reads it. domain is what names without a dot are completed with if krb5.conf does not
// say.
func (c *kerberos) read(w console.World, v *console.Voice, domain func() string) *check.Kerberos {
	c.once.Do(func() {
		paths := []string{krb5conf.DefaultPath}
		if list := w.Getenv("KRB5_CONFIG"); list != "" {
			paths = strings.Split(list, ":")
		}
		conf, err := krb5conf.ParseFiles(paths...)
		switch {
		case err != nil:
			v.Notice(err.Error())
			return
		case len(conf.Files) == 0:
			return
		}
		c.k = &check.Kerberos{
			RDNS:         check.Setting{On: conf.RDNS.On(), Origin: conf.RDNS.Origin},
			Canonicalize: check.Setting{On: conf.Canonicalize.On(), Origin: conf.Canonicalize.Origin},
			Fallback:     conf.Canonicalize.Value == krb5conf.Fallback,
			File:         safetext.Line(conf.Files[0]),
			Realm:        safetext.Of(conf.DefaultRealm.Value).String(),
			RealmOf: func(host string) (string, bool) {
				realm, mapped := conf.RealmOf(host)
				return safetext.Of(realm.Value).String(), mapped
			},
		}
		if conf.Domain != nil {
			c.k.Domain = strings.ToLower(conf.Domain.Value)
		} else {
			c.k.Domain = domain()
		}
	})
	return c.k
}

// useDNS is UseDNS of this machine's sshd_config, read once a run.
type useDNS struct {
	once    sync.Once
	setting check.Setting
}

func (u *useDNS) read(path string, v *console.Voice) check.Setting {
	u.once.Do(func() {
		if path == "none" {
			return
		}
		value, set, err := sshconf.ServerValue(path, "usedns")
		switch {
		case errors.Is(err, fs.ErrPermission): // as on many systems
		case err != nil:
			v.Notice(err.Error())
		case set:
			u.setting = check.Setting{On: value.Value == "yes", Origin: value.Origin}
		}
	})
	return u.setting
}

// clientOf collects what ssh's configuration for a target, krb5.conf and sshd_config
// say about the programs on this machine that use reverse names.
func clientOf(h *sshconf.Host, k *check.Kerberos, useDNS check.Setting) *check.Client {
	setting := func(keyword string) check.Setting {
		v, _ := h.Value(keyword)
		return check.Setting{On: v.Value == "yes", Origin: v.Origin}
	}
	command := h.Get("proxycommand")
	jump := h.Get("proxyjump")
	identity := h.Get("gssapiserveridentity")
	if identity != "" {
		identity = check.PlainHost(identity)
	}
	gssapi := setting("gssapiauthentication")
	if exchange := setting("gssapikeyexchange"); exchange.On && !gssapi.On {
		gssapi = exchange // it asks for the same ticket
	}
	return &check.Client{
		GSSAPI:         gssapi,
		GSSAPITrustDNS: setting("gssapitrustdns"),
		GSSAPIIdentity: identity,
		Hostbased:      setting("hostbasedauthentication"),
		UseDNS:         useDNS,
		Proxied: (command != "" && command != "none" || jump != "" && jump != "none") &&
			h.Get("proxyusefdpass") != "yes",
		Kerberos: k,
	}
}
