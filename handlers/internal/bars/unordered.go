package bars

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

// InOrder gives a visitor for trades.Scan that hands the trades of a file of any
// order to the builder, and what finishes that; finish(false) only cleans up, and
// does no harm behind finish(true).
func InOrder(b *Builder, f *format.Format) (take func(*trades.Trade) error, finish func(whole bool) error) {
	if f.Order == format.ByTime {
		return b.Add, func(bool) error { return nil }
	}
	u := &unordered{builder: b, limit: maxHeld}
	return u.add, u.finish
}

// maxHeld is how many bars are held in memory; 20 MB of them. Beyond that they are
// written to a file in the order of the result, and all such files merged in the
// end: a scan refuses a file of more than trades.MaxBars.
const maxHeld = 1 << 16

// unordered makes the bars of a file whose rows are not in the order of time.
type unordered struct {
	builder *Builder
	limit   int      // of the bars held
	symbols []symbol // by SymbolID
	held    []held   // in the order in which they came
	// index finds the bars that are held. It is made when it is first needed: rows are
	// mostly of a symbol's last minutes.
	index map[place]*summary.Stats
	free  []summary.Stats
	runs  []*run
}

// symbol is what is known of a symbol since the last spill.
type symbol struct {
	name   string
	last   [2]held // its bars of the last rows, of two minutes; stats nil: there is none
	newest int64   // minute of its bars
}

// held is a bar and where it stands.
type held struct {
	place
	stats *summary.Stats
}

// place is where a bar stands.
type place struct {
	minute int64 // its first nanosecond
	id     int
}

func (u *unordered) add(t *trades.Trade) error {
	if t.Excluded == format.All {
		return nil // it touches no bar
	}
	for t.SymbolID >= len(u.symbols) {
		u.symbols = append(u.symbols, symbol{newest: math.MinInt64})
	}
	s := &u.symbols[t.SymbolID]
	s.name = t.Symbol
	var stats *summary.Stats
	switch last := &s.last; {
	case last[0].stats != nil && t.Time >= last[0].minute && t.Time < last[0].minute+minute:
		stats = last[0].stats
	case last[1].stats != nil && t.Time >= last[1].minute && t.Time < last[1].minute+minute:
		stats = last[1].stats
	default:
		bar, err := u.find(s, place{floorMinute(t.Time), t.SymbolID})
		if err != nil {
			return err
		}
		s.last, stats = [2]held{bar, s.last[0]}, bar.stats
	}
	if err := stats.Add(t); err != nil {
		return fmt.Errorf("the bar of %s with row %d: %w", t.Symbol, t.Row, err)
	}
	return nil
}

// find is the bar of a place, perhaps a new one.
func (u *unordered) find(s *symbol, at place) (held, error) {
	if at.minute <= s.newest {
		if u.index == nil {
			u.index = make(map[place]*summary.Stats, 2*len(u.held))
			for _, bar := range u.held {
				u.index[bar.place] = bar.stats
			}
		}
		if stats := u.index[at]; stats != nil {
			return held{at, stats}, nil
		}
	}
	if len(u.held) >= u.limit {
		if err := u.spill(); err != nil {
			return held{}, err
		}
	}
	if len(u.free) == 0 {
		u.free = make([]summary.Stats, 1<<10)
	}
	bar := held{at, &u.free[0]}
	u.free = u.free[1:]
	u.held = append(u.held, bar)
	if u.index != nil {
		u.index[at] = bar.stats
	}
	s.newest = max(s.newest, at.minute)
	return bar, nil
}

// sort puts the bars that are held into the order of the result.
func (u *unordered) sort() {
	slices.SortFunc(u.held, func(a, b held) int {
		if a.minute != b.minute {
			return cmp.Compare(a.minute, b.minute)
		}
		return strings.Compare(u.symbols[a.id].name, u.symbols[b.id].name)
	})
}

// finish hands all bars to the builder.
func (u *unordered) finish(whole bool) (err error) {
	defer func() {
		for _, r := range u.runs {
			err = errors.Join(err, r.close())
		}
		u.runs, u.held, u.index = nil, nil, nil
	}()
	if !whole {
		return nil
	}
	if len(u.runs) == 0 {
		u.sort()
		for _, bar := range u.held {
			if err := u.give(bar.place, bar.stats); err != nil {
				return err
			}
		}
		return nil
	}
	if err := u.spill(); err != nil {
		return err
	}
	return u.merge()
}

func (u *unordered) give(at place, stats *summary.Stats) error {
	bar, err := u.builder.at(at.minute, at.id, u.symbols[at.id].name)
	if err != nil {
		return err
	}
	if err := bar.Append(stats); err != nil {
		return fmt.Errorf("the bar of %s: %w", u.symbols[at.id].name, err)
	}
	return nil
}

// run is a file of bars in the order of the result. Its trades are behind those of
// the runs before it.
type run struct {
	number int
	file   *os.File
	in     *bufio.Reader
	at     place // of the bar that comes next
	stats  summary.Stats
}

func (r *run) close() error { return errors.Join(r.file.Close(), os.Remove(r.file.Name())) }

// spill writes the bars that are held to a file.
func (u *unordered) spill() error {
	file, err := os.CreateTemp("", "bars-*")
	if err != nil {
		return err
	}
	u.runs = append(u.runs, &run{number: len(u.runs), file: file})
	out := bufio.NewWriterSize(file, 64<<10)
	var row []byte
	u.sort()
	for _, bar := range u.held {
		at, stats := bar.place, bar.stats
		row = binary.AppendVarint(row[:0], at.minute/minute)
		row = binary.AppendUvarint(row, uint64(at.id))
		row = binary.AppendVarint(row, int64(stats.OpenTime)-at.minute)
		row = binary.AppendVarint(row, int64(stats.CloseTime)-at.minute)
		row = binary.AppendUvarint(row, uint64(stats.Trades))
		row = append(row, byte(stats.Uncounted))
		for _, d := range []interface{ AppendBinary([]byte) ([]byte, error) }{stats.Open, stats.High, stats.Low, stats.Close, stats.Volume, stats.Notional} {
			if row, err = d.AppendBinary(row); err != nil {
				return err
			}
		}
		if _, err := out.Write(row); err != nil {
			return err
		}
	}
	u.held, u.index, u.free = u.held[:0], nil, nil
	for i := range u.symbols {
		u.symbols[i] = symbol{name: u.symbols[i].name, newest: math.MinInt64}
	}
	return out.Flush()
}

// next reads the bar that comes next; io.EOF behind the last.
func (r *run) next() error {
	at, err := binary.ReadVarint(r.in)
	if err != nil {
		return err
	}
	r.at.minute = at * minute
	id, err := binary.ReadUvarint(r.in)
	r.at.id = int(id)
	var numbers [2]int64
	for i := range numbers {
		if err == nil {
			numbers[i], err = binary.ReadVarint(r.in)
		}
	}
	if err != nil {
		return err
	}
	s := &r.stats
	s.OpenTime, s.CloseTime = summary.Time(r.at.minute+numbers[0]), summary.Time(r.at.minute+numbers[1])
	count, err := binary.ReadUvarint(r.in)
	s.Trades = int64(count)
	if err == nil {
		var uncounted byte
		uncounted, err = r.in.ReadByte()
		s.Uncounted = format.Counts(uncounted)
	}
	for _, d := range []interface{ ReadBinary(io.ByteReader) error }{&s.Open, &s.High, &s.Low, &s.Close, &s.Volume, &s.Notional} {
		if err == nil {
			err = d.ReadBinary(r.in)
		}
	}
	return err
}

// merge gives the bars of all runs to the builder, in the order of the result, and
// of the same bar the earlier run first.
func (u *unordered) merge() error {
	h := &runs{unordered: u}
	for _, r := range u.runs {
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		r.in = bufio.NewReaderSize(r.file, 64<<10)
		if err := r.next(); err != nil {
			return err
		}
		h.order = append(h.order, r)
	}
	heap.Init(h)
	for len(h.order) > 0 {
		r := h.order[0]
		if err := u.give(r.at, &r.stats); err != nil {
			return err
		}
		switch err := r.next(); err {
		case nil:
			heap.Fix(h, 0)
		case io.EOF:
			heap.Pop(h)
		default:
			return err
		}
	}
	return nil
}

// runs is a heap of runs by the bar that comes next in each.
type runs struct {
	*unordered
	order []*run
}

func (h *runs) Len() int      { return len(h.order) }
func (h *runs) Swap(i, j int) { h.order[i], h.order[j] = h.order[j], h.order[i] }
func (h *runs) Push(r any)    { h.order = append(h.order, r.(*run)) }

func (h *runs) Pop() any {
	last := len(h.order) - 1
	r := h.order[last]
	h.order = h.order[:last]
	return r
}

func (h *runs) Less(i, j int) bool {
	a, b := h.order[i], h.order[j]
	return cmp.Or(cmp.Compare(a.at.minute, b.at.minute), strings.Compare(h.symbols[a.at.id].name, h.symbols[b.at.id].name),
		cmp.Compare(a.number, b.number)) < 0
}
