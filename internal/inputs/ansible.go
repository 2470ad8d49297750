package inputs

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// ansibleHint is the hint where an inventory cannot be read.
const ansibleHint = "--ansible takes what 'ansible-inventory --list' prints, or - for stdin"

// Ansible reads the hosts of an inventory, in the JSON of ansible-inventory --list, as
// Ansible would connect to them: with ansible_host, ansible_port and ansible_user, which
// their old spellings with ansible_ssh_ override, as they do in its ssh plugin. Hosts
// that it does not reach over ssh are left out; told gets a line about them. If told is
// nil, nobody is told. The path - is stdin.
func Ansible(path string, stdin io.Reader, told func(text string)) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, ansibleHint, limits.ListLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		inv := inventory{file: file, yield: yield, seen: map[string]bool{}, others: map[string]int{}}
		inv.lines.in = file.in
		inv.decoder = json.NewDecoder(&inv.lines)
		switch err := inv.read(); {
		case errors.Is(err, errEnough):
			return
		case err != nil:
			yield(Item{}, inv.refuse(err))
			return
		}
		if text := inv.leftOut(); text != "" && told != nil {
			told(text)
		}
	}
}

// errEnough says that no more items are wanted.
var errEnough = errors.New("enough")

// inventory is an inventory that is being read.
type inventory struct {
	file    *textFile
	lines   lineCounter
	decoder *json.Decoder
	yield   func(Item, error) bool

	seen   map[string]bool // hosts with variables
	bare   []bareHost      // members of groups, some of which have variables too
	others map[string]int  // hosts that are left out, by the plugin that reaches them
}

// bareHost is a host as a group has it.
type bareHost struct{ name, where string }

// read reads the whole inventory.
func (v *inventory) read() error {
	err := v.object(func(key string) error {
		if key != "_meta" {
			return v.group()
		}
		return v.object(func(key string) error {
			if key != "hostvars" {
				return v.skip()
			}
			return v.object(v.host)
		})
	})
	if err != nil {
		return err
	}
	for _, h := range v.bare {
		if v.seen[h.name] {
			continue
		}
		v.seen[h.name] = true
		item := Item{Where: h.where, Name: safetext.Of(h.name).String()}
		if item.Text = h.name; h.name == "" {
			item.Text, item.Err = h.where, console.Refuse(exit.Usage, ansibleHint, "the host has no name")
		}
		if !v.yield(item, nil) {
			return errEnough
		}
	}
	return nil
}

// object reads an object, whose values each reads.
func (v *inventory) object(each func(key string) error) error {
	start, err := v.token()
	if err != nil {
		return err
	}
	if start != json.Delim('{') {
		return errors.New("it is not the inventory of 'ansible-inventory --list'")
	}
	for v.decoder.More() {
		key, err := v.token()
		if err == nil {
			err = each(key.(string))
		}
		if err != nil {
			return err
		}
	}
	_, err = v.token()
	return err
}

// value reads a value that is not too long.
func (v *inventory) value(into any) error {
	v.lines.left = limits.JSONLine
	return v.decoder.Decode(into)
}

// token reads a token, which is not too long either.
func (v *inventory) token() (json.Token, error) {
	v.lines.left = limits.JSONLine
	return v.decoder.Token()
}

func (v *inventory) skip() error {
	var nothing json.RawMessage
	return v.value(&nothing)
}

// group reads a group, for its members.
func (v *inventory) group() error {
	where := v.where()
	return v.object(func(key string) error {
		if key != "hosts" {
			return v.skip()
		}
		if start, err := v.token(); err != nil || start != json.Delim('[') {
			return cmp.Or(err, errors.New("the hosts of a group are not a list"))
		}
		for v.decoder.More() {
			var name string
			if err := v.value(&name); err != nil {
				return err
			}
			if len(v.bare) == limits.Inventory {
				return fmt.Errorf("the inventory has more than %d hosts", limits.Inventory)
			}
			where = v.where()
			v.bare = append(v.bare, bareHost{name, where})
		}
		_, err := v.token()
		return err
	})
}

// hostVars are the variables that say how to connect. Ports may be texts.
type hostVars struct {
	Connection string `json:"ansible_connection"`
	Host       string `json:"ansible_host"`
	SSHHost    string `json:"ansible_ssh_host"`
	Port       any    `json:"ansible_port"`
	SSHPort    any    `json:"ansible_ssh_port"`
	User       string `json:"ansible_user"`
	SSHUser    string `json:"ansible_ssh_user"`
}

// overSSH are the connection plugins that use ssh.
var overSSH = []string{"", "ssh", "smart", "paramiko", "paramiko_ssh", "network_cli", "libssh", "netconf"}

// host reads the variables of a host.
func (v *inventory) host(name string) error {
	where := v.where()
	var vars hostVars
	if err := v.value(&vars); err != nil {
		return err
	}
	if len(v.seen) == limits.Inventory {
		return fmt.Errorf("the inventory has more than %d hosts", limits.Inventory)
	}
	v.seen[name] = true
	plugin := vars.Connection[strings.LastIndexByte(vars.Connection, '.')+1:] // ansible.netcommon.network_cli
	if !slices.Contains(overSSH, plugin) {
		v.others[vars.Connection]++
		return nil
	}
	item := Item{Where: where, Name: safetext.Of(name).String()}
	if item.Text, item.Err = vars.target(name); item.Text == "" {
		item.Text, item.Err = where, console.Refuse(exit.Usage, ansibleHint, "the host has no name")
	}
	if !v.yield(item, nil) {
		return errEnough
	}
	return nil
}

// target returns the target that ssh would be given.
func (h *hostVars) target(name string) (string, error) {
	host := cmp.Or(h.SSHHost, h.Host, name)
	port, user := "", cmp.Or(h.SSHUser, h.User)
	for _, p := range []any{h.SSHPort, h.Port} {
		if p != nil && port == "" {
			port = fmt.Sprint(p)
		}
	}
	text := host
	switch {
	case port != "" && strings.Contains(host, ":"):
		text = "[" + host + "]:" + port
	case port != "":
		text += ":" + port
	}
	if user != "" {
		text = user + "@" + text
	}
	if strings.Contains(text, "{{") {
		return text, console.Refuse(exit.Usage, "put the value into the inventory, or the host into a list",
			"how to connect to %s is a template, which only Ansible can fill in", console.Quoted(name))
	}
	return text, nil
}

// leftOut says which hosts are left out; "" if none are.
func (v *inventory) leftOut() string {
	var plugins []string
	n := 0
	for plugin, hosts := range v.others {
		n += hosts
		plugins = append(plugins, safetext.Cut(safetext.Of(plugin).String(), 40))
	}
	slices.Sort(plugins)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return "left out: 1 host that Ansible does not reach over ssh (ansible_connection " + plugins[0] + ")"
	}
	if len(plugins) > 4 {
		plugins = append(plugins[:4], "and others")
	}
	return fmt.Sprintf("left out: %d hosts that Ansible does not reach over ssh (ansible_connection %s)",
		n, strings.Join(plugins, ", "))
}

// where is the place of what has just been read.
func (v *inventory) where() string {
	return fmt.Sprintf("%s:%d", v.file.name, v.lines.at(v.decoder.InputOffset()))
}

// refuse returns a Refusal for an error of reading.
func (v *inventory) refuse(err error) error {
	var syntax *json.SyntaxError
	var other *json.UnmarshalTypeError
	text := reason(err).Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		text = "the inventory ends too early"
	case errors.As(err, &syntax):
		text = "it is not JSON: " + text
	case errors.As(err, &other):
		text = "a variable is not what Ansible takes: " + other.Field + " is a " + other.Value
	}
	return console.Refuse(exit.Usage, ansibleHint, "%s: %s", v.where(), safetext.Cut(safetext.Of(text).String(), 160))
}
