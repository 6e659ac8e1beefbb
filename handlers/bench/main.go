// Command bench measures the parser and the minute bars against what one would
// write with encoding/csv, time.Parse and shopspring/decimal, in one run on the
// same bytes, and the peak memory on a stream of any length.
//
//	go run ./bench [--file trades.csv] [--stream 4GiB] [--json]
//
// Speeds are bytes of uncompressed CSV per second of processor time (user and
// system, all threads, garbage collection included): per core, whatever else the
// machine does. Of several interleaved rounds the best counts.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

func main() {
	file := flag.String("file", "", "trades to read, plain or gzip, instead of generated ones")
	rows := flag.Int("rows", 400_000, "rows to generate")
	rounds := flag.Int("rounds", 7, "rounds of which the best counts")
	stream := flag.String("stream", "256MiB", "length of the stream for the peak of memory; 0 for none")
	write := flag.String("write", "", "write the generated trades to this file and end, for other tools to read")
	form := flag.String("format", "", "read --file by the format in this JSON file, and print its speeds as JSON")
	name := flag.String("name", "", "what the format is told to be the file's name")
	asJSON := flag.Bool("json", false, "print one JSON document")
	flag.Parse()
	if *form != "" {
		if err := measureForm(*form, *file, *name, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*file, *rows, *rounds, *stream, *write, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// report is what --json prints.
type report struct {
	Go           string             `json:"go"`
	Architecture string             `json:"architecture"`
	Bytes        int                `json:"bytes"`
	Rows         int64              `json:"rows"`
	Speeds       map[string]float64 `json:"megabytesPerCpuSecond"`
	ClockSpeeds  map[string]float64 `json:"megabytesPerSecond"`
	Ratios       map[string]float64 `json:"ratios"`
	Streams      []memory           `json:"streams"`
}

func run(file string, rows, rounds int, stream, write string, asJSON bool) error {
	length, err := byteCount(stream)
	if err != nil {
		return err
	}
	if write != "" {
		return os.WriteFile(write, generate(rows), 0o644)
	}
	r := report{Go: runtime.Version(), Architecture: runtime.GOARCH}
	if length > 0 { // before anything else has grown the process
		for _, compressed := range []bool{false, true} {
			m, err := measureStream(length, compressed)
			if err != nil {
				return err
			}
			r.Streams = append(r.Streams, m)
		}
	}

	plain := generate(rows)
	if file != "" {
		if plain, err = read(file); err != nil {
			return err
		}
	}
	r.Bytes = len(plain)
	r.Rows = int64(bytes.Count(plain, []byte("\n")) - 1)
	if r.Speeds, r.ClockSpeeds, err = measure(plain, rounds); err != nil {
		return err
	}
	r.Ratios = map[string]float64{
		"validate + bars / encoding/csv doing the same":   r.Speeds[barsOurs] / r.Speeds[barsCSV],
		"validate / encoding/csv doing the same":          r.Speeds[validateOurs] / r.Speeds[validateCSV],
		"validate + bars / encoding/csv reading only":     r.Speeds[barsOurs] / r.Speeds[readCSV],
		"gzip: validate / decompressing, then validating": r.Speeds[validateGzip] * (1/r.Speeds[gunzip] + 1/r.Speeds[validateOurs]),
		// Decompression runs beside the parsing: by the clock, the slower counts.
		"gzip: validate / decompressing only, by the clock":             r.ClockSpeeds[validateGzip] / r.ClockSpeeds[gunzip],
		"gzip: validate / decompressing for another core, by the clock": r.ClockSpeeds[validateGzip] / r.ClockSpeeds[gunzipCount],
	}
	if asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	r.print()
	return nil
}

func (r *report) print() {
	fmt.Printf("%s %s, %d rows, %.1f MB of CSV\n\n", r.Go, r.Architecture, r.Rows, float64(r.Bytes)/1e6)
	for _, name := range tasks {
		fmt.Printf("%8.0f MB/s per core, %5.0f by the clock   %s\n", r.Speeds[name], r.ClockSpeeds[name], name)
	}
	fmt.Println()
	for _, name := range slices.Sorted(maps.Keys(r.Ratios)) {
		fmt.Printf("%8.2f ×     %s\n", r.Ratios[name], name)
	}
	fmt.Println()
	for _, m := range r.Streams {
		fmt.Printf("%8.1f MiB   peak above the runtime's own, %d MiB stream, gzip %v (%.0f s)\n", m.PeakMiB, m.StreamBytes>>20, m.Gzip, m.Seconds)
	}
}

func read(file string) ([]byte, error) {
	content, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(content, []byte("\x1f\x8b")) {
		return content, err
	}
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return io.ReadAll(z)
}

// byteCount reads a number of bytes, MiB or GiB.
func byteCount(text string) (int64, error) {
	number, unit := text, int64(1)
	for suffix, size := range map[string]int64{"MiB": 1 << 20, "GiB": 1 << 30} {
		if digits, ok := strings.CutSuffix(text, suffix); ok {
			number, unit = digits, size
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("--stream %q: want a number of bytes, MiB or GiB, such as 4GiB", text)
	}
	return n * unit, nil
}
