package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestTheSameExecutableGivesTheSameBytes(t *testing.T) {
	folder := t.TempDir()
	executable := filepath.Join(folder, "executable")
	if err := os.WriteFile(executable, bytes.Repeat([]byte("code"), 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
	var archives [2][]byte
	for i := range archives {
		archive := filepath.Join(folder, "function.zip")
		if err := pack(executable, archive); err != nil {
			t.Fatal(err)
		}
		var err error
		if archives[i], err = os.ReadFile(archive); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the archives differ")
	}
	packed, err := zip.NewReader(bytes.NewReader(archives[0]), int64(len(archives[0])))
	if err != nil {
		t.Fatal(err)
	}
	if len(packed.File) != 1 || packed.File[0].Name != "bootstrap" || packed.File[0].Mode() != 0o755 {
		t.Fatalf("entries %+v", packed.File)
	}
	entry, err := packed.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(entry); err != nil || len(body) != 40_000 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestAMissingExecutableLeavesNoArchive(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "function.zip")
	if err := pack(filepath.Join(t.TempDir(), "missing"), archive); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(archive); !os.IsNotExist(err) {
		t.Error("an archive is there")
	}
}
