package days

import (
	"container/heap"
	"fmt"
)

// merge adds up rows of equal symbols, in the order of the inputs, which is that of
// their numbers, and visits the sums in the order of symbols.
func merge(inputs []*reader, visit func(*Row) error) error {
	var queue runs
	for i, input := range inputs {
		if err := queue.advance(run{input, i}); err != nil {
			return err
		}
	}
	for len(queue) > 0 {
		sum := Row{Symbol: queue[0].Symbol}
		for len(queue) > 0 && queue[0].Symbol == sum.Symbol {
			next := heap.Pop(&queue).(run)
			if err := sum.Append(&next.Stats); err != nil {
				return fmt.Errorf("the sums of %s: %w", sum.Symbol, err)
			}
			if err := queue.advance(next); err != nil {
				return err
			}
		}
		if err := visit(&sum); err != nil {
			return err
		}
	}
	return nil
}

// run is an input at its next row.
type run struct {
	*reader
	place int
}

// runs is a heap.Interface: the least symbol comes first, of equal ones the earlier input.
type runs []run

// advance puts a run back at its next row, unless it is at its end.
func (r *runs) advance(next run) error {
	found, err := next.next()
	if found && err == nil {
		heap.Push(r, next)
	}
	return err
}

func (r runs) Len() int      { return len(r) }
func (r runs) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r runs) Less(i, j int) bool {
	if r[i].Symbol != r[j].Symbol {
		return r[i].Symbol < r[j].Symbol
	}
	return r[i].place < r[j].place
}

// Push implements heap.Interface.
func (r *runs) Push(next any) { *r = append(*r, next.(run)) }

// Pop implements heap.Interface.
func (r *runs) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
