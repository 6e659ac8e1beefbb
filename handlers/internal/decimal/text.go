package decimal

import (
	"math/big"
	"math/bits"
)

// parse reads [-]digits[.digits] into a coefficient of the given scale, with at
// most maxInteger digits before the point; zeros at either end do not count.
// maxInteger + scale is at most 38, so the coefficient fits.
func parse(text []byte, scale, maxInteger int) (int128, error) {
	digits := text
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		digits = text[1:]
	}
	integer, fraction := digits, []byte(nil)
	for i, c := range digits {
		if c == '.' {
			integer, fraction = digits[:i], digits[i+1:]
			if len(fraction) == 0 {
				return int128{}, ErrSyntax
			}
			break
		}
	}
	if len(integer) == 0 || !allDigits(integer) || !allDigits(fraction) {
		return int128{}, ErrSyntax
	}
	for len(integer) > 0 && integer[0] == '0' {
		integer = integer[1:]
	}
	if len(integer) > maxInteger {
		return int128{}, ErrRange
	}
	if fraction = trimZeros(fraction); len(fraction) > scale {
		return int128{}, ErrPrecision
	}
	hi, lo := appendDigits(0, 0, integer)
	hi, lo = appendDigits(hi, lo, fraction)
	for range scale - len(fraction) {
		hi, lo = timesTenPlus(hi, lo, 0)
	}
	x, _ := signed(negative, hi, lo)
	return x, nil
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

func appendDigits(hi, lo uint64, digits []byte) (uint64, uint64) {
	for _, c := range digits {
		hi, lo = timesTenPlus(hi, lo, uint64(c-'0'))
	}
	return hi, lo
}

func timesTenPlus(hi, lo, digit uint64) (uint64, uint64) {
	over, lo := bits.Mul64(lo, 10)
	lo, carry := bits.Add64(lo, digit, 0)
	return hi*10 + over + carry, lo
}

// append writes x / 10^18 + fine / 10^36 in plain notation without trailing zeros;
// x is not negative unless fine is zero.
func (x int128) append(to []byte, fine uint64) []byte {
	hi, lo := x.magnitude()
	var buffer [maxDigits + Scale]byte
	for i := len(buffer) - 1; i >= maxDigits; i-- {
		buffer[i] = byte('0' + fine%10)
		fine /= 10
	}
	for i := maxDigits - 1; i >= 0; i-- {
		rest := hi % 10
		hi /= 10
		lo, rest = bits.Div64(rest, lo, 10)
		buffer[i] = byte('0' + rest)
	}
	integer, fraction := buffer[:maxDigits-Scale], trimZeros(buffer[maxDigits-Scale:])
	for len(integer) > 1 && integer[0] == '0' {
		integer = integer[1:]
	}
	if x.hi < 0 {
		to = append(to, '-')
	}
	to = append(to, integer...)
	if len(fraction) > 0 {
		to = append(to, '.')
		to = append(to, fraction...)
	}
	return to
}

// trimZeros is digits without zeros at their end.
func trimZeros(digits []byte) []byte {
	for len(digits) > 0 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return digits
}

// FromDigits is ±digits × factor × 10^exponent, digits being those of a whole
// number. The bounds are those of Parse.
func FromDigits(negative bool, digits []byte, factor uint64, exponent int) (Decimal, error) {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	if factor != 1 {
		product, _ := new(big.Int).SetString("0"+string(digits), 10)
		digits = product.Mul(product, new(big.Int).SetUint64(factor)).Append(nil, 10)
	}
	length := len(digits)
	digits = trimZeros(digits)
	exponent += length - len(digits)
	if len(digits) == 0 {
		return Decimal{}, nil
	}
	if len(digits)+exponent > MaxIntegerDigits {
		return Decimal{}, ErrRange
	}
	if -exponent > Scale {
		return Decimal{}, ErrPrecision
	}
	hi, lo := appendDigits(0, 0, digits)
	for range Scale + exponent {
		hi, lo = timesTenPlus(hi, lo, 0)
	}
	x, _ := signed(negative, hi, lo)
	return Decimal{x}, nil
}
