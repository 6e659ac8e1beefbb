package days

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
)

// Fanout is how many children a node has in production: a node more per 31 files, and
// three levels of them, and the files not yet in a node, are fewer than 100 objects.
const Fanout = 32

// Tree is one trading day of a feed. Its leaves are what the processor writes of each
// number; a node of level 1 adds up the leaves of Fanout numbers that follow each
// other, one of level 2 as many nodes of level 1, and so on. A node is written when the
// day has a number behind it; what is not in a node yet, the item of the day tells: see
// feed.Day. So a new number costs a constant number of merges on average, and a
// correction rewrites the nodes above its number.
type Tree struct {
	Bucket objects.Bucket
	Fanout int64 // 2 to 32
	Feed   string
	Date   string
}

// width is how many numbers a node of a level stands for.
func (t Tree) width(level int) int64 {
	width := int64(1)
	for range level {
		width *= t.Fanout
	}
	return width
}

// bit stands for the child, of the level below, that has the number below it.
func (t Tree) bit(level int, number int64) uint32 {
	return 1 << (number / t.width(level-1) % t.Fanout)
}

// Add takes a number into the day, or takes it in anew. What it writes is right
// whether or not the day is then recorded: doing it again gives the same.
func (t Tree) Add(ctx context.Context, day *feed.Day, number int64) error {
	if err := t.carry(ctx, day, number); err != nil {
		return err
	}
	level := 1
	for number/t.width(level) != day.Last/t.width(level) {
		level++
	}
	if level > 1 {
		if err := t.rewrite(ctx, level-1, number); err != nil {
			return err
		}
	}
	*day.At(level) |= t.bit(level, number)
	return nil
}

// carry writes the nodes that end before a number that is the day's last from now on.
func (t Tree) carry(ctx context.Context, day *feed.Day, number int64) error {
	for level := 1; day.Last > 0 && number > day.Last && number/t.width(level) != day.Last/t.width(level); level++ {
		if err := t.write(ctx, level, day.Last, *day.At(level)); err != nil {
			return err
		}
		*day.At(level) = 0
		*day.At(level + 1) |= t.bit(level+1, day.Last)
	}
	day.Last = max(day.Last, number)
	return nil
}

// rewrite brings the nodes up to a level that have a number below them up to date, the
// lowest first. Where one is archived, the restore of all is asked for.
func (t Tree) rewrite(ctx context.Context, level int, number int64) error {
	if level > 1 {
		if err := t.rewrite(ctx, level-1, number); err != nil {
			return t.ask(ctx, level, number, err)
		}
	}
	return t.write(ctx, level, number, t.bit(level, number))
}

const maxTries = 5

// childrenKey is the metadata of a node that says which children it has.
const childrenKey = "children"

// write writes the node of a level that has a number below it, of the children named
// and those that it has. It replaces the node that was there before it read the
// children: so a writer that is late cannot bring back what it read too early.
func (t Tree) write(ctx context.Context, level int, number int64, children uint32) error {
	for try := 1; ; try++ {
		known, etag, err := t.children(ctx, level, number)
		if err != nil {
			return err
		}
		err = t.put(ctx, level, number, children|known, etag)
		if !errors.Is(err, objects.ErrChanged) || try == maxTries {
			return err
		}
	}
}

func (t Tree) put(ctx context.Context, level int, number int64, children uint32, etag string) error {
	metadata := map[string]string{childrenKey: strconv.FormatUint(uint64(children), 16)}
	key, first := t.node(level, number)
	upload := t.Bucket.Create(ctx, key, objects.Parquet, metadata)
	out := NewWriter(upload, first)
	err := t.Merge(ctx, t.below(level, number, children), func(r *Row) error { return out.Write(r.Symbol, &r.Stats) })
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	return upload.Complete(etag)
}

// children reads which children a node has; none when there is no node. S3 denies
// access to an object that is missing, to a role that may not list the bucket; should
// the node exist after all, the write that follows cannot overwrite it.
func (t Tree) children(ctx context.Context, level int, number int64) (uint32, string, error) {
	key, _ := t.node(level, number)
	head, err := t.Bucket.Head(ctx, key)
	if errors.Is(err, objects.ErrMissing) || errors.Is(err, objects.ErrDenied) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	children, err := strconv.ParseUint(head.Metadata[childrenKey], 16, 32)
	if err != nil {
		return 0, "", fmt.Errorf("%s does not say which children it has: %w", key, err)
	}
	return uint32(children), head.ETag, nil
}

// ask asks for the restore of what a node needs, where what it needs below is archived.
func (t Tree) ask(ctx context.Context, level int, number int64, cause error) error {
	var archived *objects.ArchivedError
	if !errors.As(cause, &archived) {
		return cause
	}
	known, _, err := t.children(ctx, level, number)
	if err != nil {
		return err
	}
	_, err = t.open(ctx, t.below(level, number, known&^t.bit(level, number)))
	return errors.Join(cause, err)
}

// node is the key of a node and the lowest number that it may stand for.
func (t Tree) node(level int, number int64) (string, int64) {
	first := number - number%t.width(level)
	return objects.NodeKey(t.Feed, t.Date, level, first), first
}

// below are the keys of children, in the order of their numbers.
func (t Tree) below(level int, number int64, children uint32) []string {
	var keys []string
	for rest := children; rest != 0; rest &= rest - 1 {
		first := number - number%t.width(level) + int64(bits.TrailingZeros32(rest))*t.width(level-1)
		if level == 1 {
			keys = append(keys, objects.DaysKey(t.Feed, t.Date, first))
		} else {
			key, _ := t.node(level-1, first)
			keys = append(keys, key)
		}
	}
	return keys
}

// Objects are the keys of what the day consists of, in the order of their numbers:
// each number is in one of them.
func (t Tree) Objects(day feed.Day) []string {
	var keys []string
	for level := len(day.Open); level > 0; level-- {
		keys = append(keys, t.below(level, day.Last, day.Open[level-1])...)
	}
	return keys
}

// Read visits what the day comes to, in the order of symbols.
func (t Tree) Read(ctx context.Context, day feed.Day, visit func(*Row) error) error {
	return t.Merge(ctx, t.Objects(day), visit)
}

// Merge visits what objects come to together, in the order of symbols.
func (t Tree) Merge(ctx context.Context, keys []string, visit func(*Row) error) error {
	bodies, err := t.open(ctx, keys)
	if err != nil {
		return err
	}
	defer closeAll(bodies)
	inputs := make([]*reader, len(bodies))
	for i, body := range bodies {
		inputs[i] = newReader(body)
	}
	return merge(inputs, visit)
}

// open opens all objects or none. Of those that are archived it asks for all.
func (t Tree) open(ctx context.Context, keys []string) ([]io.ReadCloser, error) {
	var bodies []io.ReadCloser
	var archived []error
	for _, key := range keys {
		body, err := t.Bucket.Open(ctx, key, "")
		if asked := new(objects.ArchivedError); errors.As(err, &asked) {
			archived = append(archived, err)
		} else if err != nil {
			closeAll(bodies)
			return nil, err
		} else {
			bodies = append(bodies, body)
		}
	}
	if len(archived) > 0 {
		closeAll(bodies)
		return nil, errors.Join(archived...)
	}
	return bodies, nil
}

func closeAll(bodies []io.ReadCloser) {
	for _, body := range bodies {
		body.Close()
	}
}
