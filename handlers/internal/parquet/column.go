package parquet

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// column collects the values of a row group.
type column struct {
	name    string
	kind    kind
	scale   int // of a decimal
	count   int64
	values  []byte // PLAIN; of a dictionary, its entries
	compare func(a, b []byte) int

	dictionary map[string]uint32 // of strings
	indexes    []uint32

	least, greatest []byte
}

func (c *column) reset() {
	c.count, c.values, c.indexes = 0, c.values[:0], c.indexes[:0]
	clear(c.dictionary)
}

// note keeps the statistics up to date.
func (c *column) note(value []byte) {
	c.count++
	if c.count == 1 {
		c.least, c.greatest = append(c.least[:0], value...), append(c.greatest[:0], value...)
		return
	}
	if c.compare(value, c.least) < 0 {
		c.least = append(c.least[:0], value...)
	} else if c.compare(value, c.greatest) > 0 {
		c.greatest = append(c.greatest[:0], value...)
	}
}

// Int64s is a column of whole numbers, or of times in microseconds since 1970.
type Int64s struct{ c *column }

// Int64 adds a column of whole numbers.
func (w *Writer) Int64(name string) Int64s {
	return Int64s{w.add(&column{name: name, kind: integer, compare: compareInt64})}
}

// Timestamp adds a column of times in UTC, in microseconds: the finest that every
// reader takes.
func (w *Writer) Timestamp(name string) Int64s {
	return Int64s{w.add(&column{name: name, kind: timestamp, compare: compareInt64})}
}

// Append gives the row its value.
func (s Int64s) Append(v int64) {
	s.c.values = binary.LittleEndian.AppendUint64(s.c.values, uint64(v))
	s.c.note(s.c.values[len(s.c.values)-8:])
}

func compareInt64(a, b []byte) int {
	x, y := int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b))
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Decimals is a column of decimals of 38 digits.
type Decimals struct{ c *column }

// Decimal adds a column of decimals with so many digits behind the point.
func (w *Writer) Decimal(name string, scale int) Decimals {
	return Decimals{w.add(&column{name: name, kind: decimal, scale: scale, compare: compareDecimal})}
}

// Append gives the row its value: a coefficient, big-endian in two's complement.
func (s Decimals) Append(coefficient [16]byte) {
	s.c.values = append(s.c.values, coefficient[:]...)
	s.c.note(coefficient[:])
}

func compareDecimal(a, b []byte) int {
	if a[0]>>7 != b[0]>>7 {
		return int(b[0]>>7) - int(a[0]>>7) // the negative one is less
	}
	return bytes.Compare(a, b)
}

// Strings is a column of text of which many values are the same.
type Strings struct{ c *column }

// String adds a column of UTF-8.
func (w *Writer) String(name string) Strings {
	return Strings{w.add(&column{name: name, kind: text, dictionary: map[string]uint32{}, compare: bytes.Compare})}
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
		c.note(c.values[len(c.values)-len(v):])
	} else {
		c.count++
	}
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
