package trades

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes of text at a time, in a word whose lowest byte comes first.
const (
	ones     = 0x0101010101010101
	highBits = 0x80 * ones
)

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// equalBytes marks the high bit of the bytes of w that are c; marks behind the
// first may be wrong.
func equalBytes(w uint64, c byte) uint64 {
	x := w ^ uint64(c)*ones
	return (x - ones) &^ x & highBits
}

// countDigits is how many bytes of x, from the first, are digits without their
// '0': at most 8.
func countDigits(x uint64) int {
	others := (x + (0x80-10)*ones | x) & highBits // the first mark is right
	return bits.TrailingZeros64(others) / 8
}

// digitsValue is the number that the first bytes of x make, up to 8 digits
// without their '0'.
func digitsValue(x uint64, digits int) uint64 {
	x <<= 64 - 8*digits // leading zeros take the place of what follows
	x = x*10 + x>>8     // pairs, in every other byte
	const pairs = 0x000000ff000000ff
	return ((x&pairs)*(100+1_000_000<<32) + (x>>16&pairs)*(1+10_000<<32)) >> 32
}
