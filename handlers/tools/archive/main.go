// Command archive packs a function's executable for Lambda: one entry, bootstrap,
// with a fixed time and mode, so that the same executable gives the same bytes.
//
//	archive EXECUTABLE ARCHIVE
package main

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: archive EXECUTABLE ARCHIVE")
	}
	if err := pack(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// pack writes beside the archive and renames, so that nobody reads half of it and
// two builds at the same time do not mix.
func pack(executable, archive string) error {
	in, err := os.Open(executable)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(archive), ".archive-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) // where it has not become the archive
	if err := write(out, in); err != nil {
		out.Close()
		return fmt.Errorf("write %s: %w", archive, err)
	}
	if err := out.Chmod(0o644); err != nil {
		out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Rename(out.Name(), archive)
}

func write(out io.Writer, executable io.Reader) error {
	packed := zip.NewWriter(out)
	packed.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.Modified = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	header.SetMode(0o755)
	entry, err := packed.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(entry, executable); err != nil {
		return err
	}
	return packed.Close()
}
