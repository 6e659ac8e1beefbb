package trades

import (
	"bytes"
	"compress/gzip"
	"context"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const (
	head = "timestamp,symbol,price,size\n"
	good = "2013-10-07T08:00:30.270Z,IBM,181.52,283\n"
)

// scan gives the result and the trades of a file.
func scan(t testing.TB, r io.Reader, options Options) (Result, []Trade) {
	t.Helper()
	var visited []Trade
	result, err := Scan(context.Background(), r, options, func(trade *Trade) error {
		visited = append(visited, *trade)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return result, visited
}

// valid scans a file that must have no fault.
func valid(t testing.TB, file string) (Result, []Trade) {
	t.Helper()
	result, visited := scan(t, strings.NewReader(file), Options{})
	if !result.Valid() {
		t.Fatalf("rejected: %v", result.Rejects.First)
	}
	if int64(len(visited)) != result.Rows {
		t.Fatalf("%d of %d rows visited", len(visited), result.Rows)
	}
	return result, visited
}

// rejected scans a file that must have exactly these faults, whatever the
// pieces in which it comes.
func rejected(t *testing.T, file string, want ...Rejection) {
	t.Helper()
	for name, r := range map[string]io.Reader{
		"whole":     strings.NewReader(file),
		"bytewise":  iotest.OneByteReader(strings.NewReader(file)),
		"gzip":      bytes.NewReader(compressed(file)),
		"with data": iotest.DataErrReader(strings.NewReader(file)),
	} {
		result, _ := scan(t, r, Options{})
		if diff := cmp.Diff(want, result.Rejects.First); diff != "" {
			t.Errorf("%s: %.60q (-want +got)\n%s", name, file, diff)
		}
		if result.Rejects.Count != int64(len(want)) {
			t.Errorf("%s: count %d, want %d", name, result.Rejects.Count, len(want))
		}
	}
}

func compressed(content string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return out.Bytes()
}

func crc(content string) uint32 { return crc32.ChecksumIEEE([]byte(content)) }
