package decimal

import (
	"cmp"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAcceptsPlainNotation(t *testing.T) {
	for text, want := range map[string]string{
		"0":                                     "0",
		"-0":                                    "0",
		"181.52":                                "181.52",
		"007.50":                                "7.5",
		"0.000000001":                           "0.000000001",
		"-37.63":                                "-37.63",
		"100.000000000":                         "100",
		"9999999999.99":                         "9999999999.99",
		"123456789012345678":                    "123456789012345678",
		"999999999999999999.999999999":          "999999999999999999.999999999",
		"999999999999999999.999999999999999999": "999999999999999999.999999999999999999",
		"92000." + strings.Repeat("0", 40):      "92000",
		strings.Repeat("0", 40) + "1":           "1",
	} {
		got, err := Parse([]byte(text))
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestParseRefusesEverythingElse(t *testing.T) {
	for text, want := range map[string]error{
		"":                      ErrSyntax,
		"-":                     ErrSyntax,
		".":                     ErrSyntax,
		".5":                    ErrSyntax,
		"5.":                    ErrSyntax,
		"+5":                    ErrSyntax,
		"--5":                   ErrSyntax,
		"1e3":                   ErrSyntax,
		"1,5":                   ErrSyntax,
		"1:":                    ErrSyntax, // the byte behind 9
		"1.2.3":                 ErrSyntax,
		" 1":                    ErrSyntax,
		"1 ":                    ErrSyntax,
		"0x10":                  ErrSyntax,
		"NaN":                   ErrSyntax,
		"Infinity":              ErrSyntax,
		"１":                     ErrSyntax,
		"1234567890123456789":   ErrRange,
		"1.0000000000000000001": ErrPrecision,
	} {
		if got, err := Parse([]byte(text)); err != want || got != (Decimal{}) {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseDoesNotAllocate(t *testing.T) {
	text := []byte("999999999999999999.999999999999999999")
	if n := testing.AllocsPerRun(100, func() { _, _ = Parse(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestASumOf39DigitsIsRefused(t *testing.T) {
	largest := decimal(t, strings.Repeat("9", 20)+".999999999999999999")
	smallest := decimal(t, "0.000000000000000001")
	if sum, err := largest.Add(smallest); err != ErrRange {
		t.Errorf("sum = %v, %v, want ErrRange", sum, err)
	}
	if sum, err := largest.Add(largest); err != ErrRange { // wraps 128 bits
		t.Errorf("sum = %v, %v, want ErrRange", sum, err)
	}
	if sum, err := decimal(t, "-"+largest.String()).Add(smallest); err != nil || sum.Sign() != -1 {
		t.Errorf("sum = %v, %v", sum, err)
	}
}

func TestTheExtremesAreOrdered(t *testing.T) {
	largest := strings.Repeat("9", 20) + ".999999999999999999"
	order := []string{"-" + largest, "-18.446744073709551616", "-1", "-0.000000000000000001", "0", "0.000000000000000001", "1", "18.446744073709551616", largest}
	for i, low := range order {
		for j, high := range order {
			if got := decimal(t, low).Less(decimal(t, high)); got != (i < j) {
				t.Errorf("%s < %s is %v", low, high, got)
			}
		}
		if got, want := decimal(t, low).Sign(), cmp.Compare(i, len(order)/2); got != want {
			t.Errorf("the sign of %s is %d", low, got)
		}
	}
}

func TestProductsAndTheirSumsHave20IntegerDigits(t *testing.T) {
	const most = "99999999999999999999.999999999999999999" // of a Notional, but for 18 more digits
	for _, c := range []struct{ x, y, product string }{
		{"1.5", "-0.000000001", "-0.0000000015"},
		{"0.000000000000000001", "0.000000000000000001", "0.000000000000000000000000000000000001"},
		{"-0.000000000000000001", "0.5", "-0.0000000000000000005"},
		{"123456789.123456789123456789", "987654321.987654321987654321", "121932631356500531591068431581771069347203169112635269"},
		{most, "1", most},
		{"-" + most, "1", "-" + most},
		{"10000000000", "9999999999.999999999", "99999999999999999990"},
		{"10000000000", "10000000000", ""},
		{"18.446744073709551616", "18.446744073709551616", "340.282366920938463463374607431768211456"},
		{"10000000000000000000", "10", ""},
		{most, most, ""},
	} {
		want := Notional{}
		if c.product != "" {
			product := c.product
			if !strings.Contains(product, ".") && len(product) > 40 { // written without its point
				product = product[:len(product)-36] + "." + product[len(product)-36:]
			}
			want = notional(t, product)
		}
		for _, factors := range [][2]string{{c.x, c.y}, {c.y, c.x}} {
			got, err := decimal(t, factors[0]).Mul(decimal(t, factors[1]))
			if got != want || (err == ErrRange) != (c.product == "") {
				t.Errorf("%s × %s = %v, %v, want %s", factors[0], factors[1], got, err, c.product)
			}
		}
	}
	sum, err := notional(t, most).Add(notional(t, "0.000000000000000000999999999999999999"))
	if err != nil || sum.String() != most+"999999999999999999" {
		t.Errorf("%v, %v", sum, err)
	}
	if sum, err := sum.Add(notional(t, "0.000000000000000000000000000000000001")); err != ErrRange {
		t.Errorf("%v, %v, want ErrRange", sum, err)
	}
}

func TestAProductOfBillionthsIsThatOfTheDecimals(t *testing.T) {
	for _, c := range [][2]uint64{{0, 1}, {181_520_000_000, 100_000_000_000}, {99_999_999_999_999_999, 99_999_999_999_999_999}} {
		want, err := New(c[0]).Mul(New(c[1]))
		if got := Product(c[0], c[1]); err != nil || got != want {
			t.Errorf("%v = %v, want %v, %v", c, got, want, err)
		}
	}
}

func TestColumnsHave18DigitsRoundedHalfToEven(t *testing.T) {
	for text, want := range map[string]string{
		"1.5": "1.5", "0.0000000000000000005": "0", "0.0000000000000000015": "0.000000000000000002", "0.000000000000000000500000000000000001": "0.000000000000000001",
		"-0.0000000000000000005": "0", "-0.0000000000000000015": "-0.000000000000000002", "-0.0000000000000000006": "-0.000000000000000001",
		"99999999999999999999.9999999999999999999": "99999999999999999999.999999999999999999",
	} {
		if got := notional(t, text).Bytes(); got != decimal(t, want).Bytes() {
			t.Errorf("%s: %x, want %s", text, got, want)
		}
	}
}

func TestAnAbsoluteValueHasNoSign(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "0.5": "0.5", "-0.5": "0.5", "-0.00000000000000000000000000000000001": "0.00000000000000000000000000000000001", "37.63": "37.63", "-37.63": "37.63"} {
		if got := notional(t, text).Abs(); got != notional(t, want) || got.Sign() != notional(t, want).Sign() {
			t.Errorf("|%s| = %v", text, got)
		}
	}
}

func TestTextOfMoreThan38DigitsIsRefused(t *testing.T) {
	for text, want := range map[string]error{
		strings.Repeat("9", 20): nil, strings.Repeat("9", 21): ErrRange, "0.0000000000000000001": ErrPrecision, "1.": ErrSyntax,
	} {
		if err := new(Decimal).UnmarshalText([]byte(text)); err != want {
			t.Errorf("decimal %s: %v, want %v", text, err, want)
		}
	}
	for text, want := range map[string]error{
		strings.Repeat("9", 20): nil, strings.Repeat("9", 21): ErrRange, "": ErrSyntax, "-": ErrSyntax, "0." + strings.Repeat("0", 36) + "1": ErrPrecision,
		"0." + strings.Repeat("0", 40): nil, "0." + strings.Repeat("0", 18) + "x": ErrSyntax, "0." + strings.Repeat("0", 18) + ".1": ErrSyntax,
	} {
		if err := new(Notional).UnmarshalText([]byte(text)); err != want {
			t.Errorf("notional %s: %v, want %v", text, err, want)
		}
	}
}

func TestVWAPRoundsHalfToEven(t *testing.T) {
	for _, c := range []struct{ notional, volume, want string }{
		{"1", "3", "0.333333333333333333"},
		{"2", "3", "0.666666666666666667"},
		{"0.000000000000000001", "2", "0"},
		{"0.000000000000000003", "2", "0.000000000000000002"},
		{"-0.000000000000000001", "2", "0"},
		{"-0.000000000000000003", "2", "-0.000000000000000002"},
		{"0.000000000000000000000000000000000003", "0.000000000000000002", "0.000000000000000002"},
		{"-0.0000000000000000015", "1", "-0.000000000000000002"},
		{"10000000000", "20000000000", "0.5"},
		{"1", "0.000000000000000001", "1000000000000000000"},
		// Volumes beyond 64 bits of billionths.
		{"0.00000005", "100000000000", "0"},
		{"0.000000050000000001", "100000000000", "0.000000000000000001"},
		{"0.00000015", "100000000000", "0.000000000000000002"},
		{"-0.00000015", "100000000000", "-0.000000000000000002"},
		{"0.000000073786976293", "0.000000004", "18.44674407325"}, // a carry out of 64 bits
	} {
		got, err := notional(t, c.notional).Div(decimal(t, c.volume))
		if err != nil || got != decimal(t, c.want) {
			t.Errorf("%s / %s = %v, %v, want %s", c.notional, c.volume, got, err, c.want)
		}
	}
	if got, err := notional(t, "100").Div(decimal(t, "0.000000000000000001")); err != ErrRange {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := (Notional{}).Div(Decimal{}); err != ErrZero {
		t.Errorf("division by zero: %v", err)
	}
}

func decimal(t testing.TB, text string) (d Decimal) {
	t.Helper()
	if err := d.UnmarshalText([]byte(text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return d
}

func notional(t testing.TB, text string) (n Notional) {
	t.Helper()
	if err := n.UnmarshalText([]byte(text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return n
}

// The properties below hold this package to math/big on coefficients of every
// length.

var limit = new(big.Int).Exp(big.NewInt(10), big.NewInt(maxDigits), nil)

func integer(x int128) *big.Int { return x.wide() }

// edges are where a word, or the coefficient, is full: 2^64, the ends of what is
// added without a closer look, and 38 digits.
var edges = []string{
	"18446744073709551615", "18446744073709551616", "-18446744073709551616", "36893488147419103231", "10000000000000000000",
	"99999999999999999999312600448599326720", "-99999999999999999999312600448599326720",
	"99999999999999999999999999999999999999", "-99999999999999999999999999999999999999",
}

var coefficients = rapid.Custom(func(t *rapid.T) int128 {
	text := rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,38}`),
		rapid.StringMatching(`-?[0-9]{20,38}`), // beyond 64 bits
		rapid.SampledFrom(edges),
	).Draw(t, "coefficient")
	x, err := parse([]byte(text), 0, maxDigits)
	if err != nil {
		t.Fatal(err)
	}
	return x
})

func agree(t *rapid.T, operation string, got int128, ok bool, want *big.Int) {
	if fits := want.CmpAbs(limit) < 0; ok != fits || ok && integer(got).Cmp(want) != 0 {
		t.Fatalf("%s = %v, %v, want %v", operation, integer(got), ok, want)
	}
}

func TestArithmeticAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := coefficients.Draw(t, "x"), coefficients.Draw(t, "y")
		bigX, bigY := integer(x), integer(y)
		sum, ok := x.add(y)
		agree(t, "x + y", sum, ok, new(big.Int).Add(bigX, bigY))
		if got, want := x.less(y), bigX.Cmp(bigY) < 0; got != want {
			t.Fatalf("less = %v, want %v", got, want)
		}
		if got, want := x.sign(), bigX.Sign(); got != want {
			t.Fatalf("sign = %d, want %d", got, want)
		}
		if y.sign() != 0 {
			quotient, ok := halfEven(bigX, bigY)
			agree(t, "x / y", quotient, ok, rounded(bigX, bigY))
		}
		b := x.bytes()
		twos := new(big.Int).SetBytes(b[:])
		if x.hi < 0 {
			twos.Sub(twos, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		if twos.Cmp(bigX) != 0 {
			t.Fatalf("bytes = %x, want %v", b, bigX)
		}
	})
}

// rounded is x / y by the definition of the rounding: the nearest integers are
// floor(x/y) and the next, and a tie goes to the even one.
func rounded(x, y *big.Int) *big.Int {
	exact := new(big.Rat).SetFrac(x, y)
	floor := new(big.Int).Div(exact.Num(), exact.Denom())
	distance := new(big.Rat).Sub(exact, new(big.Rat).SetInt(floor))
	up := distance.Cmp(big.NewRat(1, 2))
	if up > 0 || up == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// decimals are usual ones, of nine digits behind the point, and any others.
var decimals = rapid.Custom(func(t *rapid.T) Decimal {
	if rapid.Bool().Draw(t, "usual") {
		return New(rapid.Uint64Range(0, 1e17).Draw(t, "billionths"))
	}
	return Decimal{coefficients.Draw(t, "decimal")}
})

// notionals are exact in every digit.
var notionals = rapid.Custom(func(t *rapid.T) Notional {
	n := Notional{coarse: coefficients.Draw(t, "coarse")}
	if rapid.Bool().Draw(t, "more digits") {
		n.fine = rapid.Uint64Range(0, quintillion-1).Draw(t, "fine")
	}
	return n
})

func TestProductsSumsAndAveragesAgreeWithBigIntegers(t *testing.T) {
	least := new(big.Int).Mul(limit, big.NewInt(quintillion))
	check := func(t *rapid.T, operation string, got Notional, err error, want *big.Int) {
		if fits := want.CmpAbs(least) < 0; (err == nil) != fits || fits && got.wide().Cmp(want) != 0 {
			if err == ErrRange && want.CmpAbs(new(big.Int).Sub(least, big.NewInt(quintillion))) > 0 {
				return // the lowest negative numbers have no coarse part
			}
			t.Fatalf("%s = %v, %v, want %v", operation, got.wide(), err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := decimals.Draw(t, "x"), decimals.Draw(t, "y")
		product, err := x.Mul(y)
		check(t, "x × y", product, err, new(big.Int).Mul(x.coefficient.wide(), y.coefficient.wide()))
		n, m := notionals.Draw(t, "n"), notionals.Draw(t, "m")
		sum, err := n.Add(m)
		check(t, "n + m", sum, err, new(big.Int).Add(n.wide(), m.wide()))
		included := n
		if fits := included.Include(&m); fits != (err == nil) || fits && included != sum || !fits && included != n {
			t.Fatalf("n including m is %v, %v; n + m is %v, %v", included, fits, sum, err)
		}
		if n.Sign() != n.wide().Sign() || n.Abs().wide().CmpAbs(n.wide()) != 0 || n.Abs().Sign() < 0 {
			t.Fatalf("the sign of %v", n)
		}
		if x.Sign() != 0 {
			average, err := n.Div(x)
			agree(t, "n / x", average.coefficient, err == nil, rounded(n.wide(), x.coefficient.wide()))
		}
	})
}

func TestTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := notionals.Draw(t, "notional"), decimals.Draw(t, "decimal")
		text := n.String()
		if appended, err := n.AppendText([]byte("n=")); err != nil || string(appended) != "n="+text {
			t.Fatalf("AppendText = %q, %v, want %q", appended, err, text)
		}
		if appended, err := d.AppendText([]byte("d=")); err != nil || string(appended) != "d="+d.String() {
			t.Fatalf("AppendText = %q, %v, want %q", appended, err, d)
		}
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(NotionalScale), nil)
		if got, _ := new(big.Rat).SetString(text); got.Cmp(new(big.Rat).SetFrac(n.wide(), unit)) != 0 {
			t.Fatalf("String = %s", text)
		}
		for _, text := range []string{text, d.String()} {
			if strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
				t.Fatalf("%s has trailing zeros", text)
			}
		}
		var back Notional
		if err := back.UnmarshalText([]byte(text)); err != nil || back != n {
			t.Fatalf("UnmarshalText(%s) = %v, %v", text, back, err)
		}
		var same Decimal
		if err := same.UnmarshalText([]byte(d.String())); err != nil || same != d {
			t.Fatalf("UnmarshalText(%s) = %v, %v", d, same, err)
		}
	})
}

// FuzzParse holds Parse to the grammar and to math/big.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"181.52", "-0.000000001", "1.", "1e3", "999999999999999999.999999999999999999", "1.0000000000000000000"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrRange) && !errors.Is(err, ErrPrecision) {
				t.Fatal(err)
			}
			return
		}
		want, ok := new(big.Rat).SetString(string(text))
		got := new(big.Rat).SetFrac(integer(d.coefficient), big.NewInt(1e18))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("Parse(%q) = %v", text, d)
		}
		if again, err := Parse([]byte(d.String())); err != nil || again != d {
			t.Fatalf("Parse(%v) = %v, %v", d, again, err)
		}
	})
}
