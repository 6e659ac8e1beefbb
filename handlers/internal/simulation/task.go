package simulation

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// fault is what happens to an effect.
type fault int

const (
	none    fault = iota
	refused       // it does not take place, and the function is told so
	lost          // it takes place, but the function is told that it failed
	killed        // the function ends before it, whatever it is
)

var (
	errRefused = errors.New("refused by the simulation")
	errLost    = errors.New("answer lost by the simulation")
)

// kill ends a task's goroutine from within.
type kill struct{}

// task is one running function. It runs only while the scheduler waits for it,
// from one effect to the next, so that a schedule is a sequence of effects.
type task struct {
	world  *world
	name   string
	effect string // the one it is about to have
	resume chan fault
	pause  chan bool // true: it has ended
	end    func(*task)
	wrote  bool   // something into the table
	failed string // the effect of which it was told last that it failed
	misled bool   // by an answer that was lost
	died   bool
	over   bool
	err    error

	receipt  int  // of its message
	held     bool // it has hidden its message for a lease
	beat     func()
	every    time.Duration
	beatAt   time.Duration
	beating  bool
	missed   bool // a beat had no or no certain effect
	leaving  bool // nothing is left to do but to acknowledge or to give back
	optional bool // the effect that it is about to have: see mayFail
	hungry   bool // it has not the memory for its work
}

// start runs work up to its first effect. end is told by the scheduler what came
// of it.
func (w *world) start(name string, work func(*task) error, end func(*task)) {
	t := &task{world: w, name: name, resume: make(chan fault), pause: make(chan bool), end: end}
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				if _, ok := reason.(kill); !ok {
					t.err = fmt.Errorf("%s panics: %v", name, reason)
					w.broken(t.err)
				}
				t.died = true
			}
			t.pause <- true
		}()
		t.err = work(t)
		t.step("acknowledge")
	}()
	w.settle(t)
}

// step waits for its turn to have an effect.
func (t *task) step(effect string) fault {
	t.effect = effect
	t.pause <- false
	f := <-t.resume
	if f == killed {
		panic(kill{})
	}
	return f
}

// run lets a task have its effect, or a fault of it, and go on to the next.
func (w *world) run(t *task, f fault) {
	if f != none || !strings.HasPrefix(t.effect, "read ") {
		w.note("%s: %s%s", t.name, t.effect, [...]string{"", " — refused", " — its answer lost", " — killed before it"}[f])
	}
	w.remove(t)
	if slow(t.effect) && w.choices.chance(25) {
		w.note("%s: %s takes minutes", t.name, t.effect)
		w.tasks = append(w.tasks, t) // whose heart beats meanwhile
		w.pass(time.Duration(1+w.choices.pick(4)) * lease)
		w.remove(t)
	}
	if !w.mended && t.hungry && f == none && strings.HasPrefix(t.effect, "complete ") {
		w.note("%s: dies of memory", t.name)
		f = killed
	}
	t.resume <- f
	w.settle(t)
}

// slow tells of effects that take as long as a file is large.
func slow(effect string) bool {
	return strings.HasPrefix(effect, "open ") || strings.HasPrefix(effect, "complete ")
}

// settle waits until a task is at its next effect or at its end.
func (w *world) settle(t *task) {
	if ended := <-t.pause; !ended {
		w.tasks = append(w.tasks, t)
		return
	}
	t.beat = nil
	if t.err != nil && !t.died {
		w.note("%s: ends with: %v", t.name, t.err)
	}
	if t.err == nil && !t.died && t.failed != "" {
		w.broken(fmt.Errorf("%s ends well, though it was told of an error: %s", t.name, t.failed))
	}
	t.over = true
	t.end(t)
}

func (w *world) remove(t *task) {
	for i, other := range w.tasks {
		if other == t {
			w.tasks = append(w.tasks[:i], w.tasks[i+1:]...)
			return
		}
	}
}
