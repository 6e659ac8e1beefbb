package parquet

// The numbers of fields and of the members of enumerations are those of
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.

// kind is a column's logical type.
type kind int

const (
	integer kind = iota
	timestamp
	decimal
	text
)

// physical types
const (
	typeInt64     = 2
	typeByteArray = 6
	typeFixed     = 7
)

func (k kind) physical() int32 {
	return [...]int32{integer: typeInt64, timestamp: typeInt64, decimal: typeFixed, text: typeByteArray}[k]
}

// encodings
const (
	plain         = 0
	rle           = 3
	rleDictionary = 8
)

func (c *column) encoding() int32 {
	if c.dictionary != nil {
		return rleDictionary
	}
	return plain
}

const (
	formatVersion = 2
	snappy        = 1
	precision     = 38
	createdBy     = "market-data-pipeline version 1.0 (build 1)"
)

func nothing(*compact) {}

// element writes a column's SchemaElement.
func (c *column) element(s *compact) {
	s.i32(1, c.kind.physical())
	if c.kind == decimal {
		s.i32(2, 16)
	}
	s.i32(3, 0) // required
	s.binary(4, []byte(c.name))
	switch c.kind {
	case integer:
		s.i32(6, 18) // INT_64, for old readers; likewise below
		s.structure(10, func(logical *compact) {
			logical.structure(10, func(s *compact) { s.byte(1, 64); s.bool(2, true) })
		})
	case timestamp:
		s.i32(6, 10)
		s.structure(10, func(logical *compact) {
			logical.structure(8, func(s *compact) {
				s.bool(1, true) // in UTC
				s.structure(2, func(unit *compact) { unit.structure(2, nothing) })
			})
		})
	case decimal:
		s.i32(6, 5)
		s.i32(7, int32(c.scale))
		s.i32(8, precision)
		s.structure(10, func(logical *compact) {
			logical.structure(5, func(s *compact) { s.i32(1, int32(c.scale)); s.i32(2, precision) })
		})
	case text:
		s.i32(6, 0)
		s.structure(10, func(logical *compact) { logical.structure(1, nothing) })
	}
}

// pageHeader writes the part of a PageHeader that is its kind's own.
type pageHeader struct {
	kind int32
	own  func(*compact)
}

func (h pageHeader) encode(uncompressed, compressed int, checksum uint32) []byte {
	return encode(func(s *compact) {
		s.i32(1, h.kind)
		s.i32(2, int32(uncompressed))
		s.i32(3, int32(compressed))
		s.i32(4, int32(checksum))
		h.own(s)
	})
}

func dataHeader(rows int64, encoding int32) pageHeader {
	return pageHeader{0, func(s *compact) {
		s.structure(5, func(s *compact) {
			s.i32(1, int32(rows))
			s.i32(2, encoding)
			s.i32(3, rle) // levels, of which required columns have none
			s.i32(4, rle)
		})
	}}
}

func dictionaryHeader(entries int) pageHeader {
	return pageHeader{2, func(s *compact) {
		s.structure(7, func(s *compact) { s.i32(1, int32(entries)); s.i32(2, plain) })
	}}
}

// footer is the FileMetaData.
func (w *Writer) footer() []byte {
	return encode(func(s *compact) {
		s.i32(1, formatVersion)
		s.list(2, wireStruct, len(w.columns)+1)
		s.nested(func(root *compact) { root.binary(4, []byte("schema")); root.i32(5, int32(len(w.columns))) })
		for _, c := range w.columns {
			s.nested(c.element)
		}
		s.i64(3, w.total)
		s.list(4, wireStruct, len(w.groups))
		for _, g := range w.groups {
			s.nested(func(s *compact) { w.group(s, g) })
		}
		if len(w.notes) > 0 {
			s.list(5, wireStruct, len(w.notes))
		}
		for _, note := range w.notes {
			s.nested(func(pair *compact) { pair.binary(1, []byte(note[0])); pair.binary(2, []byte(note[1])) })
		}
		s.binary(6, []byte(createdBy))
		s.list(7, wireStruct, len(w.columns)) // every column's order is its type's
		for range w.columns {
			s.nested(func(order *compact) { order.structure(1, nothing) })
		}
	})
}

func (w *Writer) group(s *compact, g group) {
	var compressed, uncompressed int64
	s.list(1, wireStruct, len(g.chunks))
	for i, k := range g.chunks {
		s.nested(func(s *compact) {
			s.i64(2, 0) // no longer in use
			s.structure(3, func(s *compact) { w.columns[i].metadata(s, g.rows, k) })
		})
		compressed, uncompressed = compressed+k.compressed, uncompressed+k.uncompressed
	}
	s.i64(2, uncompressed)
	s.i64(3, g.rows)
	s.i64(5, g.chunks[0].start)
	s.i64(6, compressed)
}

func (c *column) metadata(s *compact, rows int64, k chunk) {
	s.i32(1, c.kind.physical())
	if c.dictionary == nil {
		s.list(2, wireI32, 1)
	} else {
		s.list(2, wireI32, 2)
		s.element32(rleDictionary)
	}
	s.element32(plain)
	s.list(3, wireBinary, 1)
	s.element([]byte(c.name))
	s.i32(4, snappy)
	s.i64(5, rows)
	s.i64(6, k.uncompressed)
	s.i64(7, k.compressed)
	s.i64(9, k.data)
	if c.dictionary != nil {
		s.i64(11, k.start)
	}
	s.structure(12, func(s *compact) {
		s.i64(3, 0) // nulls
		s.binary(5, k.greatest)
		s.binary(6, k.least)
	})
}
