package trades

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAFileOfAHeaderAloneIsValidAndEmpty(t *testing.T) {
	for _, file := range []string{
		"timestamp,symbol,price,size",
		head,
		"\uFEFF" + head,
		"timestamp,symbol,price,size\r\n",
		`"timestamp","symbol","price","size"` + "\n",
		"timestamp,symbol,price,size,exchange\n",
		"timestamp,symbol,price,size,conditions\n",
		"timestamp,symbol,price,size,exchange,conditions\n",
	} {
		if result, _ := valid(t, file); result.Rows != 0 || result.Symbols != 0 {
			t.Errorf("%q: %d rows, %d symbols", file, result.Rows, result.Symbols)
		}
	}
}

func TestAFileWithoutAHeaderIsRejected(t *testing.T) {
	for _, file := range []string{"", "\uFEFF", "\n", "\r\n" + head} {
		rejected(t, file, Rejection{1, "", "", asked(NoHeader)})
	}
}

func TestAWrongHeaderIsRejectedByName(t *testing.T) {
	rejected(t, "timestamp,symbol,price\n"+good,
		Rejection{1, "size", "timestamp,symbol,price", asked(MissingColumn)})
	rejected(t, "timestamp\n",
		Rejection{1, "symbol", "timestamp", asked(MissingColumn)},
		Rejection{1, "price", "timestamp", asked(MissingColumn)},
		Rejection{1, "size", "timestamp", asked(MissingColumn)})
	rejected(t, ",symbol,price,size\n",
		Rejection{1, "", ",symbol,price,size", asked(UnknownColumn)},
		Rejection{1, "timestamp", ",symbol,price,size", asked(MissingColumn)})
	rejected(t, "timestamp,symbol,price,size,size\n",
		Rejection{1, "size", "timestamp,symbol,price,size,size", asked(RepeatedColumn)})
	rejected(t, "timestamp,symbol,price,size,venue\r\n",
		Rejection{1, "venue", "timestamp,symbol,price,size,venue", asked(UnknownColumn)})
	rejected(t, "Timestamp,symbol,price,size\n",
		Rejection{1, "Timestamp", "Timestamp,symbol,price,size", asked(UnknownColumn)},
		Rejection{1, "timestamp", "Timestamp,symbol,price,size", asked(MissingColumn)})
	rejected(t, "timestamp, symbol,price,size\n",
		Rejection{1, " symbol", "timestamp, symbol,price,size", asked(UnknownColumn)},
		Rejection{1, "symbol", "timestamp, symbol,price,size", asked(MissingColumn)})
	rejected(t, "time,ticker,px,qty\n"+good,
		Rejection{1, "", "time,ticker,px,qty", asked(NoHeader)})
	rejected(t, "timestamp;symbol;price;size\n",
		Rejection{1, "", "timestamp;symbol;price;size", OtherDelimiter + ": it must be ,, and is ;"})
	rejected(t, strings.Repeat(",", maxFields)+"\n",
		Rejection{1, "", strings.Repeat(",", MaxValueBytes), ManyColumns})
	rejected(t, "\"timestamp,symbol",
		Rejection{1, "", "\"timestamp,symbol", BadHeader})
	rejected(t, strings.Repeat("x", MaxRecordBytes)+"\n",
		Rejection{1, "", strings.Repeat("x", MaxValueBytes), BadHeader})
}

// asked is a fault of the canonical header, with what it must be.
func asked(fault Reason) Reason {
	return fault + ": it must name timestamp,symbol,price,size[,exchange][,conditions]"
}

func TestColumnsMayStandInAnyOrder(t *testing.T) {
	_, want := valid(t, "timestamp,symbol,price,size,exchange\n"+strings.TrimSuffix(good, "\n")+",P\n")
	_, got := valid(t, "size,exchange,price,timestamp,symbol\n283,P,181.52,2013-10-07T08:00:30.270Z,IBM\n")
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestEveryWayToWriteTheSameRowsGivesTheSameTrades(t *testing.T) {
	rows := []string{
		"2013-10-07T08:00:30.270Z,IBM,181.52,283,P,20002020",
		"2013-10-07T08:00:50.472Z,BRK.A,171000,0.5,,",
	}
	header := "timestamp,symbol,price,size,exchange,conditions"
	_, want := valid(t, header+"\n"+rows[0]+"\n"+rows[1]+"\n")
	if len(want) != 2 || want[0].Price.String() != "181.52" || want[1].Symbol != "BRK.A" || want[1].Size.String() != "0.5" ||
		want[0].Notional.String() != "51370.16" || want[1].Row != 2 || want[1].SymbolID != 1 {
		t.Fatalf("%+v", want)
	}
	for name, file := range map[string]string{
		"CRLF":              header + "\r\n" + rows[0] + "\r\n" + rows[1] + "\r\n",
		"mixed line ends":   header + "\n" + rows[0] + "\r\n" + rows[1] + "\n",
		"no last line end":  header + "\n" + rows[0] + "\n" + rows[1],
		"byte order mark":   "\uFEFF" + header + "\n" + rows[0] + "\n" + rows[1] + "\n",
		"quoted":            header + "\n\"" + strings.ReplaceAll(rows[0], ",", `","`) + "\"\n" + rows[1] + "\n",
		"numeric offset":    header + "\n" + strings.Replace(rows[0], "Z", "+00:00", 1) + "\n" + rows[1] + "\n",
		"lower case":        header + "\n" + strings.NewReplacer("T", "t", "Z", "z").Replace(rows[0]) + "\n" + rows[1] + "\n",
		"padded numbers":    header + "\n" + strings.NewReplacer("181.52", "0181.520", "283", "283.0").Replace(rows[0]) + "\n" + rows[1] + "\n",
		"free text":         header + "\n" + strings.Replace(rows[0], "P,20002020", "NYSE\tArca é,\"a \"\"late\"\" one, sold\r\nout of turn\"", 1) + "\n" + rows[1] + "\n",
		"nine-digit second": header + "\n" + strings.Replace(rows[0], ".270", ".270000000", 1) + "\n" + rows[1] + "\n",
	} {
		_, got := valid(t, file)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestGzipIsRecognisedByContent(t *testing.T) {
	file := head + strings.Repeat(good, 20_000)
	plain, want := valid(t, file)
	half := len(file) / 2
	for name, content := range map[string][]byte{
		"one member":   compressed(file),
		"two members":  append(compressed(file[:half]), compressed(file[half:])...),
		"zeros behind": append(compressed(file), make([]byte, 512)...),
		"empty member": append(append(compressed(file[:half]), compressed("")...), compressed(file[half:])...),
	} {
		result, got := scan(t, bytes.NewReader(content), Options{})
		if !result.Valid() || result.ContentHash != plain.ContentHash || len(got) != len(want) {
			t.Errorf("%s: %+v", name, result)
		}
	}
	hash := sha256.Sum256([]byte(file))
	if plain.ContentHash != hex.EncodeToString(hash[:]) {
		t.Errorf("hash %s", plain.ContentHash)
	}
}

func TestBrokenGzipIsRejected(t *testing.T) {
	whole := compressed(head + good)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-8] ^= 1                                    // the checksum
	named := []byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x00x.cs") // the name ends with a zero
	for name, c := range map[string]struct {
		content []byte
		reason  Reason
	}{
		"magic alone":             {whole[:2], TruncatedGzip},
		"header alone":            {whole[:10], TruncatedGzip},
		"without its end":         {whole[:len(whole)-9], TruncatedGzip},
		"without its checksum":    {whole[:len(whole)-8], TruncatedGzip},
		"wrong checksum":          {flipped, CorruptGzip},
		"another method":          {append([]byte("\x1f\x8b\x07"), whole[3:]...), CorruptGzip},
		"noise":                   {append(bytes.Clone(whole[:10]), 0xff, 0xff, 0xff, 0xff), CorruptGzip},
		"garbage behind":          {append(bytes.Clone(whole), "\n"...), TrailingGzip},
		"zeros and more behind":   {append(append(bytes.Clone(whole), make([]byte, 512)...), whole...), TrailingGzip},
		"second member truncated": {append(bytes.Clone(whole), whole[:15]...), TruncatedGzip},
		"name cut off":            {named, TruncatedGzip},
		"second name cut off":     {append(bytes.Clone(whole), named...), TruncatedGzip},
	} {
		result, _ := scan(t, bytes.NewReader(c.content), Options{})
		if result.Rejects.ByReason[c.reason] != 1 || result.ContentHash != "" {
			t.Errorf("%s: %+v, want %q", name, result, c.reason)
		}
	}
}

func TestTroubleWithTheReaderIsAnErrorAndNoRejection(t *testing.T) {
	broken := errors.New("connection reset")
	for name, content := range map[string][]byte{
		"plain": []byte(head + good),
		"gzip":  compressed(head + strings.Repeat(good, 1000)),
		"start": nil,
	} {
		for _, trouble := range []error{broken, io.ErrUnexpectedEOF} {
			r := io.MultiReader(bytes.NewReader(content[:len(content)/2]), iotest.ErrReader(trouble))
			result, err := Scan(context.Background(), r, Options{}, nil)
			if !errors.Is(err, trouble) || !result.Valid() {
				t.Errorf("%s: %+v, %v, want %v", name, result, err, trouble)
			}
		}
	}
}

func TestACancelledContextEndsTheScan(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	endless := io.MultiReader(strings.NewReader(head), endlessly(good))
	_, err := Scan(ctx, endless, Options{}, func(trade *Trade) error {
		if trade.Row == 10_000 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestTheVisitorsErrorEndsTheScan(t *testing.T) {
	enough := errors.New("enough")
	for _, last := range []int{1, 3} { // the first row with a symbol and later ones take different ways
		calls := 0
		_, err := Scan(context.Background(), io.MultiReader(strings.NewReader(head), endlessly(good)), Options{}, func(*Trade) error {
			if calls++; calls < last {
				return nil
			}
			return enough
		})
		if !errors.Is(err, enough) || calls != last {
			t.Errorf("%v after %d calls", err, calls)
		}
	}
}

func TestNoRowIsVisitedBehindAFault(t *testing.T) {
	_, visited := scan(t, strings.NewReader(head+good+"nonsense\n"+good), Options{})
	if len(visited) != 1 {
		t.Errorf("%d rows visited, want the one before the fault", len(visited))
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func endlessly(text string) io.Reader { return &endless{text: strings.Repeat(text, 1000)} }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}
