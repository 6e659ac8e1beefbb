// Package simulation runs the functions themselves against a cloud in memory,
// under a scheduler that decides from a seed which effect comes next: it
// interleaves functions between any two effects, repeats, delays and reorders
// events, refuses effects, loses their answers, kills functions, and so fills the
// dead-letter queues. In the end an operator redrives what is dead, and then
// every file must be exactly where the rules of the feed put it.
package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Bug is a fault planted into the functions, to prove that it would be found.
type Bug string

// The planted bugs.
const (
	NoBug              Bug = ""
	DropWake           Bug = "parked files are not woken"
	DropCondition      Bug = "writes are not conditional on what was read"
	AcknowledgeFirst   Bug = "messages are acknowledged before the work"
	SkipWithoutWake    Bug = "a skip does not wake what it lets go on"
	IgnoreCorrections  Bug = "a later revision is taken for a duplicate"
	KeepReplaced       Bug = "what a correction replaced goes on to say that it counts"
	LeaveCursor        Bug = "a cursor stays in front of a number whose completion was cut short"
	FailLate           Bug = "a last attempt does not begin with FAILED"
	StopBeating        Bug = "a message is held for one lease and no longer"
	HoldForLong        Bug = "a message is held for as long as its queue would hide it"
	AcknowledgeExpired Bug = "a message is acknowledged though its receipt has expired"
	TakeForSent        Bug = "what could not be sent is taken for sent"
	SkipOneTooMany     Bug = "a skip lets one number too many pass"
	SkipOneTooFew      Bug = "a skip leaves its last number out"
	UseTwice           Bug = "a day is added up from one of its files twice"
	KeepPath           Bug = "a correction does not rewrite the nodes of its day"
	DropETag           Bug = "an object is replaced though it changed meanwhile"
	CountTwice         Bug = "what has the same content counts each time"
)

// Failure is a schedule that ended wrong.
type Failure struct {
	Seed  uint64
	Err   error
	Trace []string // the shortest schedule found that fails
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %v\n%s", f.Seed, f.Err, strings.Join(f.Trace, "\n"))
}

// Run runs the schedule of a seed; nil when all is well.
func Run(seed uint64, bug Bug) *Failure {
	c := &choices{random: rand.New(rand.NewPCG(seed, 0))}
	w := play(c, bug, false)
	if w.failure == nil {
		return nil
	}
	record := minimise(c.record, func(candidate []int) bool {
		return play(&choices{record: append([]int(nil), candidate...)}, bug, false).failure != nil
	})
	w = play(&choices{record: record}, bug, true)
	return &Failure{Seed: seed, Err: w.failure, Trace: w.trace}
}

// play runs one schedule to its end.
func play(c *choices, bug Bug, tracing bool) *world {
	w := newWorld(c, bug)
	w.tracing = tracing
	w.objects = scenario(c)
	w.faults = []int{0, 5, 20, 60, 150}[c.pick(5)]
	w.duplicates, w.overlaps, w.skips, w.meddling = c.pick(4), c.pick(3), c.pick(3), c.pick(3)
	surely := w.faults == 0
	w.settleDown()
	if w.failure == nil {
		w.checkReasons()
	}
	if w.failure == nil && surely {
		w.checkCounts()
	}
	for _, o := range w.objects { // gaps that close after all
		o.late = false
	}
	w.settleDown()
	// From here on nothing fails any more, and an operator works off what is dead.
	w.faults, w.overlaps, w.mended = 0, 0, true
	w.workOff()
	if w.failure == nil {
		w.checkEnd()
	}
	if w.failure == nil && surely {
		w.checkCounts()
	}
	return w
}
