package simulation

import "math/rand/v2"

// choices is where all chance comes from: at random and recorded, or replayed.
// Whatever is replayed beyond the record is 0, the plainest choice, so that a
// shorter record with smaller numbers is a simpler schedule.
type choices struct {
	random *rand.Rand // nil: replay only
	record []int
	next   int
}

// pick chooses one of n.
func (c *choices) pick(n int) int {
	if c.next == len(c.record) {
		value := 0
		if c.random != nil {
			value = c.random.IntN(n)
		}
		c.record = append(c.record, value)
	}
	value := c.record[c.next] % n
	c.next++
	return value
}

// chance is true with a probability in thousandths.
func (c *choices) chance(thousandths int) bool { return c.pick(1000) >= 1000-thousandths }

// minimise looks for a simpler record that fails as well: by cutting its end and
// setting runs of choices to 0, as long as that helps and tries are left.
func minimise(record []int, fails func([]int) bool) []int {
	tries := 1500
	try := func(candidate []int) bool {
		tries--
		return tries >= 0 && fails(candidate)
	}
	for cut := len(record) / 2; cut > 0 && tries > 0; {
		if candidate := record[:len(record)-cut]; try(candidate) {
			record = candidate
			cut = min(cut, len(record)/2)
			continue
		}
		cut /= 2
	}
	for size := len(record) / 2; size > 0 && tries > 0; size /= 2 {
		for start := 0; start < len(record) && tries > 0; start += size {
			candidate := append([]int(nil), record...)
			changed := false
			for i := start; i < min(start+size, len(record)); i++ {
				changed = changed || candidate[i] != 0
				candidate[i] = 0
			}
			if changed && try(candidate) {
				record = candidate
			}
		}
	}
	return record
}
