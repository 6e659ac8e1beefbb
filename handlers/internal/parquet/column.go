package parquet

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
)

// column collects the values of a row group.
type column struct {
	name   string
	kind   kind
	scale  int // of a decimal
	count  int64
	values []byte  // PLAIN; of a dictionary, its entries
	buffer *[]byte // whose memory values has

	dictionary map[string]uint32 // of strings
	indexes    []uint32
}

func (c *column) reset() {
	c.count, c.values, c.indexes = 0, c.values[:0], c.indexes[:0]
	clear(c.dictionary)
}

// bounds are the least and the greatest value.
func (c *column) bounds() (least, greatest []byte) {
	if c.dictionary != nil {
		entries := slices.Collect(maps.Keys(c.dictionary))
		return []byte(slices.Min(entries)), []byte(slices.Max(entries))
	}
	size, compare := 8, compareInt64
	if c.kind == decimal {
		size, compare = 16, compareDecimal
	}
	least, greatest = c.values[:size], c.values[:size]
	for at := size; at < len(c.values); at += size {
		value := c.values[at : at+size]
		if compare(value, least) < 0 {
			least = value
		} else if compare(value, greatest) > 0 {
			greatest = value
		}
	}
	return bytes.Clone(least), bytes.Clone(greatest)
}

// Int64s is a column of whole numbers, or of times in microseconds since 1970.
type Int64s struct{ c *column }

// Int64 adds a column of whole numbers.
func (w *Writer) Int64(name string) Int64s {
	return Int64s{w.add(&column{name: name, kind: integer})}
}

// Timestamp adds a column of times in UTC, in microseconds: the finest that every
// reader takes.
func (w *Writer) Timestamp(name string) Int64s {
	return Int64s{w.add(&column{name: name, kind: timestamp})}
}

// Append gives the row its value.
func (s Int64s) Append(v int64) {
	s.c.values = binary.LittleEndian.AppendUint64(s.c.values, uint64(v))
	s.c.count++
}

func compareInt64(a, b []byte) int {
	return cmp.Compare(int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)))
}

// Decimals is a column of decimals of 38 digits.
type Decimals struct{ c *column }

// Decimal adds a column of decimals with so many digits behind the point.
func (w *Writer) Decimal(name string, scale int) Decimals {
	return Decimals{w.add(&column{name: name, kind: decimal, scale: scale})}
}

// Append gives the row its value: a coefficient, big-endian in two's complement.
func (s Decimals) Append(coefficient [16]byte) {
	s.c.values = append(s.c.values, coefficient[:]...)
	s.c.count++
}

func compareDecimal(a, b []byte) int {
	return cmp.Or(cmp.Compare(int64(binary.BigEndian.Uint64(a)), int64(binary.BigEndian.Uint64(b))),
		cmp.Compare(binary.BigEndian.Uint64(a[8:]), binary.BigEndian.Uint64(b[8:])))
}

// Strings is a column of text of which many values are the same.
type Strings struct{ c *column }

// String adds a column of UTF-8.
func (w *Writer) String(name string) Strings {
	return Strings{w.add(&column{name: name, kind: text, dictionary: map[string]uint32{}})}
}

// Append gives the row its value.
func (s Strings) Append(v string) {
	c := s.c
	index, known := c.dictionary[v]
	if !known {
		index = uint32(len(c.dictionary))
		c.dictionary[v] = index
		c.values = binary.LittleEndian.AppendUint32(c.values, uint32(len(v)))
		c.values = append(c.values, v...)
	}
	c.count++
	c.indexes = append(c.indexes, index)
}

// packedIndexes is one run of the hybrid encoding: all indexes, in groups of
// eight, in as few bits each as the greatest needs.
func (c *column) packedIndexes() []byte {
	width := max(1, bits.Len(uint(len(c.dictionary)-1)))
	groups := (len(c.indexes) + 7) / 8
	packed := []byte{byte(width)}
	packed = binary.AppendUvarint(packed, uint64(groups)<<1|1)
	var pending uint64
	filled := 0
	for i := range 8 * groups {
		if i < len(c.indexes) {
			pending |= uint64(c.indexes[i]) << filled
		}
		for filled += width; filled >= 8; filled -= 8 {
			packed = append(packed, byte(pending))
			pending >>= 8
		}
	}
	return packed
}
