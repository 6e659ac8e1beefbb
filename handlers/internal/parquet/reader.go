package parquet

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/s2"
)

// Reader reads a file of Writer from its front to its end, with a row group in
// memory. Name every column first, in the order in which they were written, the first
// of which is not a String; then take the values, row by row.
//
// So the footer is not needed: where the next row group would begin, it begins with
// the number of the format's version instead of the kind of a page.
type Reader struct {
	in      *bufio.Reader
	columns []*input
	begun   bool
	row     int
	rows    int
	scratch []byte
}

// NewReader begins to read a file.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(in, 8<<10)} }

// input is a column of the row group at hand.
type input struct {
	width      int // of a value; 0: text
	values     []byte
	dictionary []string
	indexes    []uint32
}

func (r *Reader) add(c *input) *input {
	r.columns = append(r.columns, c)
	return c
}

// Int64 adds a column of whole numbers or times; the value is that of the row at hand.
func (r *Reader) Int64() func() int64 {
	c := r.add(&input{width: 8})
	return func() int64 { return int64(binary.LittleEndian.Uint64(c.values[8*r.row:])) }
}

// Decimal adds a column of decimals; the value is that of the row at hand.
func (r *Reader) Decimal() func() [16]byte {
	c := r.add(&input{width: 16})
	return func() [16]byte { return [16]byte(c.values[16*r.row:]) }
}

// String adds a column of text; the value is that of the row at hand.
func (r *Reader) String() func() string {
	c := r.add(&input{})
	return func() string { return c.dictionary[c.indexes[r.row]] }
}

// Next goes to the next row; false behind the last.
func (r *Reader) Next() (bool, error) {
	if r.row++; r.row < r.rows {
		return true, nil
	}
	r.row = 0
	found, err := r.group()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return found, err
}

// footerBegins is how FileMetaData begins: its field 1 is formatVersion. A page's
// header begins with a field 1 of the same type, which is 0 for a page of data.
var footerBegins = encode(func(s *compact) { s.i32(1, formatVersion) })[:2]

func (r *Reader) group() (bool, error) {
	if !r.begun {
		r.begun = true
		begin := make([]byte, len(magic))
		if _, err := io.ReadFull(r.in, begin); err != nil || string(begin) != magic {
			return false, fmt.Errorf("not a Parquet file: %q, %w", begin, errors.Join(err))
		}
	}
	begin, err := r.in.Peek(len(footerBegins))
	if err != nil || bytes.Equal(begin, footerBegins) {
		return false, err
	}
	for i, c := range r.columns {
		rows, err := r.chunk(c)
		if err != nil {
			return false, fmt.Errorf("column %d: %w", i+1, err)
		}
		if i > 0 && rows != r.rows {
			return false, fmt.Errorf("column %d has %d rows where the first has %d", i+1, rows, r.rows)
		}
		r.rows = rows
	}
	return true, nil
}

func (r *Reader) chunk(c *input) (rows int, err error) {
	if c.width > 0 {
		c.values, rows, err = r.page(c.values)
		if err == nil && len(c.values) != c.width*rows {
			err = fmt.Errorf("%d values in %d bytes", rows, len(c.values))
		}
		return rows, err
	}
	var entries int
	if c.values, entries, err = r.page(c.values); err != nil {
		return 0, err
	}
	c.dictionary = c.dictionary[:0]
	rest := string(c.values)
	for range entries {
		if len(rest) < 4 {
			return 0, io.ErrUnexpectedEOF
		}
		length := int(binary.LittleEndian.Uint32([]byte(rest[:4])))
		if len(rest) < 4+length {
			return 0, io.ErrUnexpectedEOF
		}
		c.dictionary, rest = append(c.dictionary, rest[4:4+length]), rest[4+length:]
	}
	if c.values, rows, err = r.page(c.values); err != nil {
		return 0, err
	}
	c.indexes, err = unpackIndexes(c.indexes[:0], c.values, rows)
	if err == nil && rows > 0 && int(slices.Max(c.indexes)) >= entries {
		err = errors.New("an index is beyond the dictionary")
	}
	return rows, err
}

// unpackIndexes reads what packedIndexes writes.
func unpackIndexes(to []uint32, packed []byte, count int) ([]uint32, error) {
	if len(packed) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	width := int(packed[0])
	_, size := binary.Uvarint(packed[1:])
	rest := packed[1+max(0, size):]
	if size <= 0 || width > 32 || count < 0 || len(rest)*8 < count*width {
		return nil, io.ErrUnexpectedEOF
	}
	var pending uint64
	filled := 0
	for range count {
		for ; filled < width; filled += 8 {
			pending |= uint64(rest[0]) << filled
			rest = rest[1:]
		}
		to = append(to, uint32(pending&(1<<width-1)))
		pending >>= width
		filled -= width
	}
	return to, nil
}

// maxPageBytes is more than any page of ours has.
const maxPageBytes = 64 << 20

// page reads a page's body into the memory given, and how many values it has.
func (r *Reader) page(body []byte) ([]byte, int, error) {
	header, err := readPage(r.in)
	if err != nil {
		return nil, 0, err
	}
	if header.compressed < 0 || header.compressed > maxPageBytes || header.uncompressed < 0 || header.uncompressed > maxPageBytes {
		return nil, 0, fmt.Errorf("a page of %d bytes", header.compressed)
	}
	if cap(r.scratch) < int(header.compressed) {
		r.scratch = make([]byte, header.compressed)
	}
	r.scratch = r.scratch[:header.compressed]
	if _, err := io.ReadFull(r.in, r.scratch); err != nil {
		return nil, 0, err
	}
	if crc32.ChecksumIEEE(r.scratch) != uint32(header.checksum) {
		return nil, 0, errors.New("a page's checksum is wrong")
	}
	if cap(body) < int(header.uncompressed) {
		body = make([]byte, header.uncompressed)
	}
	body, err = s2.Decode(body[:header.uncompressed], r.scratch)
	return body, int(header.values), err
}

// pageRead is what is read of a PageHeader.
type pageRead struct{ uncompressed, compressed, checksum, values int64 }

func readPage(in *bufio.Reader) (page pageRead, err error) {
	err = readStructure(in, func(field int) *int64 {
		switch field {
		case 2:
			return &page.uncompressed
		case 3:
			return &page.compressed
		case 4:
			return &page.checksum
		case 5*16 + 1, 7*16 + 1: // of a page of data, of a dictionary
			return &page.values
		}
		return nil
	}, 0)
	return page, err
}

// readStructure reads a Thrift structure of whole numbers and structures; where gives
// the place of a field, or nil. A field of the structure in field 5 is 5 × 16 + its number.
func readStructure(in *bufio.Reader, where func(field int) *int64, outer int) error {
	for field := 0; ; {
		head, err := in.ReadByte()
		if err != nil || head == 0 {
			return err
		}
		field += int(head >> 4)
		switch head & 15 {
		case wireI32:
			value, err := binary.ReadVarint(in)
			if err != nil {
				return err
			}
			if to := where(outer + field); to != nil {
				*to = value
			}
		case wireStruct:
			if err := readStructure(in, where, 16*field); err != nil {
				return err
			}
		default:
			return fmt.Errorf("a page's header has a field of type %d", head&15)
		}
	}
}
