package simulation

import (
	"context"
	"encoding/json"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/operator"
)

// letter is a dead letter, in a work queue's dead-letter queue or in the validator's.
type letter struct {
	operator.Message
	remove func()
}

// letters are a function's dead letters.
func (w *world) letters(function feed.Stage) []letter {
	var found []letter
	if function == feed.Validator {
		for _, n := range w.failed {
			body, err := json.Marshal(map[string]any{"detail": map[string]any{"requestPayload": n.raw}})
			if err != nil {
				panic(err)
			}
			found = append(found, letter{operator.Message{ID: n.request, Receipt: n.request, Body: string(body)}, func() {
				w.failed = slices.DeleteFunc(w.failed, func(other *notification) bool { return other == n })
			}})
		}
		return found
	}
	q := w.queues[slices.Index(feed.Stages, function)-1]
	for _, m := range q.dead {
		body, err := m.work.Encode()
		if err != nil {
			panic(err)
		}
		found = append(found, letter{operator.Message{ID: m.id, Receipt: m.id, Body: body}, func() {
			q.dead = slices.DeleteFunc(q.dead, func(other *message) bool { return other == m })
		}})
	}
	return found
}

// deadLetters is a function's dead-letter queue as a task sees it. What a task holds is
// shown again when the task has ended, however it did.
type deadLetters struct {
	world    *world
	task     *task
	function feed.Stage
}

func (d deadLetters) Receive(ctx context.Context) (some []operator.Message, err error) {
	err = d.task.have(ctx, "receive dead letters of the "+string(d.function), func() error {
		for _, l := range d.world.letters(d.function) {
			if holder := d.world.held[l.ID]; (holder == nil || holder.over) && len(some) < 10 {
				d.world.held[l.ID] = d.task
				some = append(some, l.Message)
			}
		}
		return nil
	})
	return some, err
}

func (d deadLetters) Release(ctx context.Context, messages []operator.Message) error {
	if len(messages) == 0 {
		return nil
	}
	return d.task.have(ctx, "release dead letters", func() error {
		for _, m := range messages {
			delete(d.world.held, m.ID)
		}
		return nil
	})
}

func (d deadLetters) Delete(ctx context.Context, message operator.Message) error {
	return d.task.have(ctx, "delete the dead letter "+message.ID, func() error {
		for _, l := range d.world.letters(d.function) {
			if l.ID == message.ID {
				l.remove()
			}
		}
		return nil
	})
}

func (d deadLetters) Count(context.Context) (int, error) {
	return len(d.world.letters(d.function)), nil
}
