package decimal

import (
	"math/big"
	"math/bits"
)

const (
	billion     = 1_000_000_000
	quintillion = billion * billion
)

// Notional is an exact number with 36 fractional digits and at most 20 before the
// point: the product of two Decimals or a sum of such products. The zero value is 0.
//
// It is coarse / 10^18 + fine / 10^36. Prices and sizes rarely have more than nine
// fractional digits each, so that fine is zero and sums cost no more than coarse.
type Notional struct {
	coarse int128
	fine   uint64 // below 10^18, for negative numbers too
}

// Product is price × size, each given as its coefficient in billionths. Both are
// below 10^18, so that the product fits.
func Product(price, size uint64) Notional { return Notional{coarse: wideProduct(price, size)} }

func wideProduct(x, y uint64) int128 {
	hi, lo := bits.Mul64(x, y)
	return int128{int64(hi), lo}
}

// Mul is d × e, exactly, or ErrRange when it has more than 20 integer digits.
func (d Decimal) Mul(e Decimal) (Notional, error) {
	aHi, aLo := d.coefficient.magnitude()
	bHi, bLo := e.coefficient.magnitude()
	// The product in four words, lowest first.
	var w [4]uint64
	w[1], w[0] = bits.Mul64(aLo, bLo)
	for _, cross := range [2][2]uint64{{aHi, bLo}, {aLo, bHi}} {
		hi, lo := bits.Mul64(cross[0], cross[1])
		var carry uint64
		w[1], carry = bits.Add64(w[1], lo, 0)
		w[2], carry = bits.Add64(w[2], hi, carry)
		w[3] += carry
	}
	hi, lo := bits.Mul64(aHi, bHi)
	var carry uint64
	w[2], carry = bits.Add64(w[2], lo, 0)
	w[3] += hi + carry
	// Divided by 10^18: what is left is fine.
	var fine uint64
	for i := 3; i >= 0; i-- {
		w[i], fine = bits.Div64(fine, w[i], quintillion)
	}
	coarse, ok := signed(false, w[1], w[0])
	if !ok || w[2]|w[3] != 0 {
		return Notional{}, ErrRange
	}
	n := Notional{coarse, fine}
	if d.Sign()*e.Sign() < 0 {
		n = n.neg()
	}
	return n, nil
}

func (n Notional) neg() Notional {
	if n.fine == 0 {
		return Notional{coarse: n.coarse.neg()}
	}
	// -(c + f) = -(c + 1) + (1 - f): one's complement is -(c + 1).
	return Notional{int128{^n.coarse.hi, ^n.coarse.lo}, quintillion - n.fine}
}

// Sign is -1, 0 or 1.
func (n Notional) Sign() int {
	if sign := n.coarse.sign(); sign != 0 || n.fine == 0 {
		return sign
	}
	return 1
}

// AtLeast says whether n ≥ d.
func (n Notional) AtLeast(d Decimal) bool { return !n.coarse.less(d.coefficient) }

// Abs is n without its sign.
func (n Notional) Abs() Notional {
	if n.coarse.hi < 0 {
		return n.neg()
	}
	return n
}

// Add is n + m, or ErrRange when the sum has more than 20 integer digits.
func (n Notional) Add(m Notional) (Notional, error) {
	sum, ok := n.coarse.add(m.coarse)
	fine := n.fine + m.fine
	if fine >= quintillion && ok {
		fine -= quintillion
		sum, ok = sum.add(int128{lo: 1})
	}
	if !ok {
		return Notional{}, ErrRange
	}
	return Notional{sum, fine}, nil
}

// Include adds m to n. It is false, and n unchanged, where Add is ErrRange. A sum of
// many is quicker so: nothing is copied.
func (n *Notional) Include(m *Notional) bool {
	lo, carry := bits.Add64(n.coarse.lo, m.coarse.lo, 0)
	hi, _ := bits.Add64(uint64(n.coarse.hi), uint64(m.coarse.hi), carry)
	if n.fine|m.fine == 0 && hi+limitHi < 2*limitHi { // see int128.add
		n.coarse = int128{int64(hi), lo}
		return true
	}
	sum, err := n.Add(*m)
	if err == nil {
		*n = sum
	}
	return err == nil
}

// Div is n / d rounded half to even at 18 fractional digits; ErrZero if d is zero,
// ErrRange if the quotient does not fit. With n a notional and d a volume it is
// the volume-weighted average price.
func (n Notional) Div(d Decimal) (Decimal, error) {
	if d.Sign() == 0 {
		return Decimal{}, ErrZero
	}
	if n.fine == 0 {
		if quotient, ok := n.coarse.divBillionths(d.coefficient); ok {
			return Decimal{quotient}, nil
		}
	}
	quotient, ok := halfEven(n.wide(), d.coefficient.wide())
	if !ok {
		return Decimal{}, ErrRange
	}
	return Decimal{quotient}, nil
}

// wide is n in units of 10^-36.
func (n Notional) wide() *big.Int {
	w := n.coarse.wide()
	w.Mul(w, big.NewInt(quintillion))
	return w.Add(w, new(big.Int).SetUint64(n.fine))
}

// Bytes is n at 18 fractional digits as a big-endian two's complement number,
// rounded half to even (but never up to a 39th digit).
func (n Notional) Bytes() [16]byte {
	rounded, _ := n.round()
	return rounded.bytes()
}

// Rest is what Bytes leaves out, in units of 10^-36: negative where it rounds up.
func (n Notional) Rest() int64 {
	_, rest := n.round()
	return rest
}

func (n Notional) round() (rounded int128, rest int64) {
	if half := uint64(quintillion / 2); n.fine > half || n.fine == half && n.coarse.lo&1 == 1 {
		if up, ok := n.coarse.add(int128{lo: 1}); ok {
			return up, int64(n.fine) - quintillion
		}
	}
	return n.coarse, int64(n.fine)
}

// NotionalFromBytes is what has the Bytes and the Rest.
func NotionalFromBytes(b [16]byte, rest int64) Notional {
	coarse := fromBytes(b)
	if rest < 0 {
		coarse, _ = coarse.add(int128{-1, 1<<64 - 1})
		rest += quintillion
	}
	return Notional{coarse, uint64(rest)}
}

// AppendText appends n in plain notation without trailing zeros.
func (n Notional) AppendText(to []byte) ([]byte, error) {
	if n.Sign() < 0 {
		to, n = append(to, '-'), n.neg()
	}
	return n.coarse.append(to, n.fine), nil
}

// MarshalText is n in plain notation without trailing zeros.
func (n Notional) MarshalText() ([]byte, error) { return n.AppendText(nil) }

// String is n in plain notation without trailing zeros.
func (n Notional) String() string {
	text, _ := n.AppendText(nil)
	return string(text)
}

// UnmarshalText reads what MarshalText writes.
func (n *Notional) UnmarshalText(text []byte) error {
	*n = Notional{}
	coarse, fine := text, text[len(text):]
	for i, c := range text {
		if c == '.' && len(text) > i+1+Scale {
			coarse, fine = text[:i+1+Scale], text[i+1+Scale:]
			break
		}
	}
	c, err := parse(coarse, Scale, maxDigits-Scale)
	if err != nil {
		return err
	}
	if !allDigits(fine) {
		return ErrSyntax
	}
	if fine = trimZeros(fine); len(fine) > Scale {
		return ErrPrecision
	}
	_, f := appendDigits(0, 0, fine)
	for range Scale - len(fine) {
		f *= 10
	}
	if text[0] != '-' {
		*n = Notional{c, f}
		return nil
	}
	*n = Notional{c.neg(), f}.neg()
	return nil
}
