package trades

import "math/bits"

// barSet counts the pairs of a symbol and a minute of a file whose rows are not in
// the order of time, in eight bytes each at most half full: 64 MiB for MaxBars.
type barSet struct {
	slots []uint64 // 1 + the pair, or 0; a power of two of them
	count int
}

// add takes a pair and gives the number of different ones.
func (b *barSet) add(id int, minute int64) int {
	// A file has at most MaxSymbolDays symbols, and the years that nanoseconds hold
	// have fewer than 2^30 minutes.
	pair := uint64(id)<<40 | uint64(minute+1<<30)
	if 2*b.count > len(b.slots) {
		old := b.slots
		b.slots = make([]uint64, 2*len(old))
		for _, entry := range old {
			if entry != 0 {
				b.place(entry)
			}
		}
	}
	if b.place(pair + 1) {
		b.count++
	}
	return b.count
}

func (b *barSet) place(entry uint64) bool {
	high, low := bits.Mul64(entry, 0x9fb21c651e98df25)
	for slot := high ^ low; ; slot++ {
		switch at := slot & uint64(len(b.slots)-1); b.slots[at] {
		case entry:
			return false
		case 0:
			b.slots[at] = entry
			return true
		}
	}
}
