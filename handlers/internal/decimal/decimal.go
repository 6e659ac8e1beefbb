// Package decimal holds the two exact numbers of the pipeline: Decimal, with 9
// fractional digits, for prices, sizes and volumes, and Notional, with 18, for
// their products and sums of products.
//
// Both are what Parquet and SQL call DECIMAL(38, 9) and DECIMAL(38, 18): a whole
// coefficient of at most 38 digits. Nothing here is a binary float, nothing
// wraps and nothing is rounded but Notional.Div, which says how. Every operation
// whose result might not fit returns ErrRange.
package decimal

import "errors"

// Fractional digits of a Decimal and of a Notional.
const (
	Scale         = 9
	NotionalScale = 18
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

// Decimal is an exact number with 9 fractional digits, DECIMAL(38, 9). The zero
// value is 0.
type Decimal struct{ coefficient int128 }

// Notional is an exact number with 18 fractional digits, DECIMAL(38, 18): the
// product of two Decimals or a sum of such products. The zero value is 0.
type Notional struct{ coefficient int128 }

// New is coefficient / 10^9.
func New(coefficient uint64) Decimal { return Decimal{int128{lo: coefficient}} }

// Parse reads a price or a size: an optional minus, 1–18 digits (leading zeros
// aside) and, after a point, 1–9 digits. It does not allocate.
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

// Mul is d × e, exactly, or ErrRange when the product has more than 38 digits.
func (d Decimal) Mul(e Decimal) (Notional, error) {
	product, ok := d.coefficient.mul(e.coefficient)
	if !ok {
		return Notional{}, ErrRange
	}
	return Notional{product}, nil
}

// Bytes is the coefficient as a big-endian two's complement number, Parquet's
// form of a DECIMAL in a fixed-length byte array.
func (d Decimal) Bytes() [16]byte { return d.coefficient.bytes() }

// AppendText appends d in plain notation without trailing zeros.
func (d Decimal) AppendText(to []byte) ([]byte, error) {
	return d.coefficient.append(to, Scale), nil
}

// MarshalText is d in plain notation without trailing zeros.
func (d Decimal) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// String is d in plain notation without trailing zeros.
func (d Decimal) String() string { return string(d.coefficient.append(nil, Scale)) }

// UnmarshalText reads what MarshalText writes: as Parse, but the integer part
// may have all the digits of a sum.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	d.coefficient, err = parse(text, Scale, maxDigits-Scale)
	return err
}

// Sign is -1, 0 or 1.
func (n Notional) Sign() int { return n.coefficient.sign() }

// Abs is n without its sign.
func (n Notional) Abs() Notional {
	if n.coefficient.hi < 0 {
		return Notional{n.coefficient.neg()}
	}
	return n
}

// Add is n + m, or ErrRange when the sum has more than 38 digits.
func (n Notional) Add(m Notional) (Notional, error) {
	sum, ok := n.coefficient.add(m.coefficient)
	if !ok {
		return Notional{}, ErrRange
	}
	return Notional{sum}, nil
}

// Div is n / d rounded half to even at 9 fractional digits, or ErrZero. With n
// a notional and d a volume it is the volume-weighted average price.
func (n Notional) Div(d Decimal) (Decimal, error) {
	if d.Sign() == 0 {
		return Decimal{}, ErrZero
	}
	return Decimal{n.coefficient.div(d.coefficient)}, nil
}

// Bytes is the coefficient as a big-endian two's complement number.
func (n Notional) Bytes() [16]byte { return n.coefficient.bytes() }

// AppendText appends n in plain notation without trailing zeros.
func (n Notional) AppendText(to []byte) ([]byte, error) {
	return n.coefficient.append(to, NotionalScale), nil
}

// MarshalText is n in plain notation without trailing zeros.
func (n Notional) MarshalText() ([]byte, error) { return n.AppendText(nil) }

// String is n in plain notation without trailing zeros.
func (n Notional) String() string { return string(n.coefficient.append(nil, NotionalScale)) }

// UnmarshalText reads what MarshalText writes.
func (n *Notional) UnmarshalText(text []byte) (err error) {
	n.coefficient, err = parse(text, NotionalScale, maxDigits-NotionalScale)
	return err
}
