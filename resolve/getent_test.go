package resolve

func asGetent() bool  { return false }
func getentMain() int { return 0 }
