package feed

import (
	"slices"
)

// Interval is a run of numbers, both ends included.
type Interval struct {
	From    int64 `dynamodbav:"from" json:"from"`
	Through int64 `dynamodbav:"through" json:"through"`
}

// Intervals is a set of numbers: intervals in ascending order, of which no two touch.
type Intervals []Interval

// Next is the first number from n on that is not in the set.
func (s Intervals) Next(n int64) int64 {
	for _, i := range s {
		if i.From <= n && n <= i.Through {
			return i.Through + 1
		}
	}
	return n
}

// Contains tells whether a number is in the set.
func (s Intervals) Contains(n int64) bool { return s.Next(n) != n }

// With is the set and the numbers of another.
func (s Intervals) With(other Intervals) Intervals {
	all := slices.Concat(s, other)
	slices.SortFunc(all, func(a, b Interval) int { return int(min(max(a.From-b.From, -1), 1)) })
	var merged Intervals
	for _, i := range all {
		if last := len(merged) - 1; last >= 0 && i.From <= merged[last].Through+1 {
			merged[last].Through = max(merged[last].Through, i.Through)
			continue
		}
		merged = append(merged, i)
	}
	return merged
}

// Without is the set less the numbers of another.
func (s Intervals) Without(other Intervals) Intervals {
	var rest Intervals
	for _, i := range s {
		for _, o := range other {
			if o.Through < i.From || i.Through < o.From {
				continue
			}
			if i.From < o.From {
				rest = append(rest, Interval{i.From, o.From - 1})
			}
			i.From = o.Through + 1
		}
		if i.From <= i.Through {
			rest = append(rest, i)
		}
	}
	return rest
}

// Within is what the set has in common with one interval.
func (s Intervals) Within(i Interval) Intervals {
	return s.Without(Intervals{{From: 0, Through: i.From - 1}, {From: i.Through + 1, Through: maxNumber + 1}})
}

// maxNumber is the highest number that a file can have: 18 digits.
const maxNumber = 999_999_999_999_999_999
