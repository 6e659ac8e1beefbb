package feed

import (
	"testing"

	"pgregory.net/rapid"
)

// A set of the numbers below ten, as bits and as intervals.
type bits uint16

func (b bits) intervals() Intervals {
	var s Intervals
	for n := int64(1); n < 10; n++ {
		if b&(1<<n) != 0 {
			s = s.With(Intervals{{n, n}})
		}
	}
	return s
}

func drawBits(t *rapid.T, name string) bits {
	return bits(rapid.Uint16Range(0, 1<<10-1).Draw(t, name)) &^ 1
}

func TestIntervalsAreSetsOfNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawBits(t, "a"), drawBits(t, "b")
		from := rapid.Int64Range(1, 9).Draw(t, "from")
		through := rapid.Int64Range(from, 9).Draw(t, "through")
		window := bits(1<<(through+1) - 1<<from)
		for name, c := range map[string]struct {
			got  Intervals
			want bits
		}{
			"with":    {a.intervals().With(b.intervals()), a | b},
			"without": {a.intervals().Without(b.intervals()), a &^ b},
			"within":  {a.intervals().Within(Interval{from, through}), a & window},
		} {
			for n := int64(1); n < 10; n++ {
				if c.got.Contains(n) != (c.want&(1<<n) != 0) {
					t.Fatalf("%v %s %v (or %d to %d) is %v: wrong at %d", a.intervals(), name, b.intervals(), from, through, c.got, n)
				}
			}
			for i := 1; i < len(c.got); i++ {
				if c.got[i].From <= c.got[i-1].Through+1 {
					t.Fatalf("%s: two intervals of %v touch", name, c.got)
				}
			}
			if len(c.got) == 0 && c.got != nil {
				t.Fatalf("%s: the empty set would be written", name)
			}
		}
		next := from
		for a&(1<<next) != 0 {
			next++
		}
		if got := a.intervals().Next(from); got != next {
			t.Fatalf("behind %d, %v goes on at %d, not %d", from, a.intervals(), got, next)
		}
	})
}
