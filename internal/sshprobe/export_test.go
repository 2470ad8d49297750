package sshprobe

// Endpoints is how many endpoints are kept.
func Endpoints(v *Visits) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.endpoints)
}
