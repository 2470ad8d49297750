package sshdlog

// part is what a member of a record can say about it.
type part uint8

const (
	msgPart part = iota
	timePart
	hostPart
	tagPart
	pidPart
	uidPart
	transportPart
	containerPart
	streamPart
	parts
	noPart = parts
)

// record holds the members of one record, by what they say.
type record struct {
	value [parts]value
	twice bool // a name stood there twice: then nobody knows what the record says
	other bool // another program's: the rest of the record was not read
}

// Names of members have ranks, because a record can have several that say the same. The
// journal's come first. Docker's comes last, for Elastic has an object of that name.
const (
	journals = 1
	tags     = 11
	dockers  = 15
)

// nameOf tells what a member is for, and its rank among those that are for the same: the
// lowest counts. Names with a dot are of the Elastic Common Schema, and may be nested objects.
func nameOf(name []byte) (part, uint8) {
	switch string(name) {
	// journald, systemd.journal-fields(7)
	case "MESSAGE":
		return msgPart, journals
	case "__REALTIME_TIMESTAMP":
		return timePart, journals
	case "_HOSTNAME":
		return hostPart, journals
	case "SYSLOG_IDENTIFIER":
		return tagPart, journals
	case "_PID":
		return pidPart, journals
	case "SYSLOG_PID":
		return pidPart, 2
	case "_UID":
		return uidPart, journals
	case "_TRANSPORT":
		return transportPart, journals
	// Docker's and Podman's drivers, Kubernetes's collectors, Elastic, Vector: a name before an ID
	case "CONTAINER_NAME", "kubernetes.pod_name", "kubernetes.pod.name":
		return containerPart, 1
	case "container_name", "container.name", "kubernetes.container_name", "CONTAINER_TAG", "attrs.tag":
		return containerPart, 2
	case "CONTAINER_ID", "CONTAINER_ID_FULL", "container_id", "container.id":
		return containerPart, 3
	case "container", "kubernetes":
		return containerPart, 4

	// Docker's json-file, and the Kubernetes collectors that pass it on
	case "log":
		return msgPart, dockers
	case "stream":
		return streamPart, 2

	// rsyslog's jsonf and jsonmesg, syslog-ng's format-json, Fluentd, Vector, Elastic
	case "message":
		return msgPart, 2
	case "msg":
		return msgPart, 3
	case "@timestamp":
		return timePart, 2
	case "timestamp":
		return timePart, 3
	case "timereported":
		return timePart, 4
	case "time":
		return timePart, 5
	case "ISODATE":
		return timePart, 6
	case "timegenerated":
		return timePart, 7
	case "DATE":
		return timePart, 8
	case "date": // Fluent Bit
		return timePart, 9
	case "hostname":
		return hostPart, 2
	case "host":
		return hostPart, 3
	case "host.name":
		return hostPart, 4
	case "host.hostname":
		return hostPart, 5
	case "HOST":
		return hostPart, 6
	case "log.syslog.hostname":
		return hostPart, 7
	case "kubernetes.host", "kubernetes.pod_node_name", "kubernetes.node.name":
		return hostPart, 8
	case "programname":
		return tagPart, 2
	case "app-name":
		return tagPart, 3
	case "appname":
		return tagPart, 4
	case "program":
		return tagPart, 5
	case "PROGRAM":
		return tagPart, 6
	case "ident":
		return tagPart, 7
	case "process.name":
		return tagPart, 8
	case "log.syslog.appname":
		return tagPart, 9
	case "syslogtag":
		return tagPart, 10
	case "tag":
		return tagPart, tags
	case "procid":
		return pidPart, 3
	case "pid":
		return pidPart, 4
	case "PID":
		return pidPart, 5
	case "process.pid":
		return pidPart, 6
	case "log.syslog.procid":
		return pidPart, 7
	}
	return noPart, 0
}

// add adds a member to the record. It returns false if that ends the reading.
func (p *Parser) add(name []byte, v value) bool {
	to, rank := nameOf(name)
	if to == noPart {
		return true
	}
	r := &p.rec
	old := &r.value[to]
	switch {
	case old.kind == absent || rank < old.rank:
		v.rank = rank
		*old = v
	case rank == old.rank && to != containerPart:
		r.twice = true
	}
	if to == tagPart && rank == journals && v.kind == plain {
		_, ours := p.program(v.raw)
		r.other = !ours
	}
	return !r.other
}

// readObject adds the members of the object at the beginning of b, of which the opening brace is
// taken off, and returns how many bytes it took with the closing one. 0: it is no object, or
// another program's. Names of a nested object have its name before them.
func (p *Parser) readObject(b, prefix []byte) int {
	i := skipBlank(b)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for i < len(b) && b[i] == '"' {
		name, n := readString(b[i:])
		i += n
		i += skipBlank(b[i:])
		if n == 0 || i >= len(b) || b[i] != ':' {
			return 0
		}
		i++
		i += skipBlank(b[i:])
		v, n := readValue(b[i:])
		if n == 0 {
			return 0
		}
		full := name.raw
		if name.kind == escaped || len(prefix) > 0 {
			ok := true
			at := len(p.scratch)
			p.scratch = append(p.scratch, prefix...)
			if p.scratch, ok = unescape(p.scratch, name.raw); !ok {
				return 0
			}
			full = p.scratch[at:]
		}
		if v.kind != object || ofContainer(full) {
			if !p.add(full, v) {
				return 0
			}
		}
		if v.kind == object && nests(full) {
			at := len(p.scratch)
			p.scratch = append(append(p.scratch, full...), '.')
			if p.readObject(b[i+1:], p.scratch[at:]) != n-1 {
				return 0
			}
		}
		i += n
		i += skipBlank(b[i:])
		if i >= len(b) {
			return 0
		}
		switch b[i] {
		case '}':
			return i + 1
		case ',':
			i++
			i += skipBlank(b[i:])
		default:
			return 0
		}
	}
	return 0
}

// ofContainer tells whether an object of this name is about a container, whatever is in it.
func ofContainer(name []byte) bool {
	to, _ := nameOf(name)
	return to == containerPart
}

// nests tells whether members of an object of this name are of interest.
func nests(name []byte) bool {
	switch string(name) {
	case "host", "process", "log", "log.syslog", "container", "kubernetes", "kubernetes.pod", "kubernetes.node", "attrs":
		return true
	}
	return false
}

// text returns what a member says. It may be in memory that the next line overwrites. ok is
// false if it is not text.
func (p *Parser) text(v value) (_ []byte, ok bool) {
	at := len(p.scratch)
	switch v.kind {
	case plain:
		return v.raw, true
	case literal:
		if string(v.raw) == "null" {
			return nil, true
		}
		return v.raw, true
	case escaped:
		p.scratch, ok = unescape(p.scratch, v.raw)
	case array: // a field that is no UTF-8; or one that stood in the record several times
		first := v.raw[1:]
		first = first[skipBlank(first):]
		if len(first) > 0 && (first[0] == '"' || first[0] == '[') {
			v, _ := readValue(first)
			if v.kind == array {
				p.scratch, ok = byteArray(p.scratch, v.raw)
				break
			}
			return p.text(v)
		}
		p.scratch, ok = byteArray(p.scratch, v.raw)
	case absent:
		return nil, true
	}
	return p.scratch[at:], ok
}
