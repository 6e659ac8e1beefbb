package trades

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"market-data-pipeline/handlers/internal/format"
)

func soon() time.Time { return time.Now().Add(50 * time.Millisecond) }

// within fails a test that does not end.
func within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatal("does not end")
	}
}

func TestAFileThatCannotBeReadInTimeIsRejectedAsThat(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"rows without end":                io.MultiReader(strings.NewReader(head), endlessly(good)),
		"gzip members without content":    endlessly(string(compressed(""))),
		"zeros behind gzip without end":   io.MultiReader(bytes.NewReader(compressed(head)), endlessly("\x00")),
		"a row without end":               io.MultiReader(strings.NewReader(head), endlessly("x")),
		"a zip directory without end":     io.MultiReader(bytes.NewReader(containers(head)["zip"]), endlessly("PK\x01\x02")),
		"blank lines where they may be":   endlessly("\n"),
		"comments, and never a first row": endlessly("# a\n"),
	} {
		f := *format.Canonical()
		f.BlankLines, f.Comments = "ignored", []string{"#"}
		within(t, 20*time.Second, func() {
			result, err := Scan(context.Background(), r, Options{Format: &f, Deadline: soon()}, nil)
			if err != nil || result.Rejects.ByReason[TooSlow] != 1 || result.ContentHash != "" {
				t.Errorf("%s: %+v, %v", name, result, err)
			}
		})
	}
}

func TestAFileThatIsReadInTimeHasNoFaultOfIt(t *testing.T) {
	result, _ := scan(t, strings.NewReader(head+good), Options{Deadline: time.Now().Add(time.Minute)})
	if !result.Valid() {
		t.Errorf("%+v", result)
	}
}

func TestAFileIsGivenUpAtAStatedNumberOfFaults(t *testing.T) {
	result, _ := scan(t, io.MultiReader(strings.NewReader(head), endlessly("x\n")), Options{})
	last := result.Rejects.First[len(result.Rejects.First)-1]
	if result.Rejects.Count != MaxFaults+1 || last != (Rejection{MaxFaults + 1, "", "", TooManyFaults}) || len(result.Rejects.First) != MaxRejections+1 {
		t.Errorf("%d faults, the last %+v", result.Rejects.Count, last)
	}
}

func TestAHundredMillionBlankLinesAreSoonDone(t *testing.T) {
	within(t, 60*time.Second, func() {
		result, _ := scan(t, io.MultiReader(strings.NewReader(head), io.LimitReader(endlessly("\n"), 100_000_000)), Options{})
		if result.Rejects.ByReason[TooManyFaults] != 1 {
			t.Errorf("%+v", result.Rejects.ByReason)
		}
		f := *format.Canonical()
		for _, blank := range []string{"ignored", "at-end"} {
			f.BlankLines = blank
			result, _ = scan(t, io.MultiReader(strings.NewReader(head+good), io.LimitReader(endlessly("\n"), 100_000_000)), Options{Format: &f})
			if !result.Valid() || result.Rows != 1 {
				t.Errorf("%s: %+v", blank, result)
			}
		}
		result, _ = scan(t, strings.NewReader(head+good+"\n\n"+good), Options{Format: &f})
		if want := (Rejection{3, "", "", BlankLine + ": only behind the last row it may be"}); len(result.Rejects.First) != 1 || result.Rejects.First[0] != want {
			t.Errorf("%+v", result.Rejects.First)
		}
	})
}

func TestBombsEndInAFault(t *testing.T) {
	zeros := make([]byte, 64<<20)
	encoder, _ := zstd.NewWriter(nil)
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	w, _ := z.Create("x.csv")
	_, _ = w.Write(zeros)
	_ = z.Close()
	for name, bomb := range map[string][]byte{
		"zstd": encoder.EncodeAll(zeros, nil), "zip": zipped.Bytes(), "gzip": compressed(string(zeros)),
	} {
		if result, _ := scan(t, bytes.NewReader(bomb), Options{}); result.Valid() {
			t.Errorf("%s: %+v", name, result)
		}
	}
}

// archived is a zip archive with files of these contents.
func archived(method uint16, contents ...string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i, content := range contents {
		w, err := z.CreateHeader(&zip.FileHeader{Name: string(rune('a' + i)), Method: method})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestAZipHasOneFile(t *testing.T) {
	whole := archived(zip.Deflate, head+good)
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte("PK\x07\x08"))+4] ^= 1
	encrypted := bytes.Clone(whole)
	encrypted[6] |= 1
	stored := storedZip(head + good)
	if result, got := scan(t, bytes.NewReader(stored), Options{}); !result.Valid() || len(got) != 1 {
		t.Errorf("stored: %+v", result)
	}
	for name, c := range map[string]struct {
		content []byte
		reason  Reason
	}{
		"none":              {archived(zip.Deflate), ZipFiles},
		"two":               {archived(zip.Deflate, head, head), ZipFiles},
		"wrong checksum":    {flipped, CorruptZip},
		"encrypted":         {encrypted, ZipMethod},
		"size that follows": {archived(zip.Store, head), ZipMethod},
		"noise":             {append(bytes.Clone(whole[:31]), 0xff, 0xff, 0xff), CorruptZip},
		"cut off":           {whole[:40], TruncatedZip},
		"header cut off":    {whole[:20], TruncatedZip},
		"stored, cut off":   {stored[:40], TruncatedZip},
	} {
		if result, _ := scan(t, bytes.NewReader(c.content), Options{}); result.Rejects.ByReason[c.reason] != 1 || result.ContentHash != "" {
			t.Errorf("%s: %+v, want %s", name, result, c.reason)
		}
	}
}

// storedZip is an archive whose file is not compressed, and of known size.
func storedZip(content string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	header := &zip.FileHeader{Name: "x.csv", Method: zip.Store}
	header.CRC32, header.UncompressedSize64, header.CompressedSize64 = crc(content), uint64(len(content)), uint64(len(content))
	w, err := z.CreateRaw(header)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestBrokenZstdIsRejected(t *testing.T) {
	encoder, _ := zstd.NewWriter(nil, zstd.WithEncoderCRC(true))
	whole := encoder.EncodeAll([]byte(head+strings.Repeat(good, 100)), nil)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	var wide bytes.Buffer
	w, _ := zstd.NewWriter(&wide, zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false))
	_, _ = w.Write(bytes.Repeat([]byte(good), 4<<20/len(good)))
	_ = w.Close()
	for name, c := range map[string]struct {
		content []byte
		reason  Reason
	}{
		"wrong checksum": {flipped, CorruptZstd}, "cut off": {whole[:len(whole)-9], TruncatedZstd}, "magic alone": {whole[:4], TruncatedZstd},
		"a window of 64 MiB": {wide.Bytes(), ZstdWindow},
	} {
		if result, _ := scan(t, bytes.NewReader(c.content), Options{}); result.Rejects.ByReason[c.reason] != 1 || result.ContentHash != "" {
			t.Errorf("%s: %+v, want %s", name, result.Rejects, c.reason)
		}
	}
	// Several frames are one file.
	frames := append(encoder.EncodeAll([]byte(head), nil), encoder.EncodeAll([]byte(good), nil)...)
	if result, got := scan(t, bytes.NewReader(frames), Options{}); !result.Valid() || len(got) != 1 {
		t.Errorf("two frames: %+v", result)
	}
}

func TestWhatIsNoTextIsNamed(t *testing.T) {
	for content, want := range map[string]Reason{
		"PAR1\x15\x04": NotText, "\xfd7zXZ\x00": NotText, "%PDF-1.7": NotText,
		"\xff\xfet\x00i\x00": OtherEncoding, "\xfe\xff\x00t": OtherEncoding, "t\x00i\x00m\x00": OtherEncoding, "\x00t\x00i": OtherEncoding,
	} {
		if result, _ := scan(t, strings.NewReader(content), Options{}); result.Rejects.ByReason[want] != 1 || result.Rejects.Count != 1 {
			t.Errorf("%q: %+v", content, result.Rejects)
		}
	}
}

func TestPairsOfASymbolAndAMinuteAreCountedOnce(t *testing.T) {
	b := barSet{slots: make([]uint64, 1<<4)}
	seen := map[[2]int64]bool{}
	random := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		id, minute := random.IntN(50), int64(random.IntN(400)-200)
		seen[[2]int64{int64(id), minute}] = true
		if got := b.add(id, minute); got != len(seen) {
			t.Fatalf("%d pairs, want %d", got, len(seen))
		}
	}
}

// FuzzContainers: whatever comes as an archive is read or rejected.
func FuzzContainers(f *testing.F) {
	for _, packed := range containers(head + good) {
		f.Add(packed)
	}
	f.Add(storedZip(head + good))
	f.Add(archived(zip.Deflate, head, good))
	f.Fuzz(func(t *testing.T, file []byte) {
		result, err := Scan(context.Background(), bytes.NewReader(file), Options{Deadline: time.Now().Add(10 * time.Second)}, nil)
		if err != nil || result.Rejects.ByReason[TooSlow] > 0 {
			t.Fatal(result, err)
		}
	})
}
