package simulation

import (
	"fmt"
	"slices"

	"market-data-pipeline/handlers/internal/queue"
)

// message is a message in a queue.
type message struct {
	id       string
	work     queue.Work
	receives int
	inFlight bool
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

const maxReceives = 3

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

// receivable are the messages that may be received next, one per group.
func (q *fifo) receivable() []*message {
	var next []*message
	groups := map[string]bool{}
	for _, m := range q.messages {
		if group := m.work.Group(); !groups[group] {
			groups[group] = true
			if !m.inFlight {
				next = append(next, m)
			}
		}
	}
	return next
}

// receive counts; a message that was received often enough is dead instead.
func (q *fifo) receive(m *message) bool {
	if m.receives == maxReceives {
		q.remove(m)
		q.dead = append(q.dead, m)
		return false
	}
	m.receives++
	m.inFlight = true
	return true
}

func (q *fifo) remove(m *message) {
	q.messages = slices.DeleteFunc(q.messages, func(other *message) bool { return other == m })
}
