package format

import (
	"math/bits"
	"strconv"
	"strings"
)

// Scale multiplies a number by Factor / 10^Digits.
type Scale struct {
	Factor uint64
	Digits int // of the fraction; below zero, further powers of ten
}

// parseScale reads 1e-9, 1/10000 or 0.25. A fraction must be a finite decimal.
func parseScale(text string) (*Scale, bool) {
	if exponent, found := strings.CutPrefix(text, "1e"); found {
		n, err := strconv.Atoi(exponent)
		return &Scale{1, -n}, err == nil && n != 0 && n >= -maxScaleDigits && n <= maxScaleDigits
	}
	if divisor, found := strings.CutPrefix(text, "1/"); found {
		n, err := strconv.ParseUint(divisor, 10, 64)
		if err != nil || n == 0 {
			return nil, false
		}
		return reciprocal(n)
	}
	integer, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	n, err := strconv.ParseUint(integer+fraction, 10, 64)
	return &Scale{n, len(fraction)}, err == nil && n != 0 && len(fraction) <= maxScaleDigits
}

// maxScaleDigits is how far a scale may move the decimal point.
const maxScaleDigits = 18

// reciprocal is 1/n, where n is 2^a·5^b: 2^(d-a)·5^(d-b) / 10^d with d = max(a, b).
func reciprocal(n uint64) (*Scale, bool) {
	twos := bits.TrailingZeros64(n)
	n >>= twos
	fives := 0
	for n%5 == 0 {
		n /= 5
		fives++
	}
	digits := max(twos, fives)
	if n != 1 || digits > maxScaleDigits {
		return nil, false
	}
	factor := uint64(1) << (digits - twos)
	for range digits - fives {
		factor *= 5 // at most 5^18
	}
	return &Scale{factor, digits}, true
}
