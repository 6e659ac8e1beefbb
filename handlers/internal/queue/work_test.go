package queue

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var seventh = Work{
	Partner: "acme", Feed: "us-equities", File: "7/x.csv", Number: 7, Revision: 1,
	Bucket: "uploads-bucket-dev", Key: "uploads/acme/us-equities/7/x.csv", VersionID: "3sL4kqtJlcpXroDTDmJ",
}

func TestTheMessageIsAsTheSeamHasIt(t *testing.T) {
	golden, err := os.ReadFile("testdata/work.json")
	if err != nil {
		t.Fatal(err)
	}
	body, err := seventh.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(golden)), body); diff != "" {
		t.Error(diff)
	}
	work, err := Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seventh, work); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoWorkIsRefusedWithItsReason(t *testing.T) {
	good, err := seventh.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, reason string }{
		"no JSON":         {good, "hello", "is not work"},
		"another type":    {`"number":7`, `"number":"7"`, "is not work"},
		"more behind it":  {"}", "} {}", "is not work"},
		"no partner":      {`"partner":"acme"`, `"partner":""`, "names no file"},
		"a hostile feed":  {`"feed":"us-equities"`, `"feed":"../x"`, "names no file"},
		"another key":     {`us-equities/7/x.csv"`, `us-equities/8/x.csv"`, "key is not its file's"},
		"no number":       {`"number":7`, `"number":0`, "number is out of range"},
		"another number":  {`"number":7`, `"number":8`, "not its file's sequence"},
		"no revision":     {`"revision":1`, `"revision":0`, "revision is out of range"},
		"a huge number":   {`"number":7`, `"number":1000000000000000000`, "number is out of range"},
		"a huge revision": {`"revision":1`, `"revision":1000000`, "revision is out of range"},
		"no version":      {"3sL4kqtJlcpXroDTDmJ", "", "lacks bucket or versionId"},
		"no bucket":       {"uploads-bucket-dev", "", "lacks bucket or versionId"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(strings.Replace(good, c.old, c.new, 1))
			if err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
}

func TestNumbersAndRevisionsMayHaveAllTheirDigits(t *testing.T) {
	for _, number := range []int64{1, 999_999_999_999_999_999} {
		for _, revision := range []int64{1, 999_999} {
			work := seventh.Of(number, revision, "x.csv", "v")
			body, err := work.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Decode(body); err != nil || got != work {
				t.Errorf("%s becomes %+v, %v", body, got, err)
			}
		}
	}
}

func TestOnlyARepeatOfTheSameCauseIsDropped(t *testing.T) {
	q := new(Memory)
	for _, cause := range []string{Cause("m1", seventh), Cause("m1", seventh), Cause("m2", seventh)} {
		if err := q.Send(context.Background(), seventh, cause); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"m1-7-1", "m2-7-1"}, q.Causes); diff != "" || len(q.Sent) != 2 {
		t.Errorf("%d messages were sent, want 2\n%s", len(q.Sent), diff)
	}
}

// FuzzDecode: whatever is taken as work can be sent on and is then the same work.
func FuzzDecode(f *testing.F) {
	if good, err := seventh.Encode(); err == nil {
		f.Add(good)
	}
	f.Add(`{"partner":"acme"}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, body string) {
		work, err := Decode(body)
		if err != nil {
			return
		}
		again, err := work.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if same, err := Decode(again); err != nil || same != work {
			t.Fatalf("%q becomes %+v, then %+v (%v)", body, work, same, err)
		}
	})
}
