package trades

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// maxSymbolCharacters is the longest symbol.
const maxSymbolCharacters = 64

// keyBytes is the longest symbol that is found by its key; longer ones, which are
// rare, are found by their text.
const keyBytes = 24

// key is a short symbol's bytes, padded with zeros, as words.
type key struct{ first, second, third uint64 }

func keyOf(symbol []byte) key {
	var padded [keyBytes]byte
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
	long  map[string]int
}

type symbol struct {
	key        key
	name       string
	lastDay    int64 // on which it traded, as its first nanosecond
	lastTime   int64 // of its last trade
	lastMinute int64 // in which it traded, counted from 1970
}

// look is the number of a known symbol, or -1.
func (s *symbols) look(name []byte) int {
	if len(name) <= keyBytes {
		if len(name) == 0 || name[len(name)-1] == 0 { // which would pass for the key's padding
			return -1
		}
		return s.find(keyOf(name))
	}
	if id, known := s.long[string(name)]; known {
		return id
	}
	return -1
}

// find is the number of a known short symbol, or -1.
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

// add numbers a symbol that look does not know.
func (s *symbols) add(name []byte) int {
	id := len(s.known)
	s.known = append(s.known, symbol{name: string(name), lastDay: noDay, lastTime: noDay, lastMinute: noDay})
	if len(name) > keyBytes {
		if s.long == nil {
			s.long = map[string]int{}
		}
		s.long[s.known[id].name] = id
		return id
	}
	s.known[id].key = keyOf(name)
	if 2*len(s.known) > len(s.slots) {
		s.slots = make([]uint32, max(64, 2*len(s.slots)))
		for i := range s.known {
			if len(s.known[i].name) <= keyBytes {
				s.place(i)
			}
		}
	} else {
		s.place(id)
	}
	return id
}

func (s *symbols) place(id int) {
	slot := s.known[id].key.hash()
	for s.slots[slot&uint64(len(s.slots)-1)] != 0 {
		slot++
	}
	s.slots[slot&uint64(len(s.slots)-1)] = uint32(id + 1)
}

// isSymbol is the rule for all formats: 1–64 printable characters, with no blank at
// either end.
func isSymbol(text []byte) bool {
	if len(text) == 0 || len(text) > maxSymbolCharacters*utf8.UTFMax || text[0] == ' ' || text[len(text)-1] == ' ' {
		return false
	}
	characters := 0
	for len(text) > 0 {
		c, size := rune(text[0]), 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRune(text); c == utf8.RuneError {
				return false
			}
		}
		if !unicode.IsPrint(c) {
			return false
		}
		characters++
		text = text[size:]
	}
	return characters <= maxSymbolCharacters
}
