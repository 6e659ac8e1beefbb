package feed

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/store"
)

// model is one stage of one feed, and all there is to know of it: the idea that
// docs/feed.md explains, in the fewest words. The ledger must agree with it.
type model struct {
	cursor  int64
	done    map[int64]int64 // by number: the revision that is complete
	parked  map[int64]int64 // by number: the revision that waits
	skipped map[int64]bool
}

func (m *model) pass() {
	for m.skipped[m.cursor+1] {
		m.cursor++
	}
}

func (m *model) admit(n, r int64) Decision {
	if n > m.cursor+1 {
		m.pass()
	}
	switch {
	case m.done[n] > r, m.parked[n] > r:
		return Replaced
	case m.done[n] == r:
		return Duplicate
	case n <= m.cursor+1:
		return Proceed
	}
	m.parked[n] = r
	delete(m.skipped, n) // it has come after all
	return Park
}

// complete tells whether it changed anything.
func (m *model) complete(n, r int64) bool {
	if m.done[n] >= r || m.parked[n] > r {
		return false
	}
	m.done[n], m.cursor = r, max(m.cursor, n)
	delete(m.parked, n)
	return true
}

func (m *model) successor() (n, r int64) {
	m.pass()
	return m.cursor + 1, m.parked[m.cursor+1]
}

// handler is a message being handled: its next step is the phase.
type handler struct {
	ticket Ticket
	phase  phase
}

type phase int

const (
	admitting phase = iota
	completing
	waking
	acknowledging
)

// machine runs the model and the ledger side by side, under messages that come in
// any order, more than once, and are handled at the same time or half.
type machine struct {
	t         *rapid.T
	ledger    Ledger
	model     model
	newest    map[int64]int64 // by number: the newest revision that was sent
	queue     []Ticket
	handlers  []handler
	completed map[Ticket]bool
	dropped   map[int64]int64 // by number: the revision that its last skip gave it, which brings nothing
}

const numbers = 5

func (m *machine) turn(ticket Ticket) Turn {
	return Turn{Stage: Processor, Feed: id, Ticket: ticket, Attempt: 1}
}

func (m *machine) send() {
	n := rapid.Int64Range(1, numbers).Draw(m.t, "number")
	m.newest[n]++
	tx := store.Begin(m.ledger.Store)
	number, err := store.Load[Number](context.Background(), tx, NumberKey(id, n))
	if err != nil {
		m.t.Fatal(err)
	}
	number.Ticket = Ticket{Number: n, Revision: m.newest[n]} // as Accept has it
	if err := tx.Commit(context.Background()); err != nil {
		m.t.Fatal(err)
	}
	m.queue = append(m.queue, Ticket{Number: n, Revision: m.newest[n]})
}

func (m *machine) receive() {
	i := rapid.IntRange(0, len(m.queue)-1).Draw(m.t, "message")
	m.handlers = append(m.handlers, handler{ticket: m.queue[i]})
	if !rapid.Bool().Draw(m.t, "again") {
		m.queue = append(m.queue[:i:i], m.queue[i+1:]...)
	}
}

func (m *machine) step() {
	i := rapid.IntRange(0, len(m.handlers)-1).Draw(m.t, "handler")
	h := m.handlers[i]
	m.handlers = append(m.handlers[:i:i], m.handlers[i+1:]...)
	if h.phase != waking && rapid.IntRange(0, 9).Draw(m.t, "dies") == 9 {
		m.queue = append(m.queue, h.ticket)
		return
	}
	if h.phase = m.advance(h); h.phase != acknowledging {
		m.handlers = append(m.handlers, h)
	}
}

func (m *machine) advance(h handler) phase {
	ctx, n, r := context.Background(), h.ticket.Number, h.ticket.Revision
	switch h.phase {
	case admitting:
		want := m.model.admit(n, r)
		got, err := m.ledger.Admit(ctx, m.turn(h.ticket))
		if err != nil || got != want {
			m.t.Fatalf("(%d, %d) is answered with %v, %v; the model says %v", n, r, got, err, want)
		}
		switch want {
		case Proceed:
			return completing
		case Park:
			return acknowledging
		}
	case completing:
		if err := m.ledger.Complete(ctx, m.turn(h.ticket), Outcome{Status: Processed}); err != nil {
			m.t.Fatalf("completing (%d, %d): %v", n, r, err)
		}
		if m.model.complete(n, r) {
			if m.completed[h.ticket] {
				m.t.Fatalf("(%d, %d) is completed twice", n, r) // I3
			}
			m.completed[h.ticket] = true
		}
	case waking:
		n, r := m.model.successor()
		got, found, err := m.ledger.Successor(ctx, id, Processor)
		if err != nil || found != (r > 0) || found && (got.Number != n || got.Revision != r) {
			m.t.Fatalf("the successor is %+v, %v; the model says (%d, %d)", got, err, n, r)
		}
		if found {
			m.queue = append(m.queue, got)
		}
		return acknowledging
	}
	return waking
}

// skip skips numbers that are not through, and wakes what is behind them.
func (m *machine) skip() {
	first := rapid.Int64Range(m.model.cursor+1, numbers).Draw(m.t, "first skipped")
	last := rapid.Int64Range(first, numbers).Draw(m.t, "last skipped")
	for n := first; n <= last; n++ {
		if !m.model.skipped[n] && m.newest[n] > m.dropped[n] { // something has come: it is dropped for good
			m.newest[n]++
			m.dropped[n], m.model.done[n] = m.newest[n], m.newest[n]
		}
		m.model.skipped[n] = true
		delete(m.model.parked, n)
	}
	err := m.ledger.Skip(context.Background(), id, Interval{first, last}, Note{}, func([]Wait) error { return nil })
	if err != nil {
		m.t.Fatal(err)
	}
	m.handlers = append(m.handlers, handler{phase: waking})
}

func (m *machine) check(before int64) {
	item, err := m.ledger.Store.Get(context.Background(), Key(id))
	if err != nil {
		m.t.Fatal(err)
	}
	feed, err := store.Decode[Feed](item)
	if err != nil || feed.Processor != m.model.cursor {
		m.t.Fatalf("the cursor is at %d, %v; the model's at %d", feed.Processor, err, m.model.cursor)
	}
	if m.model.cursor < before {
		m.t.Fatalf("the cursor goes back from %d to %d", before, m.model.cursor) // I2
	}
	for n := int64(1); n <= m.model.cursor; n++ {
		if m.model.done[n] == 0 && !m.model.skipped[n] {
			m.t.Fatalf("the cursor at %d has passed %d", m.model.cursor, n) // I1
		}
	}
	for n := range m.model.parked {
		if feed.Skipped.Contains(n) {
			m.t.Fatalf("%v are skipped, but %d is parked", feed.Skipped, n) // I7
		}
	}
}

// drain handles every message to its end; then nothing may be left behind (I5).
func (m *machine) drain() {
	for len(m.queue)+len(m.handlers) > 0 {
		for _, ticket := range m.queue {
			m.handlers = append(m.handlers, handler{ticket: ticket})
		}
		m.queue = nil
		h := m.handlers[0]
		m.handlers = m.handlers[1:]
		for h.phase != acknowledging {
			h.phase = m.advance(h)
		}
	}
	for n, r := range m.newest {
		dropped := m.dropped[n] == r
		if n <= m.model.cursor+1 && m.model.done[n] != r && !dropped {
			m.t.Fatalf("(%d, %d) is left behind: complete is %d, parked %d", n, r, m.model.done[n], m.model.parked[n])
		}
		if n > m.model.cursor+1 && (m.model.parked[n] != r || m.model.done[n] != m.dropped[n]) && !dropped {
			m.t.Fatalf("(%d, %d) is neither complete nor parked", n, r)
		}
	}
}

func TestTheLedgerDoesWhatTheModelDoesAndTheInvariantsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{
			t: t, ledger: NewLedger(store.NewMemory()), newest: map[int64]int64{}, completed: map[Ticket]bool{}, dropped: map[int64]int64{},
			model: model{done: map[int64]int64{}, parked: map[int64]int64{}, skipped: map[int64]bool{}},
		}
		tx := store.Begin(m.ledger.Store)
		feed, err := store.Load[Feed](context.Background(), tx, Key(id))
		if err != nil {
			t.Fatal(err)
		}
		feed.Kind, feed.Highest = Sequenced, numbers // as if all had been told of
		if err := tx.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			before := m.model.cursor
			switch choice := rapid.IntRange(0, 9).Draw(t, "action"); {
			case choice == 0 && m.model.cursor < numbers:
				m.skip()
			case choice < 3:
				m.send()
			case choice < 6 && len(m.queue) > 0:
				m.receive()
			case len(m.handlers) > 0:
				m.step()
			}
			m.check(before)
		}
		m.drain()
	})
}
