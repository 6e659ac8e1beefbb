package parquet

import (
	"bytes"
	"cmp"
	"encoding/binary"
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
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

// row is a row as another implementation reads it.
type row struct {
	At      int64    `parquet:"at,timestamp(microsecond:utc)"`
	Name    string   `parquet:"name,dict"`
	Price   [16]byte `parquet:"price,decimal(9:38)"`
	Counted int64    `parquet:"counted"`
}

func write(t interface{ Fatal(...any) }, rows []row) []byte {
	return writeGroups(t, rows, RowsPerGroup)
}

func writeGroups(t interface{ Fatal(...any) }, rows []row, limit int64) []byte {
	var out bytes.Buffer
	w := NewWriter(&out, limit)
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
	for _, size := range []int{0, 1, 7, 8, 9, RowsPerGroup - 1, RowsPerGroup, RowsPerGroup + 1, 2*RowsPerGroup + 3} {
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

// The ends of 38 digits use all bits but the sign.
var (
	most  = [16]byte{0x4b, 0x3b, 0x4c, 0xa8, 0x5a, 0x86, 0xc4, 0x7a, 0x09, 0x8a, 0x22, 0x3f, 0xff, 0xff, 0xff, 0xff}
	least = [16]byte{0xb4, 0xc4, 0xb3, 0x57, 0xa5, 0x79, 0x3b, 0x85, 0xf6, 0x75, 0xdd, 0xc0, 0x00, 0x00, 0x00, 0x01}
)

func TestDecimalsAreOrderedByTheirValue(t *testing.T) {
	order := [][16]byte{
		least, {0xff, 0x7f}, coefficient(math.MinInt64), coefficient(-3), coefficient(-1),
		coefficient(0), coefficient(1), coefficient(math.MaxInt64), {0x00, 0x80}, most,
	}
	for i, a := range order {
		for j, b := range order {
			if got := compareDecimal(a[:], b[:]); cmp.Compare(got, 0) != cmp.Compare(i, j) {
				t.Errorf("%x against %x is %d", a, b, got)
			}
		}
	}
}

func TestStatisticsAreTheColumnsBounds(t *testing.T) {
	file := write(t, []row{
		{At: 0, Name: "b", Price: coefficient(3), Counted: 0},
		{At: -7, Name: "a", Price: least, Counted: math.MinInt64},
		{At: 5, Name: "é", Price: most, Counted: math.MaxInt64},
		{At: 1, Name: "c", Price: coefficient(-3), Counted: 1},
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
	want := []string{
		"-7 5 true", "a é true", string(least[:]) + " " + string(most[:]) + " true",
		fmt.Sprintf("%d %d true", math.MinInt64, math.MaxInt64),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheMetadataTellsWhereEverythingIs(t *testing.T) {
	rows := make([]row, RowsPerGroup+3)
	for i := range rows {
		rows[i] = row{At: int64(i), Name: fmt.Sprint("S", i%7), Price: coefficient(int64(i)), Counted: int64(-i)}
	}
	file := write(t, rows)
	opened, err := reader.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	metadata := opened.Metadata()
	if metadata.Version != 2 || metadata.CreatedBy != createdBy || metadata.NumRows != int64(len(rows)) || len(metadata.RowGroups) != 2 {
		t.Errorf("%d %s %d", metadata.Version, metadata.CreatedBy, metadata.NumRows)
	}
	var schema []string
	for _, e := range metadata.Schema[1:] {
		schema = append(schema, fmt.Sprintf("%s %v %d %v %v %d %d %v", e.Name, e.Type.V, e.TypeLength.V,
			e.RepetitionType, e.ConvertedType, e.Scale.V, e.Precision.V, &e.LogicalType))
	}
	want := []string{
		"at INT64 0 {REQUIRED true} {10 true} 0 0 TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)",
		"name BYTE_ARRAY 0 {REQUIRED true} {0 true} 0 0 STRING",
		"price FIXED_LEN_BYTE_ARRAY 16 {REQUIRED true} {5 true} 9 38 DECIMAL(38,9)",
		"counted INT64 0 {REQUIRED true} {18 true} 0 0 INT(64,true)",
	}
	if got := strings.Join(schema, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("schema\n%s", got)
	}
	if len(metadata.ColumnOrders) != len(want) {
		t.Errorf("%d columns have an order", len(metadata.ColumnOrders))
	}
	for _, order := range metadata.ColumnOrders {
		if _, ok := order.Value.(*format.TypeDefinedOrder); !ok {
			t.Errorf("a column's order is %v: its statistics mean nothing", order.Value)
		}
	}
	at := int64(len(magic))
	valueBytes := map[format.Type]int64{format.Int64: 8, format.FixedLenByteArray: 16}
	for i, g := range metadata.RowGroups {
		if least := binary.LittleEndian.Uint64(g.Columns[0].MetaData.Statistics.MinValue); least != uint64(i*RowsPerGroup) {
			t.Errorf("the least value of group %d is %d", i, least)
		}
		compressed, uncompressed := int64(0), int64(0)
		if g.FileOffset != at {
			t.Errorf("group %d begins at %d, not %d", i, g.FileOffset, at)
		}
		for _, c := range g.Columns {
			m := c.MetaData
			encodings, start := "[PLAIN]", m.DataPageOffset
			if m.DictionaryPageOffset != 0 {
				encodings, start = "[RLE_DICTIONARY PLAIN]", m.DictionaryPageOffset
			} else if header := m.TotalUncompressedSize - m.NumValues*valueBytes[m.Type]; header < 10 || header > 50 {
				t.Errorf("%s: %d bytes, which leaves %d for the page's header", m.PathInSchema, m.TotalUncompressedSize, header)
			}
			if start != at || m.NumValues != g.NumRows || fmt.Sprint(m.Encoding) != encodings ||
				m.Codec != format.Snappy || c.FileOffset != 0 || m.Statistics.NullCount != 0 {
				t.Errorf("%s: %+v, want it at %d", m.PathInSchema, m, at)
			}
			at += m.TotalCompressedSize
			compressed, uncompressed = compressed+m.TotalCompressedSize, uncompressed+m.TotalUncompressedSize
		}
		if g.TotalCompressedSize != compressed || g.TotalByteSize != uncompressed {
			t.Errorf("group %d has %d bytes, %d uncompressed", i, g.TotalCompressedSize, g.TotalByteSize)
		}
	}
	if footer := int64(binary.LittleEndian.Uint32(file[len(file)-8:])); at+footer+8 != int64(len(file)) {
		t.Errorf("%d bytes in front of a footer of %d, of %d", at, footer, len(file))
	}
}

func TestAFileMayHaveManyRowGroups(t *testing.T) {
	for _, groups := range []int{14, 15, 16} { // a list of 15 begins otherwise than a shorter one
		var out bytes.Buffer
		w := NewWriter(&out, RowsPerGroup)
		column := w.Int64("a")
		for i := range groups * RowsPerGroup {
			column.Append(int64(i))
			if err := w.EndRow(); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		opened, err := reader.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil || len(opened.RowGroups()) != groups {
			t.Errorf("%d groups: %v", groups, err)
		}
	}
}

// Python's readers are those that the data's users have. Each runs in a process of
// its own: both in one may abort as it ends (duckdb/duckdb#13904).
const readByArrow = `
import sys, pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1], page_checksum_verification=True)
print([str(f.type) for f in table.schema], [f.nullable for f in table.schema])
print(table["at"].cast("int64").to_pylist(), table["name"].to_pylist(), [str(p) for p in table["price"].to_pylist()], table["counted"].to_pylist())
chunk = pyarrow.parquet.read_metadata(sys.argv[1]).row_group(0).column(0)
print(chunk.statistics.has_null_count, chunk.statistics.null_count)
broken = bytearray(open(sys.argv[1], "rb").read())
broken[chunk.data_page_offset + chunk.total_compressed_size - 1] ^= 1
try:
    pyarrow.parquet.read_table(pyarrow.BufferReader(bytes(broken)), page_checksum_verification=True)
except OSError as error:
    print("CRC" in str(error))
`

const readByDuckDB = `
import sys, duckdb
rows = duckdb.sql(f'select epoch_us("at"), name, price::varchar, counted from "{sys.argv[1]}" where price < 0 order by 1')
print(rows.fetchall())
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
	for _, reader := range []struct{ name, program, want string }{
		{"Arrow", readByArrow, `['timestamp[us, tz=UTC]', 'string', 'decimal128(38, 9)', 'int64'] [False, False, False, False]
[1381132800000000001, -1, 7] ['IBM', 'AIG', 'IBM'] ['181.520000000', '-1E-9', '-37.630000000'] [1, -2, 3]
True 0
True
`},
		{"DuckDB", readByDuckDB, `[(-1, 'AIG', '-0.000000001', -2), (7, 'IBM', '-37.630000000', 3)]
`},
	} {
		python := exec.Command(filepath.Join("..", "..", "..", ".venv", "bin", "python"), "-c", reader.program, path)
		got, err := python.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v (make setup prepares Python)\n%s", reader.name, err, got)
		}
		if string(got) != reader.want {
			t.Errorf("%s: got\n%s\nwant\n%s", reader.name, got, reader.want)
		}
	}
}

func TestARowWithoutAValueIsAnError(t *testing.T) {
	w := NewWriter(io.Discard, RowsPerGroup)
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
		w := NewWriter(&limited{room, broken}, RowsPerGroup)
		w.String("name").Append("a")
		return errors.Join(w.EndRow(), w.Close())
	}
	if err := NewWriter(&limited{0, broken}, RowsPerGroup).Close(); !errors.Is(err, broken) {
		t.Errorf("a file without rows: %v", err)
	}
	full := NewWriter(&limited{0, broken}, RowsPerGroup)
	column := full.Int64("a")
	for range RowsPerGroup - 1 {
		column.Append(1)
		if err := full.EndRow(); err != nil {
			t.Fatal(err)
		}
	}
	column.Append(1)
	if err := full.EndRow(); !errors.Is(err, broken) {
		t.Errorf("the group's last row: %v", err)
	}
	room := 0
	for ; errors.Is(try(room), broken); room++ {
	}
	if err := try(room); err != nil || room < 100 {
		t.Errorf("with room for %d bytes: %v", room, err)
	}
}

// limited takes so many bytes, fails once and then takes all.
type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		l.room = math.MaxInt
		return 0, l.err
	}
	l.room -= len(p)
	return len(p), nil
}
