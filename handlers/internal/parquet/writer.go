// Package parquet writes Parquet files of required columns: what the pipeline's
// bars need of the format (https://parquet.apache.org/docs/file-format/) and no
// more, without reflection, in bounded memory.
//
//	w := parquet.NewWriter(out, parquet.RowsPerGroup)
//	price := w.Decimal("price", 9)
//	price.Append(coefficient)
//	w.EndRow() …
//	w.Close()
//
// A column chunk is one page: PLAIN values, or, for strings, indexes into a
// dictionary; compressed with Snappy, with its checksum and its least and greatest
// value. docs/decisions/0030-parquet.md says why it is not a library.
package parquet

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/s2"
)

const magic = "PAR1"

// RowsPerGroup bounds what is kept before it is written, for a file that is read by
// its columns: 16 bytes for most values.
const RowsPerGroup = 1 << 15

// Writer writes one file. Name every column first, then give each its value, row by row.
type Writer struct {
	out     io.Writer
	limit   int64 // of the rows of a group
	offset  int64
	columns []*column
	rows    int64 // of the group that is being filled
	total   int64 // of the groups that are written
	groups  []group
	scratch []byte
	notes   [][2]string
}

// NewWriter starts a file of so many rows per group.
func NewWriter(out io.Writer, rowsPerGroup int64) *Writer {
	return &Writer{out: out, limit: rowsPerGroup}
}

// Note adds a key and its value to the file's metadata.
func (w *Writer) Note(key, value string) { w.notes = append(w.notes, [2]string{key, value}) }

// buffers of columns are kept from file to file: to grow new ones takes as long as to
// write a small file.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (w *Writer) add(c *column) *column {
	c.buffer = buffers.Get().(*[]byte)
	c.values = (*c.buffer)[:0]
	w.columns = append(w.columns, c)
	return c
}

// EndRow ends a row, to which every column has got its value.
func (w *Writer) EndRow() error {
	w.rows++
	for _, c := range w.columns {
		if c.count != w.rows {
			return fmt.Errorf("column %s has %d values after %d rows", c.name, w.total+c.count, w.total+w.rows)
		}
	}
	if w.rows == w.limit {
		return w.flush()
	}
	return nil
}

// Close writes what is left and the file's metadata. It does not close the writer beneath.
func (w *Writer) Close() error {
	if w.rows > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if err := w.begin(); err != nil {
		return err
	}
	footer := w.footer()
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	if err := w.write(append(footer, magic...)); err != nil {
		return err
	}
	for _, c := range w.columns {
		*c.buffer, c.values = c.values, nil
		buffers.Put(c.buffer)
	}
	w.columns = nil
	return nil
}

func (w *Writer) begin() error {
	if w.offset > 0 {
		return nil
	}
	return w.write([]byte(magic))
}

func (w *Writer) write(p []byte) error {
	n, err := w.out.Write(p)
	w.offset += int64(n)
	return err
}

// group is what the metadata tells of a row group.
type group struct {
	rows   int64
	chunks []chunk
}

// chunk is what the metadata tells of a column in a row group.
type chunk struct {
	start, data              int64 // where its first page and its data page begin
	compressed, uncompressed int64 // with the pages' headers
	least, greatest          []byte
}

func (w *Writer) flush() error {
	if err := w.begin(); err != nil {
		return err
	}
	g := group{rows: w.rows}
	for _, c := range w.columns {
		written, err := w.chunk(c)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
		g.chunks = append(g.chunks, written)
		c.reset()
	}
	w.groups = append(w.groups, g)
	w.total += w.rows
	w.rows = 0
	return nil
}

func (w *Writer) chunk(c *column) (chunk, error) {
	k := chunk{start: w.offset}
	k.least, k.greatest = c.bounds()
	values := c.values
	if c.dictionary != nil {
		if err := w.page(&k, dictionaryHeader(len(c.dictionary)), c.values); err != nil {
			return k, err
		}
		values = c.packedIndexes()
	}
	k.data = w.offset
	return k, w.page(&k, dataHeader(w.rows, c.encoding()), values)
}

// page writes a page; header adds what its kind has in its header.
func (w *Writer) page(k *chunk, header pageHeader, body []byte) error {
	w.scratch = s2.EncodeSnappy(w.scratch[:cap(w.scratch)], body)
	head := header.encode(len(body), len(w.scratch), crc32.ChecksumIEEE(w.scratch))
	k.uncompressed += int64(len(head) + len(body))
	k.compressed += int64(len(head) + len(w.scratch))
	if err := w.write(head); err != nil {
		return err
	}
	return w.write(w.scratch)
}
