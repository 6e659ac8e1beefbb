// Package decimal holds the two exact numbers of the pipeline: Decimal, with 18
// fractional digits, for prices, sizes and volumes, and Notional, with 36, for
// their products and sums of products.
//
// A Decimal is what Parquet and SQL call DECIMAL(38, 18): a whole coefficient of
// at most 38 digits. A Notional has 18 digits more behind the point. Nothing here
// is a binary float, nothing wraps, and nothing is rounded but by Notional.Div
// and Notional.Bytes, which say how. Every operation whose result might not fit
// returns ErrRange.
package decimal

import "errors"

// Fractional digits of a Decimal and of a Notional.
const (
	Scale         = 18
	NotionalScale = 36
)

// MaxIntegerDigits is the longest integer part that Parse accepts, leading zeros
// aside. Sums may be longer.
const MaxIntegerDigits = 18

// Errors of parsing and arithmetic. Parse returns them unwrapped.
var (
	ErrSyntax    = errors.New("not a decimal number in plain notation")
	ErrRange     = errors.New("out of range")
	ErrPrecision = errors.New("too many fractional digits")
	ErrZero      = errors.New("division by zero")
)

// Decimal is an exact number with 18 fractional digits, DECIMAL(38, 18). The zero
// value is 0.
type Decimal struct{ coefficient int128 }

// New is coefficient / 10^9.
func New(coefficient uint64) Decimal { return Decimal{wideProduct(coefficient, billion)} }

// Parse reads a price or a size: an optional minus, 1–18 digits and, after a
// point, 1–18 digits; zeros at either end do not count. It does not allocate.
func Parse(text []byte) (Decimal, error) {
	c, err := parse(text, Scale, MaxIntegerDigits)
	return Decimal{c}, err
}

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.coefficient.sign() }

// Less says whether d < e.
func (d Decimal) Less(e Decimal) bool { return d.coefficient.less(e.coefficient) }

// Add is d + e, or ErrRange when the sum has more than 38 digits.
func (d Decimal) Add(e Decimal) (Decimal, error) {
	sum, ok := d.coefficient.add(e.coefficient)
	if !ok {
		return Decimal{}, ErrRange
	}
	return Decimal{sum}, nil
}

// Bytes is the coefficient as a big-endian two's complement number, Parquet's
// form of a DECIMAL in a fixed-length byte array.
func (d Decimal) Bytes() [16]byte { return d.coefficient.bytes() }

// FromBytes is what has the Bytes.
func FromBytes(b [16]byte) Decimal { return Decimal{fromBytes(b)} }

// AppendText appends d in plain notation without trailing zeros.
func (d Decimal) AppendText(to []byte) ([]byte, error) {
	return d.coefficient.append(to, 0), nil
}

// MarshalText is d in plain notation without trailing zeros.
func (d Decimal) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// String is d in plain notation without trailing zeros.
func (d Decimal) String() string { return string(d.coefficient.append(nil, 0)) }

// UnmarshalText reads what MarshalText writes: as Parse, but the integer part
// may have all the digits of a sum.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	d.coefficient, err = parse(text, Scale, maxDigits-Scale)
	return err
}
