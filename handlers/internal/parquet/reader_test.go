package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// readBack reads the rows of package-level write.
func readBack(file []byte) (rows []row, err error) {
	r := NewReader(bytes.NewReader(file))
	at, name, price, counted := r.Int64(), r.String(), r.Decimal(), r.Int64()
	for {
		found, err := r.Next()
		if err != nil || !found {
			return rows, err
		}
		rows = append(rows, row{At: at(), Name: name(), Price: price(), Counted: counted()})
	}
}

func drawRow(t *rapid.T) row {
	return row{
		At:      rapid.Int64().Draw(t, "at"),
		Name:    rapid.String().Draw(t, "name"),
		Price:   coefficient(rapid.Int64().Draw(t, "price")),
		Counted: rapid.Int64().Draw(t, "counted"),
	}
}

func TestTheReaderReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 0, 200).Draw(t, "rows")
		limit := rapid.Int64Range(1, 90).Draw(t, "rows per group")
		got, err := readBack(writeGroups(t, rows, limit))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(rows) {
			t.Fatalf("got %v, %v, want %v", got, err, rows)
		}
	})
}

func TestWhatIsCutOffOrDamagedIsNoFile(t *testing.T) {
	file := writeGroups(t, []row{{Name: "a"}, {Name: "b", At: 7}, {Name: "a", Counted: 3}}, 2)
	footer := len(file) - 8 - int(binary.LittleEndian.Uint32(file[len(file)-8:]))
	for end := range footer {
		if rows, err := readBack(file[:end]); err == nil {
			t.Errorf("the first %d bytes are read as %v", end, rows)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		broken := bytes.Clone(file)
		broken[rapid.IntRange(0, footer-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if rows, err := readBack(broken); err == nil && len(rows) > 3 { // it must only not panic; checksums cover bodies, not headers
			t.Fatalf("read as %v", rows)
		}
	})
}
