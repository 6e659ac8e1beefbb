package decimal

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// maxDigits is the longest coefficient, in decimal digits.
const maxDigits = 38

// limitHi and limitLo are 10^38, the first magnitude that has too many digits.
const (
	limitHi = 0x4b3b4ca85a86c47a
	limitLo = 0x098a224000000000
)

// int128 is a two's complement number whose magnitude is below 10^38.
type int128 struct {
	hi int64
	lo uint64
}

func (x int128) sign() int {
	if x.hi < 0 {
		return -1
	}
	if x.hi == 0 && x.lo == 0 {
		return 0
	}
	return 1
}

func (x int128) less(y int128) bool {
	return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo
}

func (x int128) neg() int128 {
	lo, borrow := bits.Sub64(0, x.lo, 0)
	hi, _ := bits.Sub64(0, uint64(x.hi), borrow)
	return int128{int64(hi), lo}
}

// magnitude is the absolute value as an unsigned pair.
func (x int128) magnitude() (hi, lo uint64) {
	if x.hi < 0 {
		x = x.neg()
	}
	return uint64(x.hi), x.lo
}

// signed gives a magnitude its sign; false when it has more than 38 digits.
func signed(negative bool, hi, lo uint64) (int128, bool) {
	if hi > limitHi || hi == limitHi && lo >= limitLo {
		return int128{}, false
	}
	x := int128{int64(hi), lo}
	if negative {
		x = x.neg()
	}
	return x, true
}

// add and mul are small enough to be inlined; what they leave to others is rare.
func (x int128) add(y int128) (int128, bool) {
	lo, carry := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(uint64(x.hi), uint64(y.hi), carry)
	if hi+limitHi < 2*limitHi { // -limitHi <= hi < limitHi: far from both ends
		return int128{int64(hi), lo}, true
	}
	return checked(int128{int64(hi), lo})
}

// checked refuses a sum of more than 38 digits. One past 2^127 has wrapped to a
// magnitude of at least 2^128 - 2·10^38, which is above 10^38 too.
func checked(sum int128) (int128, bool) {
	hi, lo := sum.magnitude()
	return signed(sum.hi < 0, hi, lo)
}

func (x int128) mul(y int128) (int128, bool) {
	if x.hi|y.hi == 0 {
		if hi, lo := bits.Mul64(x.lo, y.lo); hi < limitHi {
			return int128{int64(hi), lo}, true
		}
	}
	return x.wideMul(y)
}

func (x int128) wideMul(y int128) (int128, bool) {
	xHi, xLo := x.magnitude()
	yHi, yLo := y.magnitude()
	hi, lo := bits.Mul64(xLo, yLo)
	if xHi|yHi != 0 {
		if xHi != 0 && yHi != 0 {
			return int128{}, false // at least 2^128
		}
		high, low := xHi, yLo
		if yHi != 0 {
			high, low = yHi, xLo
		}
		crossHi, cross := bits.Mul64(high, low)
		var carry uint64
		hi, carry = bits.Add64(hi, cross, 0)
		if crossHi|carry != 0 {
			return int128{}, false
		}
	}
	return signed(x.hi < 0 != (y.hi < 0), hi, lo)
}

// div is x / y rounded half to even; y is not zero.
func (x int128) div(y int128) int128 {
	xHi, xLo := x.magnitude()
	yHi, yLo := y.magnitude()
	var hi, lo uint64
	if yHi == 0 {
		var rest uint64
		hi, rest = xHi/yLo, xHi%yLo
		lo, rest = bits.Div64(rest, xLo, yLo)
		half := yLo - rest // compare rest with yLo - rest: no doubling, no overflow
		if rest > half || rest == half && lo&1 == 1 {
			var carry uint64
			lo, carry = bits.Add64(lo, 1, 0)
			hi += carry
		}
	} else {
		divisor := wide(yHi, yLo)
		quotient, rest := new(big.Int).QuoRem(wide(xHi, xLo), divisor, new(big.Int))
		order := rest.Lsh(rest, 1).Cmp(divisor)
		lo = quotient.Uint64() // below 2^64, for y is at least that
		if order > 0 || order == 0 && lo&1 == 1 {
			lo++
		}
	}
	quotient, _ := signed(x.hi < 0 != (y.hi < 0), hi, lo) // never longer than x
	return quotient
}

func wide(hi, lo uint64) *big.Int {
	n := new(big.Int).SetUint64(hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(lo))
}

func (x int128) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], uint64(x.hi))
	binary.BigEndian.PutUint64(b[8:], x.lo)
	return b
}
