package trades

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// zipped reads the one file in a zip archive as it comes, from the archive's
// beginning, for an object cannot be read from its end and then again. Folders
// before and behind it have no content and do not count.
type zipped struct {
	origin *origin
	in     *bufio.Reader

	inside  bool // of the file
	found   bool // the file
	flagged bool // its sizes follow it
	zip64   bool
	crc     uint32 // as its header has it
	left    uint64 // bytes of it where it is not compressed
	packed  io.ReadCloser
	sum     hash.Hash32
}

// What begins the parts of an archive, as numbers.
const (
	zipFile      = 0x04034b50
	zipDirectory = 0x02014b50
	zipEnd       = 0x06054b50
	zipEnd64     = 0x06064b50
	zipExtra     = 0x08064b50 // archive extra data
	zipDescribes = 0x08074b50

	zipFileBytes   = 30
	zipEncrypted   = 1
	zipSizesFollow = 1 << 3
	zipStored      = 0
	zipDeflated    = 8
	zip64Tag       = 1
)

func (z *zipped) Read(p []byte) (n int, err error) {
	if !z.inside {
		if err := z.next(); err != nil {
			return 0, z.fault(err)
		}
	}
	if z.packed != nil {
		n, err = z.packed.Read(p)
	} else if z.left == 0 {
		err = io.EOF
	} else {
		n, err = z.in.Read(p[:min(uint64(len(p)), z.left)])
		z.left -= uint64(n)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	z.sum.Write(p[:n])
	if err == io.EOF {
		z.inside = false
		err = z.described()
	}
	return n, z.fault(err)
}

// next finds the file, or the archive's end.
func (z *zipped) next() error {
	for {
		signature, err := z.in.Peek(4)
		if err != nil {
			return unexpected(err)
		}
		switch binary.LittleEndian.Uint32(signature) {
		case zipFile:
		case zipDirectory, zipEnd, zipEnd64, zipExtra:
			if !z.found {
				return fileFault(ZipFiles)
			}
			return z.rest()
		default:
			return fileFault(CorruptZip)
		}
		folder, err := z.open()
		if err != nil || !folder {
			return err
		}
	}
}

// rest reads the archive's directory: what it says is known.
func (z *zipped) rest() error {
	_, err := io.Copy(io.Discard, z.in)
	if err == nil {
		err = io.EOF
	}
	return err
}

// open reads the header of an entry and says whether it is a folder.
func (z *zipped) open() (folder bool, err error) {
	var header [zipFileBytes]byte
	if _, err := io.ReadFull(z.in, header[:]); err != nil {
		return false, unexpected(err)
	}
	flags, method := binary.LittleEndian.Uint16(header[6:]), binary.LittleEndian.Uint16(header[8:])
	packed, size := binary.LittleEndian.Uint32(header[18:]), uint64(binary.LittleEndian.Uint32(header[22:]))
	name := make([]byte, binary.LittleEndian.Uint16(header[26:]))
	extra := make([]byte, binary.LittleEndian.Uint16(header[28:]))
	for _, part := range [][]byte{name, extra} {
		if _, err := io.ReadFull(z.in, part); err != nil {
			return false, unexpected(err)
		}
	}
	if len(name) > 0 && name[len(name)-1] == '/' && size == 0 && flags&zipSizesFollow == 0 {
		_, err := z.in.Discard(int(packed))
		return true, unexpected(err)
	}
	if z.found {
		return false, fileFault(ZipFiles)
	}
	z.zip64 = false
	for len(extra) >= 4 {
		tag, length := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if length > len(extra) {
			break
		}
		if tag == zip64Tag {
			z.zip64 = true
			if size == 1<<32-1 && length >= 8 {
				size = binary.LittleEndian.Uint64(extra)
			}
		}
		extra = extra[length:]
	}
	z.found, z.inside, z.flagged = true, true, flags&zipSizesFollow != 0
	z.crc, z.left, z.sum = binary.LittleEndian.Uint32(header[14:]), size, crc32.NewIEEE()
	switch {
	case flags&zipEncrypted != 0, method != zipStored && method != zipDeflated, method == zipStored && z.flagged:
		return false, fileFault(ZipMethod)
	case method == zipDeflated:
		z.packed = flate.NewReader(z.in)
	}
	return false, nil
}

// described reads what follows the file, and checks its checksum.
func (z *zipped) described() error {
	if z.flagged {
		signature, err := z.in.Peek(4)
		if err != nil {
			return unexpected(err)
		}
		if binary.LittleEndian.Uint32(signature) == zipDescribes { // which may be left out
			_, _ = z.in.Discard(4)
		}
		var descriptor [20]byte
		length := 12
		if z.zip64 {
			length = 20
		}
		if _, err := io.ReadFull(z.in, descriptor[:length]); err != nil {
			return unexpected(err)
		}
		z.crc = binary.LittleEndian.Uint32(descriptor[:])
		// Writers that do not know the size beforehand may have used the long form
		// without saying so: then what follows here is no beginning of a part.
		if next, err := z.in.Peek(12); !z.zip64 && err == nil && !isPart(next) && isPart(next[8:]) {
			_, _ = z.in.Discard(8)
		}
	}
	if z.crc != z.sum.Sum32() {
		return fileFault(CorruptZip)
	}
	return nil
}

func isPart(next []byte) bool {
	switch binary.LittleEndian.Uint32(next) {
	case zipFile, zipDirectory, zipEnd, zipEnd64, zipExtra:
		return true
	}
	return false
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (z *zipped) fault(err error) error {
	switch err.(type) {
	case nil, fileFault:
		return err
	}
	switch {
	case z.origin.err != nil:
		return z.origin.err
	case err == io.EOF:
		return io.EOF
	case err == io.ErrUnexpectedEOF:
		return fileFault(TruncatedZip)
	}
	return fileFault(CorruptZip)
}
