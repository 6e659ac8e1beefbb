package inspect

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const canonical = `{"title": "c", "source": ["s"], "columns": ["timestamp", "symbol", "price", "size"],
	"timestamp": {"column": "timestamp", "rfc3339": "utc"}, "symbol": {"column": "symbol"}, "price": {"column": "price"}, "size": {"column": "size"},
	"leave-out": [{"column": "size", "is": ["0"], "reason": "no size"}], "order": "time"}`

const numbered = `{"title": "n", "source": ["s"], "columns": ["time", "price", "size"], "header": "none", "file-name": {"pattern": "(?P<symbol>[A-Z]+)\\.csv"},
	"timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"file-name": "symbol"}, "price": {"column": "price"}, "size": {"column": "size"}, "order": "time"}`

// loose takes what canonical takes, and understands less of it.
const loose = `{"title": "l", "source": ["s"], "columns": ["timestamp", "price"], "ignored": "rest",
	"timestamp": {"column": "timestamp", "rfc3339": "any"}, "symbol": {"constant": "X"}, "price": {"column": "price"}, "size": {"column": "price"}, "order": "none"}`

const trades2 = "timestamp,symbol,price,size\n2013-10-07T08:00:30.270Z,IBM,181.52,283\n2013-10-08T08:00:31Z,AIG,49.10,0\n2013-10-08T08:00:31Z,AIG,49.10,5\n"

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask gives the answer to a request as a document.
func ask(t *testing.T, request map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Main(context.Background(), bytes.NewReader(body), &out); err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return answer
}

func formats(bodies ...string) map[string]any {
	all := map[string]any{}
	for i, body := range bodies {
		all[[]string{"canonical", "loose", "numbered"}[i]] = json.RawMessage(body)
	}
	return all
}

func TestWithAFormatAFileIsReadAsThePipelineReadsIt(t *testing.T) {
	path := file(t, "x.csv", trades2)
	answer := ask(t, map[string]any{"files": []string{path}, "formats": formats(canonical), "format": "canonical", "rows": 1})
	got, _ := json.Marshal(answer["files"].([]any)[0])
	want := `{"container":"none","days":{"2013-10-07":1,"2013-10-08":1},"faults":{"byReason":{},"count":0,"first":[]},"file":"` + path + `","format":"canonical","hash":`
	if !strings.HasPrefix(string(got), want) || !strings.Contains(string(got), `"leftOut":{"no size":1},"rows":3,"symbols":2,"trades":[{"counts":["open","high","low","close","volume"],"price":"181.52","row":1,"size":"283","symbol":"IBM","time":"2013-10-07T08:00:30.27Z"}]`) {
		t.Errorf("%s", got)
	}
}

func TestFaultsAreThoseOfTheReport(t *testing.T) {
	path := file(t, "x.csv", strings.Replace(trades2, "181.52", "cheap", 1))
	answer := ask(t, map[string]any{"files": []string{path}, "formats": formats(canonical), "format": "canonical"})
	got, _ := json.Marshal(answer["files"].([]any)[0].(map[string]any)["faults"])
	if want := `{"byReason":{"not a decimal number such as 181.52":1},"count":1,"first":[{"column":"price","line":2,"reason":"not a decimal number such as 181.52","remedy":"write a number such as 181.52","value":"cheap"}]}`; string(got) != want {
		t.Errorf("%s", got)
	}
}

func TestWithoutAFormatThoseThatFitAreToldBestFirst(t *testing.T) {
	path := file(t, "x.csv", trades2)
	answer := ask(t, map[string]any{"files": []string{path}, "formats": formats(canonical, loose, numbered)})
	got := answer["files"].([]any)[0].(map[string]any)
	var fits []string
	for _, fit := range got["fits"].([]any) {
		fits = append(fits, fit.(map[string]any)["format"].(string))
	}
	if strings.Join(fits, " ") != "canonical loose" {
		t.Errorf("%v", fits)
	}
}

func TestADraftReadsTheFileItWasMadeFrom(t *testing.T) {
	for name, content := range map[string]string{
		"a.csv":         trades2[:len(trades2)-len("2013-10-08T08:00:31Z,AIG,49.10,5\n")-len("2013-10-08T08:00:31Z,AIG,49.10,0\n")],
		"XBTUSD.csv":    "1767625200,91999.9,0.00210000\n1767625200,92000.0,0.12000000\n",
		"BTC-spot.csv":  "4512345678,92000.01000000,0.00011000,10.12000110,1767625200000123,True,True\n",
		"german.csv":    "Datum;Uhrzeit;ISIN;Kurs;Menge\r\n05.01.2026;16:00:00,123;DE0007164600;1.234,50;1.000,0\r\n",
		"AAPL_tick.csv": "2026-01-05 04:00:00.004|243.1|100.0\n",
		"zone.csv":      "time,price,size,ticker\n20260105 10:00:00 US/Eastern,243.1,100,AAPL\n",
		"bitmex.csv":    "timestamp,symbol,side,size,price\n2026-01-05D00:00:25.948313000,ADAZ18,Sell,166774,9.54e-06\n",
	} {
		path := file(t, name, content)
		found := ask(t, map[string]any{"files": []string{path}, "formats": map[string]any{}})["files"].([]any)[0].(map[string]any)
		again := ask(t, map[string]any{"files": []string{path}, "formats": map[string]any{"draft": found["draft"]}, "format": "draft", "rows": 5})
		if again["error"] != nil {
			t.Errorf("%s: %v", name, again)
			continue
		}
		reading := again["files"].([]any)[0].(map[string]any)
		if reading["faults"].(map[string]any)["count"] != 0.0 || len(reading["trades"].([]any)) == 0 {
			t.Errorf("%s: %v\n%v", name, found, reading)
		}
	}
}

func TestWhatAFileLooksLikeIsTold(t *testing.T) {
	utf16 := "\xff\xfe"
	for _, c := range strings.ReplaceAll(trades2, "\n", "\r\n") {
		utf16 += string([]byte{byte(c), 0})
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(utf16))
	_ = z.Close()
	path := file(t, "x.csv", packed.String())
	found := ask(t, map[string]any{"files": []string{path}, "formats": map[string]any{}})["files"].([]any)[0].(map[string]any)["found"]
	got, _ := json.Marshal(found)
	want := `{"columns":["timestamp","symbol","price","size"],"container":"gzip","delimiter":",","encoding":"utf-16","header":true,"lineEnds":"lf","timestampUnit":"rfc3339"}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}

func TestWhatCannotBeTriedIsAnError(t *testing.T) {
	if answer := ask(t, map[string]any{"formats": map[string]any{"x": map[string]any{}}}); !strings.Contains(answer["error"].(string), "format x: the format: {}: lacks title") {
		t.Errorf("%v", answer)
	}
	if answer := ask(t, map[string]any{"formats": formats(canonical), "format": "other"}); !strings.Contains(answer["error"].(string), "format other is not among") {
		t.Errorf("%v", answer)
	}
	missing := filepath.Join(t.TempDir(), "none.csv")
	answer := ask(t, map[string]any{"files": []string{missing}, "formats": formats(canonical), "format": "canonical"})
	if got := answer["files"].([]any)[0].(map[string]any)["error"]; !strings.Contains(got.(string), "no such file") {
		t.Errorf("%v", answer)
	}
	if err := Main(context.Background(), strings.NewReader("{"), &bytes.Buffer{}); err == nil {
		t.Error("half a request is answered")
	}
}

func TestNothingThatAFileHoldsBreaksTheLook(t *testing.T) {
	for _, content := range []string{"", "\n", ",", "\x00", "\xff\xfe", "PK\x03\x04", "\x1f\x8b", "\x28\xb5\x2f\xfd", "a,b\n", "\"", strings.Repeat(",", 5000) + "\n1\n", "a;b|c\td,e\n"} {
		ask(t, map[string]any{"files": []string{file(t, "x.csv", content)}, "formats": formats(canonical, loose, numbered)})
	}
}
