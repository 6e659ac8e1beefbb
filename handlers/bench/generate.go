package main

import (
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

const header = "timestamp,symbol,price,size,exchange,conditions\n"

var (
	symbols    = []string{"AAPL", "AIG", "AMZN", "BRK.A", "C", "GE", "GOOGL", "IBM", "INTC", "JPM", "KO", "MSFT", "PFE", "T", "XOM"}
	exchanges  = []string{"P", "Q", "N", "D", "Z", "K"}
	conditions = []string{"1", "2000", "20002020", "20000020", ""}
)

// generator makes synthetic trades: the same ones every time.
type generator struct {
	random *rand.Rand
	now    time.Time
	cents  []int
}

func newGenerator() *generator {
	g := &generator{random: rand.New(rand.NewPCG(1, 2)), now: time.Date(2013, 10, 7, 8, 0, 0, 0, time.UTC)}
	for i := range symbols {
		g.cents = append(g.cents, 2_000+1_700*i)
	}
	return g
}

// row appends one row, pause after the row before on average.
func (g *generator) row(to []byte, pause time.Duration) []byte {
	g.now = g.now.Add(time.Duration(g.random.Int64N(2*int64(pause)) + 1))
	i := g.random.IntN(len(symbols))
	g.cents[i] = max(1, g.cents[i]+g.random.IntN(5)-2)
	to = g.now.AppendFormat(to, "2006-01-02T15:04:05.000Z")
	to = append(append(append(to, ','), symbols[i]...), ',')
	to = strconv.AppendInt(to, int64(g.cents[i]/100), 10)
	to = append(to, '.', byte('0'+g.cents[i]/10%10), byte('0'+g.cents[i]%10), ',')
	size := 100 * (1 + g.random.IntN(20))
	if g.random.IntN(3) == 0 {
		size = 1 + g.random.IntN(99) // an odd lot
	}
	to = strconv.AppendInt(to, int64(size), 10)
	to = append(append(to, ','), exchanges[g.random.IntN(len(exchanges))]...)
	to = append(append(to, ','), conditions[g.random.IntN(len(conditions))]...)
	return append(to, '\n')
}

// generate is a file of one long day.
func generate(rows int) []byte {
	g := newGenerator()
	file := []byte(header)
	for range rows {
		file = g.row(file, 12*time.Hour/time.Duration(rows))
	}
	return file
}

// endless is a stream of about length bytes of trades in time order. To cost
// little, it repeats a minute's worth of rows with the minute rewritten.
type endless struct {
	rest  int64
	piece []byte
	start []int // of the rows in piece
	at    int
	now   time.Time
}

const minuteForm = "2006-01-02T15:04:"

func newEndless(length int64) io.Reader {
	g := newGenerator()
	e := &endless{rest: length, piece: []byte(header), now: g.now}
	for g.now.Before(e.now.Add(59 * time.Second)) {
		e.start = append(e.start, len(e.piece))
		e.piece = g.row(e.piece, 6*time.Millisecond)
	}
	return e
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at == len(e.piece) {
		if e.rest <= 0 {
			return 0, io.EOF
		}
		if e.start[0] > 0 { // the header comes once
			e.piece = e.piece[e.start[0]:]
			for i := len(e.start) - 1; i >= 0; i-- {
				e.start[i] -= e.start[0]
			}
		}
		e.now = e.now.Add(time.Minute)
		minute := e.now.Format(minuteForm)
		for _, start := range e.start {
			copy(e.piece[start:], minute)
		}
		e.at = 0
	}
	n := copy(p, e.piece[e.at:])
	e.at += n
	e.rest -= int64(n)
	return n, nil
}
