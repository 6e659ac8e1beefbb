package operator

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/upload"
	"market-data-pipeline/handlers/internal/validator"
)

// Message is a message of a dead-letter queue, received and hidden from others.
type Message struct{ ID, Receipt, Body string }

// DeadLetters is a function's dead-letter queue. It may show some of its messages
// only: a FIFO queue shows ten of a group, and none while any of the group is hidden.
type DeadLetters interface {
	// Receive hides some messages that can be seen, and gives them; none at the end.
	Receive(ctx context.Context) ([]Message, error)
	// Release shows messages again at once.
	Release(ctx context.Context, messages []Message) error
	Delete(ctx context.Context, message Message) error
	// Count is about how many messages there are, hidden ones too.
	Count(ctx context.Context) (int, error)
}

// Letter is what a dead letter is about.
type Letter struct {
	Function  string  `json:"function"`
	MessageID string  `json:"messageId"`
	Feed      *string `json:"feed"`
	Number    *int64  `json:"number"`
	File      *string `json:"file"`
	// Redrivable tells that something here can take it up again.
	Redrivable bool `json:"redrivable"`

	message Message
	payload string     // what is sent back
	work    queue.Work // the same, for a stage that a queue feeds
}

// atOnce bounds the letters that are held together: few enough to be moved while they
// are.
const atOnce = 300

// Look reads the letters that can be seen now, in feed order, and leaves them where
// they are; count is how many there are, with those that cannot be seen.
func (o Operator) Look(ctx context.Context, function string, dead DeadLetters) (seen []Letter, count int, err error) {
	messages, err := hold(ctx, dead)
	seen = letters(function, messages)
	if err := errors.Join(err, release(ctx, dead, messages)); err != nil {
		return nil, 0, err
	}
	count, err = dead.Count(ctx)
	return seen, count, err
}

// Redrive sends back what can be taken up again, in feed order, and gives it; the rest
// stays where it is. So does what fails again meanwhile, or a fault that persists
// would keep this going on. A letter is deleted after it was sent: cut short between
// the two, it is repeated, and the functions take a repeat for what it is.
func (o Operator) Redrive(ctx context.Context, function string, dead DeadLetters) ([]Letter, error) {
	moved := []Letter{}
	sent := map[string]bool{}
	for {
		messages, err := hold(ctx, dead)
		before := len(moved)
		kept := messages
		if err == nil {
			kept, err = o.move(ctx, letters(function, messages), dead, sent, &moved)
		}
		err = errors.Join(err, release(ctx, dead, kept))
		if err != nil || len(moved) == before {
			return moved, err
		}
	}
}

// move moves what can be moved; kept are the messages that stay.
func (o Operator) move(
	ctx context.Context, found []Letter, dead DeadLetters, sent map[string]bool, moved *[]Letter,
) (kept []Message, err error) {
	for i, letter := range found {
		if !letter.Redrivable || sent[letter.payload] {
			kept = append(kept, letter.message)
			continue
		}
		err := o.resend(ctx, letter)
		if err == nil {
			err = dead.Delete(ctx, letter.message)
		}
		if err != nil {
			for _, rest := range found[i:] {
				kept = append(kept, rest.message)
			}
			return kept, err
		}
		sent[letter.payload] = true
		*moved = append(*moved, letter)
	}
	return kept, nil
}

func (o Operator) resend(ctx context.Context, letter Letter) error {
	if own, fed := o.Queues[feed.Stage(letter.Function)]; fed {
		return own.Send(ctx, letter.work, rand.Text())
	}
	return o.Invoke(ctx, []byte(letter.payload))
}

func hold(ctx context.Context, dead DeadLetters) ([]Message, error) {
	var held []Message
	for len(held) < atOnce {
		some, err := dead.Receive(ctx)
		if err != nil || len(some) == 0 {
			return held, err
		}
		held = append(held, some...)
	}
	return held, nil
}

// release lets go of messages, though the caller may have been told to end.
func release(ctx context.Context, dead DeadLetters, messages []Message) error {
	return dead.Release(context.WithoutCancel(ctx), messages)
}

// letters reads messages and puts them into feed order.
func letters(function string, messages []Message) []Letter {
	found := make([]Letter, 0, len(messages))
	for _, message := range messages {
		letter := Letter{Function: function, MessageID: message.ID, message: message}
		switch feed.Stage(function) {
		case feed.Validator:
			letter.readEvent()
		default:
			letter.readWork()
		}
		found = append(found, letter)
	}
	slices.SortStableFunc(found, func(a, b Letter) int {
		return cmp.Or(cmp.Compare(value(a.Feed), value(b.Feed)), cmp.Compare(value(a.Number), value(b.Number)))
	})
	return found
}

func value[T any](pointer *T) (v T) {
	if pointer != nil {
		v = *pointer
	}
	return v
}

// readWork reads a message that a stage failed on. What the stage itself could not
// decode stays; so does what fails in the status function, whose caller has long had
// an answer.
func (l *Letter) readWork() {
	work, err := queue.Decode(l.message.Body)
	if err != nil {
		return
	}
	l.payload, err = work.Encode()
	if err != nil {
		return
	}
	group := work.Group()
	l.work, l.Feed, l.Number, l.File = work, &group, &work.Number, &work.File
	l.Redrivable = slices.Contains(feed.Stages, feed.Stage(l.Function))
}

// readEvent reads what the validator was invoked with out of the record of its failure.
func (l *Letter) readEvent() {
	var failure struct {
		Detail struct {
			RequestPayload json.RawMessage `json:"requestPayload"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(l.message.Body), &failure); err != nil {
		return
	}
	records, err := validator.Decode(failure.Detail.RequestPayload)
	if err != nil || len(records) == 0 {
		return
	}
	l.payload, l.Redrivable = string(failure.Detail.RequestPayload), true
	key := records[0].S3.Object.URLDecodedKey
	file, err := upload.Parse(key)
	if errors.Is(err, upload.ErrUnrecognised) {
		l.File = &key
		return
	}
	id := file.ID()
	l.Feed, l.File = &id, &file.Name
	if file.Sequence > 0 {
		l.Number = &file.Sequence
	}
}
