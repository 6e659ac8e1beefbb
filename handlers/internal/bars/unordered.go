package bars

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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
	u := &unordered{builder: b, limit: maxHeld, bars: map[place]*summary.Stats{}}
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
	symbols []string // by SymbolID
	bars    map[place]*summary.Stats
	recent  []recent // by SymbolID: rows of a symbol often come in one minute
	free    []summary.Stats
	runs    []*run
}

// recent is the bar of a symbol's last trade; nil behind a spill.
type recent struct {
	minute int64
	stats  *summary.Stats
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
		u.symbols = append(u.symbols, "")
		u.recent = append(u.recent, recent{})
	}
	u.symbols[t.SymbolID] = t.Symbol
	last := &u.recent[t.SymbolID]
	stats := last.stats
	at := place{last.minute, t.SymbolID}
	if stats == nil || t.Time < last.minute || t.Time >= last.minute+minute {
		at.minute = floorMinute(t.Time)
		stats = u.bars[at]
	}
	if stats == nil {
		if len(u.bars) >= u.limit {
			if err := u.spill(); err != nil {
				return err
			}
		}
		if len(u.free) == 0 {
			u.free = make([]summary.Stats, 1<<10)
		}
		stats, u.free = &u.free[0], u.free[1:]
		u.bars[at] = stats
	}
	*last = recent{at.minute, stats}
	if err := stats.Add(t); err != nil {
		return fmt.Errorf("the bar of %s with row %d: %w", t.Symbol, t.Row, err)
	}
	return nil
}

// sorted are the places of the bars held, in the order of the result.
func (u *unordered) sorted() []place {
	places := make([]place, 0, len(u.bars))
	for at := range u.bars {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.minute, b.minute), strings.Compare(u.symbols[a.id], u.symbols[b.id]))
	})
	return places
}

// finish hands all bars to the builder.
func (u *unordered) finish(whole bool) (err error) {
	defer func() {
		for _, r := range u.runs {
			err = errors.Join(err, r.close())
		}
		u.runs, u.bars = nil, map[place]*summary.Stats{}
	}()
	if !whole {
		return nil
	}
	if len(u.runs) == 0 {
		for _, at := range u.sorted() {
			if err := u.give(at, u.bars[at]); err != nil {
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
	bar, err := u.builder.at(at.minute, at.id, u.symbols[at.id])
	if err != nil {
		return err
	}
	if err := bar.Append(stats); err != nil {
		return fmt.Errorf("the bar of %s: %w", u.symbols[at.id], err)
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
	for _, at := range u.sorted() {
		stats := u.bars[at]
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
	clear(u.bars)
	clear(u.recent)
	u.free = nil
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
	return cmp.Or(cmp.Compare(a.at.minute, b.at.minute), strings.Compare(h.symbols[a.at.id], h.symbols[b.at.id]),
		cmp.Compare(a.number, b.number)) < 0
}
