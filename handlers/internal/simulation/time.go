package simulation

import (
	"fmt"
	"time"
)

// Time passes by a second per choice, by as long as slow work takes, and, when there is
// nothing else to do, until the next hidden message is visible. Hearts beat meanwhile.

const (
	// lease is for how long a worker holds its message at a time.
	lease = 120 * time.Second
	// takenUp is how soon a message must come again when its function dies.
	takenUp = 3 * time.Minute
	// givenUp is how long a message may be hidden in all, with nobody at work on it,
	// before it is a dead letter.
	givenUp = 10 * time.Minute
)

// pass lets time pass, and every heart beat that is due.
func (w *world) pass(d time.Duration) {
	for end := w.now + d; ; {
		var due *task
		for _, t := range w.tasks {
			if t.beat != nil && t.beatAt <= end && (due == nil || t.beatAt < due.beatAt) {
				due = t
			}
		}
		if due == nil {
			w.now = end
			return
		}
		w.now = due.beatAt
		due.beatAt += due.every
		due.beating = true
		due.beat()
		due.beating = false
	}
}

// passToNext lets time pass until a message is visible; false when none is hidden.
func (w *world) passToNext() bool {
	next, found := w.queues[0].next(w.now)
	if other, too := w.queues[1].next(w.now); too && (!found || other < next) {
		next, found = other, true
	}
	if found {
		w.pass(next - w.now)
	}
	return found
}

// repeat is worker.Repeat in the simulation's time.
func (t *task) repeat(interval time.Duration, beat func()) (stop func()) {
	if t.world.bug != StopBeating {
		t.beat, t.every, t.beatAt = beat, interval, t.world.now+interval
	}
	return func() { t.beat, t.leaving = nil, true }
}

// beats has an effect of a beat, which comes beside those of the work.
func (t *task) beats(name string, act func() error) error {
	if !t.world.choices.chance(t.world.faults) {
		return act()
	}
	t.missed = true
	if t.world.choices.pick(2) == 0 {
		t.world.note("%s: %s, by its heart — refused", t.name, name)
		return errRefused
	}
	t.world.note("%s: %s, by its heart — its answer lost", t.name, name)
	if err := act(); err != nil {
		return err
	}
	return errLost
}

// checkHeld demands that a message is not received by another while a function that did
// all to hold it is at work on it.
func (w *world) checkHeld(m *message) {
	if t := m.holder; t != nil && !t.over && t.held && !t.missed && !m.stolen && !t.leaving {
		w.broken(fmt.Errorf("%s is received again while %s is at work on it", m.id, t.name))
	}
}

// checkTakenUp demands that a message whose function has ended comes again soon. One
// whose function died before it could hold it keeps the queue's own timeout.
func (w *world) checkTakenUp(m *message, t *task) {
	wait := max(0, m.visibleAt-w.now)
	m.hidden += wait
	m.unheld = m.unheld || !t.held
	if t.held && wait > takenUp {
		w.broken(fmt.Errorf("%s has ended, and %s is hidden for another %s", t.name, m.id, wait))
	}
}

// checkGivenUp demands that a dead letter has not held up its feed for long.
func (w *world) checkGivenUp(m *message) {
	if m.hidden > givenUp && !m.unheld {
		w.broken(fmt.Errorf("%s was hidden for %s before it was a dead letter", m.id, m.hidden))
	}
}
