package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	reader "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// row is a row as another implementation reads it.
type row struct {
	At      int64    `parquet:"at,timestamp(nanosecond:utc)"`
	Name    string   `parquet:"name,dict"`
	Price   [16]byte `parquet:"price,decimal(9:38)"`
	Counted int64    `parquet:"counted"`
}

func write(t interface{ Fatal(...any) }, rows []row) []byte {
	var out bytes.Buffer
	w := NewWriter(&out)
	at, name, price, counted := w.Timestamp("at"), w.String("name"), w.Decimal("price", 9), w.Int64("counted")
	for _, r := range rows {
		at.Append(r.At)
		name.Append(r.Name)
		price.Append(r.Price)
		counted.Append(r.Counted)
		if err := w.EndRow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func coefficient(v int64) (b [16]byte) {
	for i := range b {
		b[i] = byte(v >> min(63, 8*(15-i)))
	}
	return b
}

func TestAnotherImplementationReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.String(), 1, 70).Draw(t, "names")
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
			return row{
				At:      rapid.Int64().Draw(t, "at"),
				Name:    rapid.SampledFrom(names).Draw(t, "name"),
				Price:   coefficient(rapid.Int64().Draw(t, "price")),
				Counted: rapid.Int64().Draw(t, "counted"),
			}
		}), 0, 200).Draw(t, "rows")
		file := write(t, rows)
		got, err := reader.Read[row](bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(rows) {
			t.Fatalf("got %v, want %v", got, rows)
		}
	})
}

func TestFilesOfAnySizeComeBackWhole(t *testing.T) {
	for _, size := range []int{0, 1, 7, 8, 9, rowsPerGroup - 1, rowsPerGroup, rowsPerGroup + 1, 2*rowsPerGroup + 3} {
		rows := make([]row, size)
		for i := range rows {
			rows[i] = row{At: int64(i), Name: fmt.Sprint("S", i%300), Price: coefficient(int64(-i)), Counted: int64(i * i)}
		}
		file := write(t, rows)
		got, err := reader.Read[row](bytes.NewReader(file), int64(len(file)))
		if err != nil || len(got) != size {
			t.Fatalf("%d rows come back as %d, %v", size, len(got), err)
		}
		for i := range rows {
			if got[i] != rows[i] {
				t.Fatalf("row %d of %d is %v, not %v", i, size, got[i], rows[i])
			}
		}
	}
}

func TestStatisticsAreTheColumnsBounds(t *testing.T) {
	file := write(t, []row{
		{At: 5, Name: "b", Price: coefficient(3), Counted: math.MaxInt64},
		{At: -7, Name: "a", Price: coefficient(-2), Counted: math.MinInt64},
		{At: 0, Name: "é", Price: coefficient(-3), Counted: 0},
	})
	opened, err := reader.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range opened.RowGroups()[0].ColumnChunks() {
		least, greatest, ok := c.(*reader.FileColumnChunk).Bounds()
		got = append(got, fmt.Sprintf("%v %v %v", least, greatest, ok))
	}
	price := func(v int64) string { b := coefficient(v); return string(b[:]) }
	want := []string{
		"-7 5 true", "a é true", price(-3) + " " + price(3) + " true",
		fmt.Sprintf("%d %d true", math.MinInt64, math.MaxInt64),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Python's readers are those that the data's users have.
const read = `
import decimal, sys, duckdb, pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1], page_checksum_verification=True)
print([str(f.type) for f in table.schema], [f.nullable for f in table.schema])
print(table["at"].cast("int64").to_pylist(), table["name"].to_pylist(), [str(p) for p in table["price"].to_pylist()], table["counted"].to_pylist())
rows = duckdb.sql(f'select epoch_ns("at"), name, price::varchar, counted from "{sys.argv[1]}" where price < 0 order by 1')
print(rows.fetchall())
chunk = pyarrow.parquet.read_metadata(sys.argv[1]).row_group(0).column(0)
broken = bytearray(open(sys.argv[1], "rb").read())
broken[chunk.data_page_offset + chunk.total_compressed_size - 1] ^= 1
try:
    pyarrow.parquet.read_table(pyarrow.BufferReader(bytes(broken)), page_checksum_verification=True)
except OSError as error:
    print("CRC" in str(error))
`

func TestArrowAndDuckDBReadTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	rows := []row{
		{At: 1381132800000000001, Name: "IBM", Price: coefficient(181_520_000_000), Counted: 1},
		{At: -1, Name: "AIG", Price: coefficient(-1), Counted: -2},
		{At: 7, Name: "IBM", Price: coefficient(-37_630_000_000), Counted: 3},
	}
	if err := os.WriteFile(path, write(t, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(filepath.Join("..", "..", "..", ".venv", "bin", "python"), "-c", read, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v (make setup prepares Python)\n%s", err, got)
	}
	want := `['timestamp[ns, tz=UTC]', 'string', 'decimal128(38, 9)', 'int64'] [False, False, False, False]
[1381132800000000001, -1, 7] ['IBM', 'AIG', 'IBM'] ['181.520000000', '-1E-9', '-37.630000000'] [1, -2, 3]
[(-1, 'AIG', '-0.000000001', -2), (7, 'IBM', '-37.630000000', 3)]
True
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestARowWithoutAValueIsAnError(t *testing.T) {
	w := NewWriter(io.Discard)
	a := w.Int64("a")
	w.Int64("b")
	a.Append(1)
	if err := w.EndRow(); err == nil || err.Error() != "column b has 0 values after 1 rows" {
		t.Errorf("got %v", err)
	}
}

func TestTheWritersErrorComesBackWhereverItComes(t *testing.T) {
	broken := errors.New("disk full")
	try := func(room int) error {
		w := NewWriter(&limited{room, broken})
		w.String("name").Append("a")
		return errors.Join(w.EndRow(), w.Close())
	}
	room := 0
	for ; errors.Is(try(room), broken); room++ {
	}
	if err := try(room); err != nil || room < 100 {
		t.Errorf("with room for %d bytes: %v", room, err)
	}
}

// limited takes so many bytes.
type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		return 0, l.err
	}
	l.room -= len(p)
	return len(p), nil
}
