// Package inspect tries files on formats, on the machine of whoever has them: what
// the functions would make of a file, before it is sent. docs/architecture.md,
// "Formats and declarations of feeds", fixes the documents.
package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/trades"
)

// Request says which files to try on what.
type Request struct {
	Files             []string                   `json:"files"`
	Formats           map[string]json.RawMessage `json:"formats"`
	Format            string                     `json:"format"` // empty: which of them fit
	Rows              int                        `json:"rows"`   // of trades to show
	NonPositivePrices bool                       `json:"nonPositivePrices"`
	Path              string                     `json:"path"` // the key behind the feed; empty: the file's name
	// Declarations, a feeds.json, are checked if they are given.
	Declarations json.RawMessage `json:"declarations"`
}

// Answer is what became of each file.
type Answer struct {
	Files []*File `json:"files"`
}

// File is what became of a file: tried on one format, or on all.
type File struct {
	File string `json:"file"`
	*Reading
	Fits  []*Reading `json:"fits,omitempty"`
	Found *Found     `json:"found,omitempty"`
	Draft any        `json:"draft,omitempty"`
	Error string     `json:"error,omitempty"`
}

// Reading is a file as a format has it.
type Reading struct {
	Format    string           `json:"format"`
	Hash      string           `json:"hash"`
	Zone      string           `json:"zone,omitempty"`
	Container string           `json:"container"`
	Rows      int64            `json:"rows"`
	Symbols   int              `json:"symbols"`
	LeftOut   map[string]int64 `json:"leftOut"`
	Days      map[string]int64 `json:"days"`
	Faults    Faults           `json:"faults"`
	Trades    []Trade          `json:"trades"`

	known int // columns of the file that the format knows by name
}

// Faults are the rejects as the report has them.
type Faults struct {
	Count    int64                   `json:"count"`
	ByReason map[trades.Reason]int64 `json:"byReason"`
	First    []trades.Rejection      `json:"first"`
}

// Trade is a trade as the pipeline understands it.
type Trade struct {
	Row    int64    `json:"row"`
	Time   string   `json:"time"` // RFC 3339 in UTC
	Symbol string   `json:"symbol"`
	Price  string   `json:"price"`
	Size   string   `json:"size"`
	Counts []string `json:"counts"`
}

// Run answers a request.
func Run(ctx context.Context, request Request) (Answer, error) {
	formats := map[string]*format.Format{}
	for name, body := range request.Formats {
		f, err := format.Parse(body)
		if err != nil {
			return Answer{}, fmt.Errorf("format %s: %w", name, err)
		}
		formats[name] = f
	}
	if request.Format != "" && formats[request.Format] == nil {
		return Answer{}, fmt.Errorf("format %s is not among those given", request.Format)
	}
	if request.Declarations != nil {
		if _, err := declaration.Parse(request.Declarations); err != nil {
			return Answer{}, err
		}
	}
	answer := Answer{Files: []*File{}}
	for _, path := range request.Files {
		file := &File{File: path}
		answer.Files = append(answer.Files, file)
		if err := file.try(ctx, request, formats); err != nil {
			file.Error = err.Error()
		}
	}
	return answer, nil
}

func (f *File) try(ctx context.Context, request Request, formats map[string]*format.Format) error {
	if request.Format != "" {
		reading, err := read(ctx, f.File, request, request.Format, formats[request.Format])
		f.Reading = reading
		return err
	}
	f.Fits = []*Reading{}
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		reading, err := read(ctx, f.File, request, name, formats[name])
		if err != nil {
			return err
		}
		if reading.Faults.Count == 0 && len(reading.Days) > 0 {
			f.Fits = append(f.Fits, reading)
		}
	}
	slices.SortStableFunc(f.Fits, func(a, b *Reading) int {
		if order := cmp.Compare(b.known, a.known); order != 0 {
			return order
		}
		return cmp.Compare(b.own(), a.own()) // the project's own before others that fit as well
	})
	var err error
	f.Found, f.Draft, err = look(ctx, f.File)
	return err
}

// own is 1 for the format of feeds that declare none.
func (r *Reading) own() int {
	if r.Hash == format.Canonical().Hash {
		return 1
	}
	return 0
}

// read is a file as one format has it.
func read(ctx context.Context, path string, request Request, name string, f *format.Format) (*Reading, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r := &Reading{Format: name, Hash: f.Hash, Days: map[string]int64{}, Trades: []Trade{}}
	if f.Timestamp.Zone != nil {
		r.Zone = f.Timestamp.Zone.String()
	}
	options := trades.Options{Format: f, Name: request.Path, AllowNonPositivePrice: request.NonPositivePrices}
	if options.Name == "" {
		options.Name = filepath.Base(path)
	}
	const day = 24 * 60 * 60 * 1_000_000_000
	days := map[int64]int64{}
	result, err := trades.Scan(ctx, in, options, func(t *trades.Trade) error {
		if len(r.Trades) < request.Rows {
			r.Trades = append(r.Trades, shown(t))
		}
		date := t.Time / day
		if t.Time%day < 0 {
			date--
		}
		days[date]++
		return nil
	})
	if err != nil {
		return nil, err
	}
	for date, count := range days {
		r.Days[time.Unix(0, date*day).UTC().Format(time.DateOnly)] = count
	}
	r.Container, r.Rows, r.Symbols, r.LeftOut = result.Container, result.Rows, result.Symbols, result.LeftOut
	if r.LeftOut == nil {
		r.LeftOut = map[string]int64{}
	}
	r.Faults = Faults(result.Rejects)
	if r.Faults.First == nil {
		r.Faults.First = []trades.Rejection{}
	}
	for _, column := range result.Columns {
		if f.Find(column) >= 0 {
			r.known++
		}
	}
	return r, nil
}

func shown(t *trades.Trade) Trade {
	return Trade{
		Row: t.Row, Time: time.Unix(0, t.Time).UTC().Format(time.RFC3339Nano), Symbol: t.Symbol,
		Price: t.Price.String(), Size: t.Size.String(), Counts: (format.All &^ t.Excluded).Names(),
	}
}

// Main answers the request on in, on out: what cmd/inspect does.
func Main(ctx context.Context, in io.Reader, out io.Writer) error {
	var request Request
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return fmt.Errorf("the request is not read: %w", err)
	}
	var document any
	answer, err := Run(ctx, request)
	if document = answer; err != nil {
		document = map[string]string{"error": err.Error()}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}
