package resolve

// laneSpares is memory to be used again.
type laneSpares struct {
	flights  *laneFlight
	shots    *shot
	accounts *account
	batch    []*laneFlight
}

func (s *laneSpares) flight() *laneFlight {
	f := s.flights
	if f == nil {
		return new(laneFlight)
	}
	s.flights = f.next
	*f = laneFlight{query: f.query[:0], tries: f.tries[:0], waiters: f.waiters[:0]}
	return f
}

func (s *laneSpares) giveFlight(f *laneFlight) { f.next, s.flights = s.flights, f }

func (s *laneSpares) shot() *shot {
	x := s.shots
	if x == nil {
		return new(shot)
	}
	s.shots = x.next
	return x
}

func (s *laneSpares) giveShot(x *shot) {
	*x = shot{links: links[shot]{next: s.shots}}
	s.shots = x
}

func (s *laneSpares) account() *account {
	a := s.accounts
	if a == nil {
		return new(account)
	}
	s.accounts = a.next
	*a = account{waiting: a.waiting[:0]}
	return a
}

func (s *laneSpares) giveAccount(a *account) { a.next, s.accounts = s.accounts, a }
