package summary

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/trades"
)

const date = "2013-10-07"

// trade is a trade at a second of the date.
func trade(t fataler, second int, price, size string) *trades.Trade {
	p, err := decimal.Parse([]byte(price))
	if err != nil {
		t.Fatalf("%s: %v", price, err)
	}
	s, err := decimal.Parse([]byte(size))
	if err != nil {
		t.Fatalf("%s: %v", size, err)
	}
	notional, err := p.Mul(s)
	if err != nil {
		t.Fatalf("%s × %s: %v", price, size, err)
	}
	return &trades.Trade{Time: (1381104000 + int64(second)) * 1_000_000_000, Price: p, Size: s, Notional: notional}
}

type fataler interface{ Fatalf(string, ...any) }

// file is a file whose trades, all of IBM, are given by second, price and size.
func file(t fataler, number, revision int64, content string, rows ...*trades.Trade) *File {
	days := Days{}
	for _, row := range rows {
		var one Stats
		if err := one.Add(row); err != nil {
			t.Fatalf("%v", err)
		}
		if err := days.Append(Time(row.Time).Date(), "IBM", &one); err != nil {
			t.Fatalf("%v", err)
		}
	}
	name := fmt.Sprintf("%d.csv", number)
	return &File{"acme", "us-equities", number, revision, name, fmt.Sprintf("v%d", revision), content, int64(len(rows)), days}
}

func fold(t fataler, sequenced bool, files ...*File) *Aggregate {
	a, err := Fold("acme", "us-equities", date, sequenced, files)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return a
}

func encode(t fataler, document any) string {
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(text)
}

// counted is the numbers of the files that count.
func counted(a *Aggregate) (numbers []int64) {
	for _, f := range a.Files {
		if f.Counted {
			numbers = append(numbers, f.Number)
		}
	}
	return numbers
}

func TestTheDocumentsHaveTheFormOfTheArchitecture(t *testing.T) {
	f := file(t, 7, 1, "3b5c", trade(t, 30, "181.52", "283"), trade(t, 50, "181.800", "500.5"))
	for name, document := range map[string]any{"summary.json": f, "aggregate.json": fold(t, true, f)} {
		want, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	var back File
	if err := json.Unmarshal([]byte(encode(t, f)), &back); err != nil {
		t.Fatal(err)
	}
	if encode(t, &back) != encode(t, f) {
		t.Errorf("read back: %+v", back)
	}
}

func TestTimesHaveAsManyFractionalDigitsAsNeeded(t *testing.T) {
	for ns, want := range map[Time]string{
		0:                   "1970-01-01T00:00:00Z",
		1381132830270000000: "2013-10-07T08:00:30.27Z",
		1:                   "1970-01-01T00:00:00.000000001Z",
		-1:                  "1969-12-31T23:59:59.999999999Z",
	} {
		text, _ := ns.MarshalText()
		var back Time
		if err := back.UnmarshalText(text); err != nil || string(text) != want || back != ns {
			t.Errorf("%d = %s, back %d, %v, want %s", ns, text, back, err, want)
		}
	}
}

func TestATimesDateIsInUTC(t *testing.T) {
	const day = 24 * 60 * 60 * 1_000_000_000
	for ns, want := range map[Time]string{-1: "1969-12-31", 0: "1970-01-01", day - 1: "1970-01-01", day: "1970-01-02"} {
		if got := ns.Date(); got != want {
			t.Errorf("%d is on %s, want %s", ns, got, want)
		}
	}
	var at Time
	if err := at.UnmarshalText([]byte("yesterday")); err == nil {
		t.Errorf("yesterday is read as %d", at)
	}
}

func TestStatisticsStayAsTheyWereWhereASumDoesNotFit(t *testing.T) {
	one := trade(t, 1, "1", "1")
	var volume decimal.Decimal
	var notional decimal.Notional
	if err := errors.Join(volume.UnmarshalText([]byte(strings.Repeat("9", 20))), notional.UnmarshalText([]byte(strings.Repeat("9", 20)))); err != nil {
		t.Fatal(err)
	}
	for name, full := range map[string]Stats{"volume": {Volume: volume, Trades: 1}, "notional": {Notional: notional, Trades: 1}} {
		var later Stats
		if err := later.Add(one); err != nil {
			t.Fatal(err)
		}
		added, appended := full, full
		if err := added.Add(one); err != decimal.ErrRange || added != full {
			t.Errorf("%s: Add: %v, %+v", name, err, added)
		}
		if err := appended.Append(&later); err != decimal.ErrRange || appended != full {
			t.Errorf("%s: Append: %v, %+v", name, err, appended)
		}
	}
}

func TestHighAndLowAreTheExtremes(t *testing.T) {
	var s Stats
	for i, price := range []string{"2", "3", "1", "2.5"} {
		if err := s.Add(trade(t, i, price, "1")); err != nil {
			t.Fatal(err)
		}
	}
	if s.High.String() != "3" || s.Low.String() != "1" {
		t.Errorf("%+v", s)
	}
}

func TestAFoldOfNothingIsEmptyNotNull(t *testing.T) {
	want := `{"partner":"acme","feed":"us-equities","date":"2013-10-07","files":[],"symbols":{}}`
	if got := encode(t, fold(t, true)); got != want {
		t.Errorf("%s", got)
	}
	if got := encode(t, fold(t, true, file(t, 1, 1, "a"))); got != want {
		t.Errorf("a file without trades: %s", got)
	}
}

func TestOpenIsTheEarliestTradeAndCloseTheLatest(t *testing.T) {
	first := file(t, 1, 1, "a", trade(t, 10, "5", "1"), trade(t, 20, "6", "1"))
	second := file(t, 2, 1, "b", trade(t, 5, "4", "1"), trade(t, 15, "9", "1"))
	ibm := fold(t, true, first, second).Symbols["IBM"]
	if at := int64(ibm.OpenTime); at != trade(t, 5, "4", "1").Time {
		t.Errorf("it opens at %d", at)
	}
	if ibm.Open.String() != "4" || ibm.Close.String() != "6" || ibm.High.String() != "9" || ibm.Low.String() != "4" || ibm.Trades != 4 {
		t.Errorf("%+v", ibm)
	}
}

func TestOfEqualTimesTheLowerNumberOpensAndTheHigherCloses(t *testing.T) {
	first := file(t, 1, 1, "a", trade(t, 10, "1", "1"), trade(t, 10, "2", "1"))
	second := file(t, 2, 1, "b", trade(t, 10, "3", "1"), trade(t, 10, "4", "1"))
	ibm := fold(t, true, second, first).Symbols["IBM"]
	if ibm.Open.String() != "1" || ibm.Close.String() != "4" {
		t.Errorf("open %s, close %s", ibm.Open, ibm.Close)
	}
}

func TestACorrectionReplacesTheEarlierRevision(t *testing.T) {
	a := fold(t, true,
		file(t, 1, 2, "b", trade(t, 10, "2", "20")),
		file(t, 1, 1, "a", trade(t, 10, "1", "10")),
		file(t, 2, 1, "c", trade(t, 11, "3", "30")))
	if len(a.Files) != 2 || a.Files[0].Revision != 2 || a.Symbols["IBM"].Volume.String() != "50" {
		t.Errorf("%s", encode(t, a))
	}
}

func TestByArrivalTheSameContentCountsOnce(t *testing.T) {
	same := func(number int64) *File { return file(t, number, 1, "a", trade(t, 10, "1", "10")) }
	if a := fold(t, false, same(1), same(2), same(3)); !slices.Equal(counted(a), []int64{1}) || a.Symbols["IBM"].Trades != 1 || len(a.Files) != 3 {
		t.Errorf("by arrival: %s", encode(t, a))
	}
	if a := fold(t, true, same(1), same(2), same(3)); !slices.Equal(counted(a), []int64{1, 2, 3}) || a.Symbols["IBM"].Trades != 3 {
		t.Errorf("sequenced: %s", encode(t, a))
	}
	corrected := file(t, 1, 2, "b", trade(t, 10, "1", "11"))
	if a := fold(t, false, same(1), same(2), same(3), corrected); !slices.Equal(counted(a), []int64{1, 2}) || a.Symbols["IBM"].Volume.String() != "21" {
		t.Errorf("after the first is corrected: %s", encode(t, a))
	}
}

func TestAppendingOutOfOrderIsRefused(t *testing.T) {
	a := fold(t, true, file(t, 2, 1, "a", trade(t, 10, "1", "10")))
	for _, number := range []int64{1, 2} {
		if err := a.Append(file(t, number, 2, "b", trade(t, 10, "1", "10")), true); err == nil || !strings.Contains(err.Error(), "fold all files anew") {
			t.Errorf("number %d: %v", number, err)
		}
	}
}

func TestASumThatDoesNotFitIsAnError(t *testing.T) {
	var files []*File
	for number := range int64(11) { // 10 × 10^19 is one too many
		files = append(files, file(t, number+1, 1, fmt.Sprint(number), trade(t, 1, "100000000000000000", "100")))
	}
	_, err := Fold("acme", "us-equities", date, true, files)
	if !errors.Is(err, decimal.ErrRange) || !strings.Contains(err.Error(), "acme/us-equities 2013-10-07: the sums of IBM with file 10.csv") {
		t.Errorf("%v", err)
	}
}

// The feeds of the properties: several revisions of several numbers, contents
// that repeat, times that tie.
var feeds = rapid.Custom(func(t *rapid.T) []*File {
	var files []*File
	for number := range rapid.Int64Range(1, 5).Draw(t, "numbers") {
		for revision := range rapid.Int64Range(1, 2).Draw(t, "revisions") {
			content := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "content")
			// The content decides the trades, as a hash would have it.
			var rows []*trades.Trade
			for i, c := range strings.Repeat(content, int(content[0]-'a')+1) {
				rows = append(rows, trade(t, i, fmt.Sprint(1+int(c-'a')*7%5), fmt.Sprint(i+1)))
			}
			files = append(files, file(t, number+1, revision+1, content, rows...))
		}
	}
	return files
})

func TestStatisticsThatDoNotFitStayAsTheyWere(t *testing.T) {
	var greatest decimal.Decimal
	if err := greatest.UnmarshalText([]byte(strings.Repeat("9", 20))); err != nil {
		t.Fatal(err)
	}
	for what, late := range map[string]*trades.Trade{
		"volume":   {Price: trade(t, 1, "1", "1").Price, Size: greatest},
		"notional": {Size: trade(t, 1, "1", "1").Size, Notional: trade(t, 1, "9000000000", "9000000000").Notional},
	} {
		for round := range 2 {
			s := new(Stats)
			if err := s.Add(late); err != nil {
				t.Fatal(err)
			}
			before, err := *s, error(nil)
			if round == 0 {
				err = s.Add(late)
			} else {
				err = Days{date: {"IBM": s}}.Append(date, "IBM", &before)
			}
			if !errors.Is(err, decimal.ErrRange) || *s != before {
				t.Errorf("%s: %v leaves %+v", what, err, s)
			}
		}
	}
}

func TestATimeThatIsNoneIsAnError(t *testing.T) {
	at := Time(1)
	if err := at.UnmarshalText([]byte("yesterday")); err == nil || at != 1 {
		t.Errorf("%v, %v", at, err)
	}
}

func TestFoldingDoesNotDependOnTheOrderOfFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := feeds.Draw(t, "files")
		shuffled := rapid.Permutation(files).Draw(t, "shuffled")
		sequenced := rapid.Bool().Draw(t, "sequenced")
		if want, got := encode(t, fold(t, sequenced, files...)), encode(t, fold(t, sequenced, shuffled...)); got != want {
			t.Fatalf("%s\nbut shuffled\n%s", want, got)
		}
	})
}

func TestAppendingTheLastFileEqualsFoldingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := feeds.Draw(t, "files")
		sequenced := rapid.Bool().Draw(t, "sequenced")
		whole := fold(t, sequenced, files...)
		last := files[len(files)-1] // the highest number's latest revision
		before := slices.DeleteFunc(slices.Clone(files), func(f *File) bool { return f.Number == last.Number })
		a := fold(t, sequenced, before...)
		if err := a.Append(last, sequenced); err != nil {
			t.Fatalf("%v", err)
		}
		if want, got := encode(t, whole), encode(t, a); got != want {
			t.Fatalf("%s\nbut appended\n%s", want, got)
		}
	})
}

func TestMergingStatisticsIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (s Stats) {
			for range rapid.IntRange(0, 3).Draw(t, label) {
				var one Stats
				second := rapid.IntRange(0, 3).Draw(t, "second")
				if err := one.Add(trade(t, second, rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "price"), "1")); err != nil {
					t.Fatalf("%v", err)
				}
				if err := s.Append(&one); err != nil {
					t.Fatalf("%v", err)
				}
			}
			return s
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		merge := func(x, y Stats) Stats {
			if err := x.Append(&y); err != nil {
				t.Fatalf("%v", err)
			}
			return x
		}
		if left, right := merge(merge(a, b), c), merge(a, merge(b, c)); left != right {
			t.Fatalf("%+v, %+v", left, right)
		}
	})
}
