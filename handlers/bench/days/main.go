// Command days takes the files of a trading day in, one after the other, as the
// aggregator does, over a bucket on disk, then a correction of the first, and says what
// that took: bytes, objects, time. Its memory is for whoever runs it to watch.
//
//	go run ./bench/days [--files 1440] [--symbols 2000] [--fresh]
//
// With --fresh no symbol comes twice.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/summary"
)

// report is what is printed.
type report struct {
	Files             int     `json:"files"`
	OwnBytes          int64   `json:"ownBytes"`
	Read              int64   `json:"readBytes"`
	Written           int64   `json:"writtenBytes"` // the files' own among them
	Ratio             float64 `json:"ratio"`        // read and written, by the files' own
	Nodes             int     `json:"nodes"`
	MostObjects       int     `json:"mostObjects"` // that the day ever consists of
	CorrectionReads   int     `json:"correctionReads"`
	CorrectionSeconds float64 `json:"correctionSeconds"`
	Rows              int64   `json:"rows"` // of the day, read to its end
}

func main() {
	files := flag.Int("files", 1440, "files of the day")
	symbols := flag.Int("symbols", 2000, "symbols of a file")
	fresh := flag.Bool("fresh", false, "no symbol comes twice")
	flag.Parse()
	found, err := run(*files, *symbols, *fresh)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(found)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "days:", err)
		os.Exit(1)
	}
}

func run(files, symbols int, fresh bool) (r report, err error) {
	folder, err := os.MkdirTemp("", "days-*")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	disk := &disk{folder: folder}
	tree := days.Tree{Bucket: disk, Fanout: days.Fanout, Feed: "acme/f", Date: "2013-10-07"}
	var day feed.Day
	process := func(number int) error {
		first := 0
		if fresh {
			first = number * symbols
		}
		before := disk.written
		err := write(disk.Create(ctx, objects.DaysKey(tree.Feed, tree.Date, int64(number)), objects.Parquet, nil), number, first, symbols)
		r.OwnBytes += disk.written - before
		return err
	}
	for number := 1; number <= files; number++ {
		if err := process(number); err != nil {
			return r, err
		}
		if err := tree.Add(ctx, &day, int64(number)); err != nil {
			return r, err
		}
		r.MostObjects = max(r.MostObjects, len(tree.Objects(day)))
	}
	r.Files, r.Read, r.Written, r.Nodes = files, disk.read, disk.written, disk.created-files
	r.Ratio = float64(r.Read+r.Written) / float64(r.OwnBytes)
	if err := process(1); err != nil {
		return r, err
	}
	opened, began := disk.opened, time.Now()
	if err := tree.Add(ctx, &day, 1); err != nil {
		return r, err
	}
	r.CorrectionReads, r.CorrectionSeconds = disk.opened-opened, time.Since(began).Seconds()
	return r, tree.Read(ctx, day, func(*days.Row) error {
		r.Rows++
		return nil
	})
}

// write writes what a file comes to.
func write(upload objects.Upload, number, first, symbols int) error {
	out := days.NewWriter(upload, int64(number))
	for i := range symbols {
		price, size := decimal.New(uint64(100_000_000_000+number*7919+i*104729)), decimal.New(uint64(1+(number+i)%997)*1_000_000_000)
		notional, err := price.Mul(size)
		if err != nil {
			return err
		}
		at := summary.Time(1381104000_000_000_000 + int64(number)*60_000_000_000 + int64(i)*997)
		s := summary.Stats{
			Open: price, High: price, Low: price, Close: price, OpenTime: at, CloseTime: at + 7_000_000_000,
			Volume: size, Notional: notional, Trades: int64(1 + i%9),
		}
		if err := out.Write(fmt.Sprintf("SYM%09d", first+i), &s); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return upload.Complete("")
}

// disk is a bucket in a folder that counts what is done.
type disk struct {
	folder          string
	opened, created int
	read, written   int64
}

func (d *disk) path(key string) string { return filepath.Join(d.folder, filepath.FromSlash(key)) }

func (d *disk) Open(_ context.Context, key, _ string) (io.ReadCloser, error) {
	file, err := os.Open(d.path(key))
	if err != nil {
		return nil, err
	}
	d.opened++
	return body{file, d}, nil
}

type body struct {
	*os.File
	disk *disk
}

func (b body) Read(p []byte) (int, error) {
	n, err := b.File.Read(p)
	b.disk.read += int64(n)
	return n, err
}

func (d *disk) Head(_ context.Context, key string) (objects.Head, error) {
	children, err := os.ReadFile(d.path(key) + ".children")
	if err != nil {
		return objects.Head{}, objects.ErrMissing
	}
	return objects.Head{ETag: "any", Metadata: map[string]string{"children": string(children)}}, nil
}

func (d *disk) Write(context.Context, string, string, []byte) error {
	panic("days writes no small object")
}

func (d *disk) Create(_ context.Context, key, _ string, metadata map[string]string) objects.Upload {
	path := d.path(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		panic(err)
	}
	file, err := os.Create(path + ".new")
	if err != nil {
		panic(err)
	}
	d.created++
	return &upload{file, d, path, metadata["children"]}
}

type upload struct {
	*os.File
	disk           *disk
	path, children string
}

func (u *upload) Write(p []byte) (int, error) {
	u.disk.written += int64(len(p))
	return u.File.Write(p)
}

// Complete implements objects.Upload; nobody else writes here.
func (u *upload) Complete(string) error {
	if err := u.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(u.path+".children", []byte(u.children), 0o600); err != nil {
		return err
	}
	return os.Rename(u.path+".new", u.path)
}
