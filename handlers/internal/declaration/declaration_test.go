package declaration

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/store"
)

const form = `{"title": "t", "source": ["s"], "columns": ["time", "price", "size"], "header": "none", "timestamp": {"column": "time", "epoch": "seconds"},
	"symbol": {"constant": "X"}, "price": {"column": "price"}, "size": {"column": "size"}, "order": "none"}`

const declared = `{"formats": {"mine": ` + form + `}, "feeds": {
	"acme/us": {"format": "mine", "order": "arrival", "day": {"zone": "America/New_York", "begins": "04:00"}, "nonPositivePrices": true},
	"acme/*": {"order": "sequence"}}}`

func parse(t *testing.T, body string) Feeds {
	t.Helper()
	feeds, err := Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return feeds
}

func TestAFeedsOwnDeclarationGoesBeforeItsPartners(t *testing.T) {
	feeds := parse(t, declared)
	own := feeds.Of("acme", "us")
	if own.Format.Name != "mine" || own.Order != ByArrival || own.Day.Begins != "04:00" || !own.NonPositivePrices || own.Format.Format.Hash == format.Canonical().Hash {
		t.Errorf("%+v", own)
	}
	if other := feeds.Of("acme", "eu"); other.Format.Name != "canonical" || other.Order != BySequence || other.NonPositivePrices {
		t.Errorf("%+v", other)
	}
	for _, none := range []Feed{feeds.Of("globex", "us"), Feeds{}.Of("acme", "us")} {
		if none.Format.Name != "canonical" || none.Format.Format != format.Canonical() || none.Order != "" || none.Day.Zone != "" {
			t.Errorf("%+v", none)
		}
	}
}

func TestAWrongDeclarationIsNamed(t *testing.T) {
	for change, want := range map[[2]string]string{
		{`"format": "mine"`, `"format": "yours"`}:        `feed acme/us: format: "yours": is not among the formats: canonical, mine`,
		{`"order": "arrival"`, `"order": "random"`}:      `feed acme/us: order: "random": must be sequence or arrival`,
		{`America/New_York`, `America/Springfield`}:      `feed acme/us: day.zone: "America/Springfield"`,
		{`"title": "t", `, ``}:                           `format mine: the format: `,
		{`"nonPositivePrices": true`, `"spare": true`}:   `unknown field "spare"`,
		{`"formats"`, `"forms"`}:                         `unknown field "forms"`,
		{`"nonPositivePrices": true`, `"order": ["up"]`}: `cannot unmarshal`,
	} {
		if _, err := Parse([]byte(strings.Replace(declared, change[0], change[1], 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", change, err)
		}
	}
}

func TestDeclarationsStandBesideTheFunction(t *testing.T) {
	folder := t.TempDir()
	if feeds, err := Load(folder); err != nil || feeds.Of("acme", "us").Format.Name != "canonical" {
		t.Errorf("%v", err)
	}
	path := filepath.Join(folder, FileName)
	if err := os.WriteFile(path, []byte(declared), 0o600); err != nil {
		t.Fatal(err)
	}
	if feeds, err := Load(folder); err != nil || feeds.Of("acme", "us").Format.Name != "mine" {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(folder); err == nil || !strings.HasPrefix(err.Error(), "feeds.json: ") {
		t.Errorf("%v", err)
	}
}

// counting counts the reads of a table.
type counting struct {
	store.Store
	reads int
}

func (c *counting) Get(ctx context.Context, key store.Key) (store.Item, error) {
	c.reads++
	return c.Store.Get(ctx, key)
}

func TestAFormatIsKeptOnceAndReadOnce(t *testing.T) {
	ctx := context.Background()
	table := &counting{Store: store.NewMemory()}
	named := parse(t, declared).Of("acme", "us").Format
	writer, reader, other := Shelf{Store: table}, Shelf{Store: table}, Shelf{Store: table}
	for range 3 {
		if err := writer.Put(ctx, named); err != nil {
			t.Fatal(err)
		}
	}
	if table.reads != 1 {
		t.Errorf("%d reads to keep a format", table.reads)
	}
	if err := other.Put(ctx, named); err != nil {
		t.Fatal(err)
	}
	table.reads = 0
	for range 3 {
		if got, err := reader.Get(ctx, named.Format.Hash); err != nil || got.Hash != named.Format.Hash {
			t.Fatalf("%v", err)
		}
	}
	if table.reads != 1 {
		t.Errorf("%d reads to read a format", table.reads)
	}
}

func TestTheCanonicalFormatNeedsNoTable(t *testing.T) {
	var shelf Shelf
	canonical := Feeds{}.Of("acme", "us").Format
	if err := shelf.Put(context.Background(), canonical); err != nil {
		t.Error(err)
	}
	for _, hash := range []string{"", canonical.Format.Hash} {
		if got, err := shelf.Get(context.Background(), hash); err != nil || got != format.Canonical() {
			t.Errorf("%q: %v", hash, err)
		}
	}
}

func TestAFormatThatIsNotThereIsAnError(t *testing.T) {
	shelf := Shelf{Store: store.NewMemory()}
	if _, err := shelf.Get(context.Background(), "beef"); err == nil || !strings.Contains(err.Error(), "FORMAT beef") {
		t.Errorf("%v", err)
	}
}
