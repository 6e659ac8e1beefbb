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

// add is small enough to be inlined; what it leaves to checked is rare.
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

// divBillionths is x·10^9 / (y / 10^9) rounded half to even, where y is a positive
// whole number of 10^9 that is not long, and the quotient fits; else false.
func (x int128) divBillionths(y int128) (int128, bool) {
	if y.hi < 0 || y.hi >= billion {
		return int128{}, false
	}
	divisor, rest := bits.Div64(uint64(y.hi), y.lo, billion)
	if rest != 0 {
		return int128{}, false
	}
	xHi, xLo := x.magnitude()
	// x·10^9 in three words, divided from the top.
	high, low := bits.Mul64(xLo, billion)
	top, middle := bits.Mul64(xHi, billion)
	middle, carry := bits.Add64(middle, high, 0)
	top += carry
	if top >= divisor {
		return int128{}, false
	}
	hi, rest := bits.Div64(top, middle, divisor)
	lo, rest := bits.Div64(rest, low, divisor)
	half := divisor - rest // compare rest with divisor - rest: no doubling, no overflow
	if rest > half || rest == half && lo&1 == 1 {
		lo, carry = bits.Add64(lo, 1, 0)
		hi += carry
	}
	return signed(x.hi < 0, hi, lo)
}

// halfEven is x / y rounded half to even; y is not zero. It is false when that has
// more than 38 digits.
func halfEven(x, y *big.Int) (int128, bool) {
	quotient, rest := new(big.Int).QuoRem(x, y, new(big.Int))
	order := rest.Lsh(rest, 1).CmpAbs(y)
	away := int64(x.Sign() * y.Sign())
	if order > 0 || order == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(away))
	}
	if quotient.BitLen() > 128 {
		return int128{}, false
	}
	negative := quotient.Sign() < 0
	quotient.Abs(quotient)
	lo := new(big.Int).And(quotient, new(big.Int).SetUint64(1<<64-1)).Uint64()
	return signed(negative, quotient.Rsh(quotient, 64).Uint64(), lo)
}

func (x int128) wide() *big.Int {
	hi, lo := x.magnitude()
	n := new(big.Int).SetUint64(hi)
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(lo))
	if x.hi < 0 {
		n.Neg(n)
	}
	return n
}

func (x int128) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], uint64(x.hi))
	binary.BigEndian.PutUint64(b[8:], x.lo)
	return b
}

func divisible(hi, lo uint64) bool {
	_, rest := bits.Div64(hi%10, lo, 10)
	return rest == 0
}

func dividedByTen(hi, lo uint64) (uint64, uint64) {
	low, _ := bits.Div64(hi%10, lo, 10)
	return hi / 10, low
}

func fromBytes(b [16]byte) int128 {
	return int128{int64(binary.BigEndian.Uint64(b[:8])), binary.BigEndian.Uint64(b[8:])}
}
