package parquet

import "encoding/binary"

// wire types of Thrift's compact protocol
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
const (
	wireTrue   = 1
	wireFalse  = 2
	wireByte   = 3
	wireI32    = 5
	wireI64    = 6
	wireBinary = 8
	wireList   = 9
	wireStruct = 12
)

// compact writes one Thrift structure; fields in the order of their numbers, all
// of which are at most 15 apart in Parquet's metadata.
type compact struct {
	bytes []byte
	last  int
}

func (s *compact) field(number, wire int) {
	s.bytes = append(s.bytes, byte((number-s.last)<<4|wire))
	s.last = number
}

func (s *compact) bool(number int, v bool) {
	if v {
		s.field(number, wireTrue)
	} else {
		s.field(number, wireFalse)
	}
}

func (s *compact) byte(number int, v byte) {
	s.field(number, wireByte)
	s.bytes = append(s.bytes, v)
}

func (s *compact) i32(number int, v int32) {
	s.field(number, wireI32)
	s.bytes = binary.AppendVarint(s.bytes, int64(v))
}

func (s *compact) i64(number int, v int64) {
	s.field(number, wireI64)
	s.bytes = binary.AppendVarint(s.bytes, v)
}

func (s *compact) binary(number int, v []byte) {
	s.field(number, wireBinary)
	s.element(v)
}

func (s *compact) structure(number int, write func(*compact)) {
	s.field(number, wireStruct)
	s.nested(write)
}

// list begins a list; its elements follow by element, element32 or nested.
func (s *compact) list(number, wire, n int) {
	s.field(number, wireList)
	if n < 15 {
		s.bytes = append(s.bytes, byte(n<<4|wire))
		return
	}
	s.bytes = binary.AppendUvarint(append(s.bytes, byte(0xf0|wire)), uint64(n))
}

func (s *compact) element(v []byte) {
	s.bytes = append(binary.AppendUvarint(s.bytes, uint64(len(v))), v...)
}

func (s *compact) element32(v int32) { s.bytes = binary.AppendVarint(s.bytes, int64(v)) }

func (s *compact) nested(write func(*compact)) {
	inner := compact{bytes: s.bytes}
	write(&inner)
	s.bytes = append(inner.bytes, 0)
}

// encode is a structure's bytes.
func encode(write func(*compact)) []byte {
	var s compact
	s.nested(write)
	return s.bytes
}
