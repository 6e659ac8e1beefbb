package trades

import "math/bits"

// MaxSymbolBytes is the longest symbol.
const MaxSymbolBytes = 24

// key is a symbol's bytes, padded with zeros, as words.
type key struct{ first, second, third uint64 }

func keyOf(symbol []byte) key {
	var padded [MaxSymbolBytes]byte
	copy(padded[:], symbol)
	return key{word(padded[:]), word(padded[8:]), word(padded[16:])}
}

// hash folds a product of twice the width: its low bits alone would say nothing of
// what symbols end with.
func (k key) hash() uint64 {
	high, low := bits.Mul64(k.first^k.second*0x9e3779b97f4a7c15^k.third*0xc2b2ae3d27d4eb4f, 0x9fb21c651e98df25)
	return high ^ low
}

// symbols numbers the distinct symbols of a file from 0: a hash table with open
// addressing, at most half full, since Go's own map costs as much per row as
// the rest of the parsing.
type symbols struct {
	known []symbol
	slots []uint32 // 1 + index in known, or 0; a power of two of them
}

type symbol struct {
	key     key
	name    string
	lastDay int64 // on which it traded, as its first nanosecond
}

// find is the number of a known symbol, or -1.
func (s *symbols) find(k key) int {
	for slot := k.hash(); len(s.slots) > 0; slot++ {
		entry := s.slots[slot&uint64(len(s.slots)-1)]
		if entry == 0 {
			break
		}
		if s.known[entry-1].key == k {
			return int(entry - 1)
		}
	}
	return -1
}

// add numbers a symbol that find does not know.
func (s *symbols) add(k key, name []byte) int {
	s.known = append(s.known, symbol{key: k, name: string(name), lastDay: noDay})
	if 2*len(s.known) > len(s.slots) {
		s.slots = make([]uint32, max(64, 2*len(s.slots)))
		for i := range s.known {
			s.place(i)
		}
	} else {
		s.place(len(s.known) - 1)
	}
	return len(s.known) - 1
}

func (s *symbols) place(id int) {
	slot := s.known[id].key.hash()
	for s.slots[slot&uint64(len(s.slots)-1)] != 0 {
		slot++
	}
	s.slots[slot&uint64(len(s.slots)-1)] = uint32(id + 1)
}

// isSymbol is the rule of the partner's file: 1–24 of A–Z 0–9 . / -
func isSymbol(text []byte) bool {
	if len(text) == 0 || len(text) > MaxSymbolBytes {
		return false
	}
	for _, c := range text {
		if (c < 'A' || c > 'Z') && (c < '-' || c > '9') { // - . / and the digits are neighbours
			return false
		}
	}
	return true
}
