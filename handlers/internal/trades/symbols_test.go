package trades

import (
	"fmt"
	"testing"
)

// looks is how many slots it takes, on average, to find each of the names.
func looks(names []string) float64 {
	var s symbols
	for _, name := range names {
		s.add([]byte(name))
	}
	total := 0
	for id, name := range names {
		for slot := keyOf([]byte(name)).hash(); ; slot++ {
			total++
			if s.slots[slot&uint64(len(s.slots)-1)] == uint32(id+1) {
				break
			}
		}
	}
	return float64(total) / float64(len(names))
}

func TestSymbolsThatAreAlikeDoNotCollide(t *testing.T) {
	series := map[string][]string{}
	for _, form := range []string{"%05d", "OPT%05d", "INSTRUMENT%06d", "INSTRUMENT-NUMBER-%06d", "SPXW-240119-%05d.000", "SPXW-240119-C-0%05d.000"} {
		for i := range 1 << 14 {
			series[form] = append(series[form], fmt.Sprintf(form, i))
		}
	}
	for at := range keyBytes - 1 { // two characters that vary
		for i := range 26 * 26 {
			name := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
			name[at], name[at+1] = byte('A'+i%26), byte('A'+i/26)
			form := fmt.Sprint("characters from ", at)
			series[form] = append(series[form], string(name))
			series[form+" at the end"] = append(series[form+" at the end"], string(name[:at+2]))
		}
	}
	for form, names := range series {
		if mean := looks(names); mean > 3 {
			t.Errorf("%s: %.1f slots", form, mean)
		}
	}
}
