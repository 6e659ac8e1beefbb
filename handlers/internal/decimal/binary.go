package decimal

import (
	"encoding/binary"
	"io"
)

// A number in as few bytes as its digits need, for files of the functions' own: its
// coefficient without the zeros at its end, and how many those are.

// AppendBinary appends d in a form that ReadBinary reads.
func (d Decimal) AppendBinary(to []byte) ([]byte, error) { return d.coefficient.appendBinary(to), nil }

// ReadBinary reads what AppendBinary writes.
func (d *Decimal) ReadBinary(in io.ByteReader) (err error) {
	d.coefficient, err = readBinary(in)
	return err
}

// AppendBinary appends n in a form that ReadBinary reads.
func (n Notional) AppendBinary(to []byte) ([]byte, error) {
	return binary.AppendUvarint(n.coarse.appendBinary(to), n.fine), nil
}

// ReadBinary reads what AppendBinary writes.
func (n *Notional) ReadBinary(in io.ByteReader) (err error) {
	if n.coarse, err = readBinary(in); err == nil {
		n.fine, err = binary.ReadUvarint(in)
	}
	return err
}

// appendBinary writes the sign and the zeros in one byte, and then the low and, if
// there is one, the high word of the magnitude.
func (x int128) appendBinary(to []byte) []byte {
	hi, lo := x.magnitude()
	zeros := 0
	for hi == 0 && lo != 0 && lo%10 == 0 || hi != 0 && zeros < Scale && divisible(hi, lo) {
		hi, lo = dividedByTen(hi, lo)
		zeros++
	}
	head := byte(zeros << 2)
	if x.hi < 0 {
		head |= 1
	}
	if hi != 0 {
		head |= 2
	}
	to = binary.AppendUvarint(append(to, head), lo)
	if hi != 0 {
		to = binary.AppendUvarint(to, hi)
	}
	return to
}

func readBinary(in io.ByteReader) (int128, error) {
	head, err := in.ReadByte()
	if err != nil {
		return int128{}, err
	}
	lo, err := binary.ReadUvarint(in)
	if err != nil {
		return int128{}, err
	}
	hi := uint64(0)
	if head&2 != 0 {
		if hi, err = binary.ReadUvarint(in); err != nil {
			return int128{}, err
		}
	}
	for range head >> 2 {
		hi, lo = timesTenPlus(hi, lo, 0)
	}
	x, ok := signed(head&1 != 0, hi, lo)
	if !ok {
		return int128{}, ErrRange
	}
	return x, nil
}
