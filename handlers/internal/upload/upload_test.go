package upload

import (
	"errors"
	"strings"
	"testing"
)

func TestKeysOfTheGrammarAreRead(t *testing.T) {
	for key, want := range map[string]File{
		"uploads/acme/us-equities/x.csv":                     {"acme", "us-equities", "x.csv", 0, 0},
		"uploads/acme/us-equities/x.txt.zst":                 {"acme", "us-equities", "x.txt.zst", 0, 0},
		"uploads/acme/us-equities/BTC-2026-01-05.zip":        {"acme", "us-equities", "BTC-2026-01-05.zip", 0, 0},
		"uploads/acme/us-equities/x.csv.gz":                  {"acme", "us-equities", "x.csv.gz", 0, 0},
		"uploads/acme/us-equities/7/x.csv":                   {"acme", "us-equities", "7/x.csv", 7, 0},
		"uploads/acme/us-equities/0007/x.csv":                {"acme", "us-equities", "0007/x.csv", 7, 0},
		"uploads/acme/f/999999999999999999/x.csv":            {"acme", "f", "999999999999999999/x.csv", 999999999999999999, 0},
		"uploads/4cast/2nd-feed/2013-10-07_IBM.csv":          {"4cast", "2nd-feed", "2013-10-07_IBM.csv", 0, 0},
		"uploads/az/09-/x.csv":                               {"az", "09-", "x.csv", 0, 0},
		"uploads/" + strings.Repeat("a", 40) + "/b/x.csv":    {strings.Repeat("a", 40), "b", "x.csv", 0, 0},
		"uploads/a/b/größe & 100%.csv":                       {"a", "b", "größe & 100%.csv", 0, 0},
		"uploads/a/b/" + strings.Repeat("n", 200) + ".csv":   {"a", "b", strings.Repeat("n", 200) + ".csv", 0, 0},
		"uploads/a/b/20260105/x.csv":                         {"a", "b", "20260105/x.csv", 0, 20260105},
		"uploads/a/b/20261305/x.csv":                         {"a", "b", "20261305/x.csv", 20261305, 0}, // no date
		"uploads/a/b/10000105/x.csv":                         {"a", "b", "10000105/x.csv", 10000105, 0}, // no year of markets
		"uploads/a/b/020260105/x.csv":                        {"a", "b", "020260105/x.csv", 20260105, 0},
		"uploads/a/b/2026/x.csv":                             {"a", "b", "2026/x.csv", 2026, 0}, // a year alone
		"uploads/a/b/202601/x.csv":                           {"a", "b", "202601/x.csv", 202601, 0},
		"uploads/a/b/2026-01-05/x.csv":                       {"a", "b", "2026-01-05/x.csv", 0, 0},
		"uploads/a/b/2026-01/x.csv":                          {"a", "b", "2026-01/x.csv", 0, 0},
		"uploads/a/b/2026/01/x.csv":                          {"a", "b", "2026/01/x.csv", 0, 0},
		"uploads/a/b/2026/01/05/x.csv":                       {"a", "b", "2026/01/05/x.csv", 0, 0},
		"uploads/a/b/2026/01/05/14/x.csv":                    {"a", "b", "2026/01/05/14/x.csv", 0, 0},
		"uploads/a/b/20260105/14/x.csv":                      {"a", "b", "20260105/14/x.csv", 0, 0},
		"uploads/a/b/dt=2026-01-05/x.csv":                    {"a", "b", "dt=2026-01-05/x.csv", 0, 0},
		"uploads/a/b/symbol=IBM/dt=2026-01-05/hour=14/x.csv": {"a", "b", "symbol=IBM/dt=2026-01-05/hour=14/x.csv", 0, 0},
	} {
		got, err := Parse(key)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", key, got, err, want)
		}
		if got.Key() != key {
			t.Errorf("the key of %q is %q", key, got.Key())
		}
	}
}

func TestNamesOutsideTheGrammarSayWhy(t *testing.T) {
	for name, reason := range map[string]string{
		"x.pdf":                           "does not end as a data file's does: .csv, .txt, .tsv, .psv, .gz, .zip, .zst",
		"x.csv.tmp":                       "does not end as",
		"x.CSV":                           "does not end as",
		".csv":                            "is empty",
		".csv.gz":                         "is empty",
		strings.Repeat("n", 201) + ".csv": "longer than 200 bytes",
		"0/x.csv":                         "the sequence is 0",
		"1000000000000000000/x.csv":       "more than 18 digits",
		"-7/x.csv":                        "not a sequence",
		"2026/13/x.csv":                   "not a sequence",
		"2026/02/30/x.csv":                "not a sequence",
		"=5/x.csv":                        "not a sequence",
		"dt=/x.csv":                       "not a sequence",
		"d t=5/x.csv":                     "not a sequence",
		"2026-01-05/IBM/x.csv":            `the folder "IBM" is not a sequence`,
		"2026-01-05//x.csv":               "not a sequence",
		"20260105/25/x.csv":               `the folder "25" is not`,
		"20260105/x.pdf":                  "does not end as",
		"seven/x.csv":                     "not a sequence",
		"/x.csv":                          "not a sequence",
		"7/8/x.csv":                       "not a sequence",
		"/":                               "not a sequence",
		"1:/x.csv":                        "not a sequence",
		"1./x.csv":                        "not a sequence",
		strings.Repeat("n", 512):          "does not end as",
		"7/":                              "does not end as",
	} {
		file, err := Parse("uploads/acme/f/" + name)
		var fault *NameError
		if !errors.As(err, &fault) || !strings.Contains(fault.Reason, reason) {
			t.Errorf("Parse(%q) fails with %v, want %q", name, err, reason)
		}
		if file.Name != name || file.Sequence != 0 || file.Dated != 0 {
			t.Errorf("Parse(%q) = %+v: a file can be rejected under its name", name, file)
		}
	}
}

func TestKeysWithoutPartnerAndFeedAreUnrecognised(t *testing.T) {
	for _, key := range []string{
		"", "uploads", "uploads/", "uploads/acme", "uploads/acme/x.csv", "uploads/acme/f/", "results/acme/f/x.csv",
		"uploads//f/x.csv", "uploads/acme//x.csv", "uploads/Acme/f/x.csv", "uploads/123/f/x.csv", "uploads/acme/123/x.csv",
		"uploads/" + strings.Repeat("a", 41) + "/f/x.csv", "uploads/acme/f/x\n.csv", "uploads/acme/f/\xff.csv",
		"uploads/acme/f/" + strings.Repeat("n", 513), "uploads/../f/x.csv", "uploads/acme/f/\nx.csv",
		"uploads/a`/f/x.csv", "uploads/a{/f/x.csv", "uploads/a:/f/x.csv", "uploads/a_/f/x.csv",
	} {
		if _, err := Parse(key); !errors.Is(err, ErrUnrecognised) {
			t.Errorf("Parse(%q) fails with %v, want ErrUnrecognised", key, err)
		}
	}
	if file, err := New("acme/f", "g", "x.csv"); !errors.Is(err, ErrUnrecognised) {
		t.Errorf("a partner with a slash is read as %+v, %v", file, err)
	}
}

func TestAnUnrecognisedKeySaysWhy(t *testing.T) {
	for key, reason := range map[string]string{
		"uploads/acme/x.csv":                              "it is not uploads/{partner}/{feed}/{name}",
		"uploads/Acme/f/x.csv":                            `the partner "Acme" is not 1 to 40`,
		"uploads/acme/US_Equities/x.csv":                  `the feed "US_Equities" is not 1 to 40`,
		"uploads/acme/" + strings.Repeat("A", 900) + "/x": `the feed "` + strings.Repeat("A", 40) + `" is not 1 to 40`,
		"uploads/acme/f/":                                 "the name is empty",
		"uploads/acme/f/x\ty.csv":                         "the name has a control character",
		"uploads/acme/f/\xff.csv":                         "the name is not UTF-8",
		"uploads/acme/f/" + strings.Repeat("n", 513):      "is longer than 512 bytes",
	} {
		if _, err := Parse(key); !errors.Is(err, ErrUnrecognised) || !strings.Contains(err.Error(), reason) {
			t.Errorf("Parse(%q) fails with %v, want %q", key, err, reason)
		}
	}
}

func TestTheGrammarEndsWhereItSays(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "z": true, "a0": true, "a9": true, "-": true, strings.Repeat("a", 40): true,
		strings.Repeat("a", 41): false, "a/": false, "a:": false, "`": false, "{": false, "ä": false,
	} {
		if ValidPartner(name) != want {
			t.Errorf("%q is valid: %v", name, !want)
		}
	}
	if _, err := New("a", "b", strings.Repeat("n", 512)); errors.Is(err, ErrUnrecognised) {
		t.Error("the longest name that can be recorded is not")
	}
}

// FuzzParse holds every key to: what is read gives the key back, and its parts are
// within the grammar.
func FuzzParse(f *testing.F) {
	for _, key := range []string{
		"uploads/acme/us-equities/7/x.csv", "uploads/a/b/x.csv.gz", "uploads/a/b/00/x.csv", "uploads/1/2/3", "uploads/a/b/2026/01/05/x.csv", "uploads/a/b/20260105/x.csv", "uploads/a/b/dt=1/x.csv", "uploads/a/b/\x00.csv",
	} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		file, err := Parse(key)
		if errors.Is(err, ErrUnrecognised) {
			if file != (File{}) {
				t.Fatalf("%q is unrecognised and read as %+v", key, file)
			}
			return
		}
		if file.Key() != key {
			t.Fatalf("%q is read as %+v", key, file)
		}
		if !ValidPartner(file.Partner) || !ValidPartner(file.Feed) || len(file.Name) > maxRecordableBytes {
			t.Fatalf("%q is read as %+v", key, file)
		}
		if number := file.Sequence + file.Dated; err != nil && number != 0 || number < 0 || number > 999_999_999_999_999_999 ||
			file.Sequence != 0 && file.Dated != 0 {
			t.Fatalf("%q has the sequence %d (%v)", key, file.Sequence, err)
		}
	})
}
