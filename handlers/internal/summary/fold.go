package summary

import (
	"fmt"
	"slices"

	"market-data-pipeline/handlers/internal/decimal"
)

// File is the document summary.json: what one revision of a file contributes.
type File struct {
	Partner     string `json:"partner"`
	Feed        string `json:"feed"`
	Number      int64  `json:"number"`
	Revision    int64  `json:"revision"`
	File        string `json:"file"`
	VersionID   string `json:"versionId"`
	ContentHash string `json:"contentHash"`
	Rows        int64  `json:"rows"`
	Days        Days   `json:"days"`
}

// Aggregate is the document aggregates/…json: one date of a feed.
type Aggregate struct {
	Partner string             `json:"partner"`
	Feed    string             `json:"feed"`
	Date    string             `json:"date"`
	Files   []Contribution     `json:"files"`
	Symbols map[string]*Symbol `json:"symbols"`
}

// Contribution is a file that has trades on the aggregate's date.
type Contribution struct {
	Number      int64  `json:"number"`
	Revision    int64  `json:"revision"`
	File        string `json:"file"`
	VersionID   string `json:"versionId"`
	ContentHash string `json:"contentHash"`
	Rows        int64  `json:"rows"`
	Counted     bool   `json:"counted"`
}

// Symbol is the day of one symbol.
type Symbol struct {
	Stats
	VWAP decimal.Decimal `json:"vwap"`
}

// Fold makes the aggregate of a date from the summaries of a feed's files, in
// any order. Of each number the latest revision contributes; a file without
// trades on the date is left out. In a feed numbered by arrival (not sequenced)
// a file whose content a lower number brings already is listed, but not counted.
// The same files give the same aggregate to the byte. The error says which file
// and symbol made a sum that does not fit.
func Fold(partner, feed, date string, sequenced bool, files []*File) (*Aggregate, error) {
	latest := map[int64]*File{}
	for _, f := range files {
		if known := latest[f.Number]; known == nil || known.Revision < f.Revision {
			latest[f.Number] = f
		}
	}
	inOrder := make([]*File, 0, len(latest))
	for _, f := range latest {
		inOrder = append(inOrder, f)
	}
	slices.SortFunc(inOrder, func(a, b *File) int { return int(min(max(a.Number-b.Number, -1), 1)) })

	a := &Aggregate{Partner: partner, Feed: feed, Date: date, Files: []Contribution{}, Symbols: map[string]*Symbol{}}
	for _, f := range inOrder {
		if err := a.Append(f, sequenced); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Append adds a file whose number is above all those in the aggregate, which is
// what Fold would make of them all. After an error the aggregate is of no use.
func (a *Aggregate) Append(f *File, sequenced bool) error {
	symbols := f.Days[a.Date]
	if len(symbols) == 0 {
		return nil
	}
	counted := true
	for _, earlier := range a.Files {
		if earlier.Number >= f.Number {
			return fmt.Errorf("%s/%s %s: number %d cannot follow %d: fold all files anew", a.Partner, a.Feed, a.Date, f.Number, earlier.Number)
		}
		if !sequenced && earlier.ContentHash == f.ContentHash {
			counted = false
		}
	}
	a.Files = append(a.Files, Contribution{f.Number, f.Revision, f.File, f.VersionID, f.ContentHash, f.Rows, counted})
	if !counted {
		return nil
	}
	for name, later := range symbols {
		symbol := a.Symbols[name]
		if symbol == nil {
			symbol = new(Symbol)
			a.Symbols[name] = symbol
		}
		if err := symbol.Append(later); err != nil {
			return fmt.Errorf("%s/%s %s: the sums of %s with file %s: %w", a.Partner, a.Feed, a.Date, name, f.File, err)
		}
		symbol.VWAP = symbol.Stats.VWAP()
	}
	return nil
}
