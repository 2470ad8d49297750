package penalty

// Kept is how many accounts are in memory.
func (l *Ledger) Kept() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.here)
}
