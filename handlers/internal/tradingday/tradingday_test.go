package tradingday

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t testing.TB, text string) int64 {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.UnixNano()
}

func days(t testing.TB, zone, begins string) *Days {
	t.Helper()
	d, err := New(Declared{zone, begins})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADayBeginsWhereItsMarketSays(t *testing.T) {
	for _, c := range []struct{ zone, begins, time, want string }{
		{"", "", "2026-01-05T23:59:59.999999999Z", "2026-01-05"},
		{"", "", "1969-12-31T23:59:59.999999999Z", "1969-12-31"},
		// After hours in New York are the next day in UTC.
		{"America/New_York", "", "2026-01-06T00:30:00Z", "2026-01-05"},
		{"America/New_York", "04:00", "2026-01-06T08:59:59Z", "2026-01-05"},
		{"America/New_York", "04:00", "2026-01-06T09:00:00Z", "2026-01-06"},
		// A futures session begins on the evening before.
		{"America/Chicago", "17:00", "2026-01-04T23:00:00Z", "2026-01-05"},
		{"America/Chicago", "17:00", "2026-01-05T22:59:59Z", "2026-01-05"},
		{"America/Chicago", "17:00", "2026-07-05T22:00:00Z", "2026-07-06"},
		{"Asia/Tokyo", "", "2026-01-04T15:00:00Z", "2026-01-05"},
		// Midnight is skipped there on that day.
		{"America/Sao_Paulo", "", "2017-10-15T03:00:00Z", "2017-10-15"},
		{"America/Sao_Paulo", "", "2017-10-15T02:59:59Z", "2017-10-14"},
	} {
		if got := days(t, c.zone, c.begins).Date(at(t, c.time)); got != c.want {
			t.Errorf("%s %s: %s is on %s, want %s", c.zone, c.begins, c.time, got, c.want)
		}
	}
}

func TestWhatIsNoDayIsNamed(t *testing.T) {
	for want, d := range map[string]Declared{
		`day.zone: "Mars/Olympus"`: {"Mars/Olympus", ""}, `day.zone: "Local"`: {"Local", ""}, `day.begins: "24:00"`: {"", "24:00"},
		`day.begins: "9:30"`: {"", "9:30"}, `day.begins: "noon"`: {"", "noon"},
	} {
		if _, err := New(d); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestLaterTimesNeverHaveEarlierDays: bars are written in the order of time and of
// days alike.
func TestLaterTimesNeverHaveEarlierDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Tehran", "UTC"}).Draw(t, "zone")
		begins := rapid.SampledFrom([]string{"00:00", "00:30", "01:30", "02:30", "03:00", "12:00", "23:30"}).Draw(t, "begins")
		d, err := New(Declared{zone, begins})
		if err != nil {
			t.Fatal(err)
		}
		one := rapid.Int64Range(1_400_000_000, 1_700_000_000).Draw(t, "one") * 1e9
		other := one + rapid.Int64Range(0, 7200).Draw(t, "seconds")*1e9
		first, second := d.Date(one), d.Date(other)
		fresh, _ := New(Declared{zone, begins})
		if first > second || fresh.Date(other) != second {
			t.Fatalf("%d is on %s, and %d on %s", one, first, other, second)
		}
	})
}
