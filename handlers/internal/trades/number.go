package trades

import (
	"bytes"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

// readNumber reads a price or a size as the format has it.
func readNumber(text []byte, n *format.Number) (decimal.Decimal, Reason) {
	if n.Unsigned {
		text = bytes.TrimPrefix(text, []byte("-"))
	}
	if !n.Comma && n.Thousands == 0 && !n.Free && n.Scale == nil {
		return numberFault(decimal.Parse(text))
	}
	var digits [80]byte
	written := digits[:0]
	point := byte('.')
	if n.Comma {
		point = ','
	}
	rest := text
	negative := false
	if len(rest) > 0 && (rest[0] == '-' && !n.Unsigned || n.Free && rest[0] == '+') {
		negative, rest = rest[0] == '-', rest[1:]
	}
	integer, group, groups := 0, 0, 0
	for len(rest) > 0 {
		c := rest[0]
		if c == n.Thousands && n.Thousands != 0 && integer > 0 {
			if groups > 0 && group != 3 || groups == 0 && group > 3 {
				return decimal.Decimal{}, NumberSyntax
			}
			groups, group = groups+1, 0
		} else if !isDigit(c) {
			break
		} else {
			integer, group = integer+1, group+1
			if written = append(written, c); len(written) == 1 && c == '0' {
				written = written[:0] // leading zeros do not count
			}
		}
		if len(written) > 60 {
			return decimal.Decimal{}, NumberRange
		}
		rest = rest[1:]
	}
	if groups > 0 && group != 3 {
		return decimal.Decimal{}, NumberSyntax
	}
	exponent, fraction, pointed := 0, 0, false
	if len(rest) > 0 && rest[0] == point {
		pointed = true
		for rest = rest[1:]; len(rest) > 0 && isDigit(rest[0]); rest = rest[1:] {
			fraction++
			if len(written) < cap(written) {
				written = append(written, rest[0])
				exponent--
			} else if rest[0] != '0' {
				return decimal.Decimal{}, NumberPrecision
			}
		}
	}
	if integer+fraction == 0 || !n.Free && (integer == 0 || pointed && fraction == 0) {
		return decimal.Decimal{}, NumberSyntax
	}
	if n.Free && len(rest) > 1 && rest[0]|0x20 == 'e' {
		power, ok := parseExponent(rest[1:])
		if !ok {
			return decimal.Decimal{}, NumberSyntax
		}
		exponent, pointed, rest = exponent+power, true, nil
	}
	if len(rest) > 0 {
		return decimal.Decimal{}, NumberSyntax
	}
	factor := uint64(1)
	if n.Scale != nil && !(n.ScaleIntegers && pointed) {
		factor, exponent = n.Scale.Factor, exponent-n.Scale.Digits
	}
	return numberFault(decimal.FromDigits(negative, written, factor, exponent))
}

// parseExponent reads [+-]digits of an exponent; far beyond what fits, one is as
// good as another.
func parseExponent(text []byte) (int, bool) {
	negative := text[0] == '-'
	if negative || text[0] == '+' {
		text = text[1:]
	}
	n := 0
	for _, c := range text {
		if !isDigit(c) {
			return 0, false
		}
		n = min(10*n+int(c-'0'), 10_000)
	}
	if negative {
		n = -n
	}
	return n, len(text) > 0
}

func numberFault(d decimal.Decimal, err error) (decimal.Decimal, Reason) {
	switch err {
	case nil:
		return d, ""
	case decimal.ErrRange:
		return d, NumberRange
	case decimal.ErrPrecision:
		return d, NumberPrecision
	}
	return d, NumberSyntax
}
