package decimal

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestBinaryRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := decimals.Draw(t, "decimal"), notionals.Draw(t, "notional")
		text, _ := d.AppendBinary([]byte("x"))
		text, _ = n.AppendBinary(text)
		in := bytes.NewReader(text[1:])
		var gotD Decimal
		var gotN Notional
		if err := gotD.ReadBinary(in); err != nil || gotD != d {
			t.Fatalf("%v, %v, want %v", gotD, err, d)
		}
		if err := gotN.ReadBinary(in); err != nil || gotN != n || in.Len() > 0 {
			t.Fatalf("%v, %v, want %v", gotN, err, n)
		}
		for end := range len(text) - 1 {
			in := bytes.NewReader(text[1 : 1+end])
			if gotD.ReadBinary(in) == nil && gotN.ReadBinary(in) == nil {
				t.Fatalf("%d of %d bytes are read", end, len(text)-1)
			}
		}
	})
}

func TestUsualNumbersAreShort(t *testing.T) {
	for text, want := range map[string]int{"0": 2, "100": 2, "181.52": 4, "-37.63": 3} {
		if got, _ := decimal(t, text).AppendBinary(nil); len(got) != want {
			t.Errorf("%s: %d bytes, want %d", text, len(got), want)
		}
	}
}
