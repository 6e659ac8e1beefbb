package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"

	"market-data-pipeline/handlers/internal/bars"
	"market-data-pipeline/handlers/internal/trades"
)

// The tasks, in the order of the report.
const (
	validateOurs = "validate"
	barsOurs     = "validate + bars"
	readCSV      = "encoding/csv reading only"
	validateCSV  = "encoding/csv, time.Parse, shopspring/decimal: validate"
	barsCSV      = "encoding/csv, time.Parse, shopspring/decimal: validate + bars"
	hashOnly     = "SHA-256 only"
	gunzip       = "gzip: decompressing only"
	gunzipCount  = "gzip: decompressing for another core that counts lines"
	validateGzip = "gzip: validate"
)

var tasks = []string{validateOurs, barsOurs, readCSV, validateCSV, barsCSV, hashOnly, gunzip, gunzipCount, validateGzip}

// measure is the best speed of each task over the rounds, in MB (10^6 bytes of
// plain CSV) per second of processor time and per second by the clock.
func measure(plain []byte, rounds int) (perCPU, perClock map[string]float64, err error) {
	compressed, err := compress(plain)
	if err != nil {
		return nil, nil, err
	}
	work := map[string]func() error{
		validateOurs: func() error { return validate(bytes.NewReader(plain)) },
		barsOurs:     func() error { return makeBars(bytes.NewReader(plain)) },
		readCSV:      func() error { return readAll(plain) },
		validateCSV:  func() error { return naive(plain, false) },
		barsCSV:      func() error { return naive(plain, true) },
		hashOnly:     func() error { sha256.Sum256(plain); return nil },
		gunzip:       func() error { return decompress(stream(compressed)) },
		gunzipCount:  func() error { return countLines(stream(compressed)) },
		validateGzip: func() error { return validate(stream(compressed)) },
	}
	perCPU, perClock = map[string]float64{}, map[string]float64{}
	for range rounds {
		for _, name := range tasks {
			runtime.GC()
			before, start := processorTime(), time.Now()
			if err := work[name](); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", name, err)
			}
			cpu, clock := processorTime()-before, time.Since(start)
			megabytes := float64(len(plain)) / 1e6
			perCPU[name] = max(perCPU[name], megabytes/cpu.Seconds())
			perClock[name] = max(perClock[name], megabytes/clock.Seconds())
		}
	}
	return perCPU, perClock, nil
}

// processorTime is what this process has used on all cores.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // cannot fail for the process itself
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func validate(r io.Reader) error {
	result, err := trades.Scan(context.Background(), r, trades.Options{}, nil)
	return faultless(result, err)
}

func makeBars(r io.Reader) error {
	builder := bars.NewBuilder(1, discarded{})
	result, err := trades.Scan(context.Background(), r, trades.Options{}, builder.Add)
	if err := faultless(result, err); err != nil {
		return err
	}
	return builder.Close()
}

// discarded is an output that nobody reads.
type discarded struct{}

func (discarded) Begin(string) (bars, day io.Writer, err error) { return io.Discard, io.Discard, nil }
func (discarded) End() error                                    { return nil }

func faultless(result trades.Result, err error) error {
	if err == nil && !result.Valid() {
		err = fmt.Errorf("%d faults, the first: %v", result.Rejects.Count, result.Rejects.First[0])
	}
	return err
}

func readAll(plain []byte) error {
	r := csv.NewReader(bytes.NewReader(plain))
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func compress(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// stream hides that the bytes are in memory: an object's body can only be read on,
// and decompressors read a bytes.Reader in a quicker way.
func stream(compressed []byte) io.Reader {
	return struct{ io.Reader }{bytes.NewReader(compressed)}
}

func decompress(r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err == nil {
		_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{z}, make([]byte, 256<<10))
	}
	return err
}

// countLines decompresses block by block for a goroutine that looks once at each
// byte: hardly less can be done with them on another core.
func countLines(r io.Reader) error {
	out, in := make(chan []byte, 3), make(chan []byte, 3)
	for range cap(in) {
		in <- make([]byte, 256<<10)
	}
	go func() {
		defer close(in)
		for block := range out {
			bytes.Count(block, []byte("\n"))
			in <- block[:cap(block)]
		}
	}()
	z, err := gzip.NewReader(r)
	for err == nil {
		block, n := <-in, 0
		n, err = io.ReadFull(z, block)
		out <- block[:n]
	}
	close(out)
	for range in { // until all are counted
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF { // as the last block is shorter
		return nil
	}
	return err
}

// memory is the peak of a stream's processing above the runtime's own: resident
// bytes as the kernel counts them.
type memory struct {
	StreamBytes int64   `json:"streamBytes"`
	Gzip        bool    `json:"gzip"`
	PeakMiB     float64 `json:"peakMiB"`
	Seconds     float64 `json:"seconds"`
}

func measureStream(length int64, compressed bool) (memory, error) {
	var r io.Reader = newEndless(length)
	if compressed {
		r = compressing(r)
	}
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // resets the peak
		return memory{}, err
	}
	before, err := residentKiB("VmRSS")
	if err != nil {
		return memory{}, err
	}
	start := time.Now()
	if err := makeBars(r); err != nil {
		return memory{}, err
	}
	seconds := time.Since(start).Seconds()
	peak, err := residentKiB("VmHWM")
	return memory{length, compressed, float64(peak-before) / 1024, seconds}, err
}

// compressing is r through gzip, in one goroutine more.
func compressing(r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		z, err := gzip.NewWriterLevel(in, gzip.BestSpeed)
		if err == nil {
			_, err = io.Copy(z, r)
		}
		if err == nil {
			err = z.Close()
		}
		in.CloseWithError(err)
	}()
	return out
}

func residentKiB(field string) (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strconv.ParseInt(strings.Fields(value)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("no %s in /proc/self/status", field)
}
