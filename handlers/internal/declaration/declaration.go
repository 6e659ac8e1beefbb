// Package declaration holds what the stack's configuration declares of feeds: how
// their files are read, in what order they come, and when their days begin. The
// validator alone has it; what reads an accepted file is recorded with the file.
// docs/architecture.md, "Formats and declarations of feeds", fixes the document.
package declaration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/tradingday"
)

// Orders of a feed's files.
const (
	BySequence = "sequence"
	ByArrival  = "arrival"
)

// canonical is the name of the format of feeds that declare none.
const canonical = "canonical"

// Feed is what is declared of a feed.
type Feed struct {
	Format            Named
	Order             string // sequence, arrival; empty: as its first file has it
	Day               tradingday.Declared
	NonPositivePrices bool
}

// Kind is the feed's kind as the ledger has it; empty: as its first file has it.
func (f Feed) Kind() string {
	return map[string]string{BySequence: feed.Sequenced, ByArrival: feed.ByArrival}[f.Order]
}

// Named is a format with its name.
type Named struct {
	Name   string
	Body   json.RawMessage // nil: the functions have it in themselves
	Format *format.Format
}

// Feeds are all declarations.
type Feeds struct{ feeds map[string]Feed }

// document is feeds.json.
type document struct {
	Formats map[string]json.RawMessage `json:"formats"`
	Feeds   map[string]struct {
		Format            string              `json:"format"`
		Order             string              `json:"order"`
		Day               tradingday.Declared `json:"day"`
		NonPositivePrices bool                `json:"nonPositivePrices"`
	} `json:"feeds"`
}

// FileName is the declarations' file in the function's archive.
const FileName = "feeds.json"

// Load reads the declarations in a folder; where there is no file, nothing is
// declared.
func Load(folder string) (Feeds, error) {
	body, err := os.ReadFile(filepath.Join(folder, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return Feeds{}, nil
	}
	if err != nil {
		return Feeds{}, err
	}
	feeds, err := Parse(body)
	if err != nil {
		return Feeds{}, fmt.Errorf("%s: %w", FileName, err)
	}
	return feeds, nil
}

// Parse reads the document. The error names the feed, the value and what may stand
// there.
func Parse(body []byte) (Feeds, error) {
	var d document
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return Feeds{}, err
	}
	formats := map[string]Named{canonical: {Name: canonical, Format: format.Canonical()}}
	for _, name := range slices.Sorted(maps.Keys(d.Formats)) {
		parsed, err := format.Parse(d.Formats[name])
		if err != nil {
			return Feeds{}, fmt.Errorf("format %s: %w", name, err)
		}
		if parsed.Hash != format.Canonical().Hash {
			formats[name] = Named{name, d.Formats[name], parsed}
		}
	}
	feeds := Feeds{map[string]Feed{}}
	for _, id := range slices.Sorted(maps.Keys(d.Feeds)) {
		declared := d.Feeds[id]
		if declared.Format == "" {
			declared.Format = canonical
		}
		named, found := formats[declared.Format]
		if !found {
			return Feeds{}, fmt.Errorf("feed %s: format: %q: is not among the formats: %s",
				id, declared.Format, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
		}
		if declared.Order != "" && declared.Order != BySequence && declared.Order != ByArrival {
			return Feeds{}, fmt.Errorf("feed %s: order: %q: must be sequence or arrival", id, declared.Order)
		}
		if _, err := tradingday.New(declared.Day); err != nil {
			return Feeds{}, fmt.Errorf("feed %s: %w", id, err)
		}
		feeds.feeds[id] = Feed{named, declared.Order, declared.Day, declared.NonPositivePrices}
	}
	return feeds, nil
}

// Of is what is declared of a feed: of itself, else of all of its partner's; else it
// has the canonical format and the rules that hold without a declaration.
func (f Feeds) Of(partner, name string) Feed {
	for _, id := range []string{partner + "/" + name, partner + "/*"} {
		if declared, found := f.feeds[id]; found {
			return declared
		}
	}
	return Feed{Format: Named{Name: canonical, Format: format.Canonical()}}
}
