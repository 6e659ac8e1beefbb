package simulation

import (
	"fmt"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/queue"
)

// message is a message in a queue.
type message struct {
	id        string
	work      queue.Work
	receives  int
	visibleAt time.Duration
	holder    *task         // that received it last
	stolen    bool          // it is visible again though its holder did all to keep it
	unheld    bool          // a holder died before it could hold it for a lease
	hidden    time.Duration // how long it was hidden with nobody at work on it
}

// fifo is a FIFO queue with its dead-letter queue: a group gives its next message
// only when the one before is deleted or dead.
type fifo struct {
	name     string
	messages []*message
	dead     []*message
	causes   map[string]bool
	sent     int
}

const (
	maxReceives = 3
	// hiddenFor is the queue's own visibility timeout.
	hiddenFor = 5400 * time.Second
)

func newFIFO(name string) *fifo { return &fifo{name: name, causes: map[string]bool{}} }

func (q *fifo) send(work queue.Work, cause string) {
	if q.causes[cause] {
		return
	}
	q.causes[cause] = true
	q.put(work)
}

func (q *fifo) put(work queue.Work) {
	q.sent++
	q.messages = append(q.messages, &message{id: fmt.Sprintf("%s-%d", q.name, q.sent), work: work})
}

// receivable are the messages that may be received at a time, one per group.
func (q *fifo) receivable(now time.Duration) []*message {
	var next []*message
	groups := map[string]bool{}
	for _, m := range q.messages {
		if group := m.work.Group(); !groups[group] {
			groups[group] = true
			if m.visibleAt <= now {
				next = append(next, m)
			}
		}
	}
	return next
}

// receive counts; a message that was received often enough is dead instead.
func (q *fifo) receive(m *message, now time.Duration) bool {
	if m.receives == maxReceives {
		q.remove(m)
		q.dead = append(q.dead, m)
		return false
	}
	m.receives++
	m.visibleAt, m.stolen = now+hiddenFor, false
	return true
}

// valid tells whether a receipt still gives a right to the message: a FIFO queue takes
// it no more once the message is visible.
func (q *fifo) valid(m *message, receipt int, now time.Duration) bool {
	return slices.Contains(q.messages, m) && m.receives == receipt && now < m.visibleAt
}

// delay hides a message from now on for a while.
func (q *fifo) delay(m *message, receipt int, now, wait time.Duration) error {
	if !q.valid(m, receipt, now) {
		return queue.ErrExpired
	}
	m.visibleAt = now + wait
	return nil
}

// next is when the first of the messages that are hidden will be visible.
func (q *fifo) next(now time.Duration) (time.Duration, bool) {
	var first time.Duration
	found := false
	for _, m := range q.messages {
		if m.visibleAt > now && (!found || m.visibleAt < first) {
			first, found = m.visibleAt, true
		}
	}
	return first, found
}

func (q *fifo) remove(m *message) {
	q.messages = slices.DeleteFunc(q.messages, func(other *message) bool { return other == m })
}
