package simulation

import (
	"fmt"
	"strings"

	"market-data-pipeline/handlers/internal/upload"
)

// version is one object version that a partner puts.
type version struct {
	id        string
	sequencer string
	valid     bool
	trades    []trade
}

// object is a key with its versions in the order of their putting.
type object struct {
	file     upload.File
	versions []version
	put      int  // how many of them have been put
	late     bool // put only when everything else is at rest
}

// trade is a row. Whole numbers suffice: decimals are proved elsewhere.
type trade struct {
	second int64 // since 2024-01-02T00:00:00Z
	symbol string
	price  int64
	size   int64
}

func (v version) body() []byte {
	var csv strings.Builder
	csv.WriteString("timestamp,symbol,price,size\n")
	for _, t := range v.trades {
		fmt.Fprintf(&csv, "2024-01-%02dT00:00:%02dZ,%s,%d,%d\n", 2+t.second/86400, t.second%86400, t.symbol, t.price, t.size)
	}
	if !v.valid {
		csv.WriteString("2024-01-09T00:00:00Z,A,none,1\n")
	}
	return []byte(csv.String())
}

// scenario draws up what partners will put: files that are valid or not, that are
// corrected, come twice under two names, are of the wrong kind, come very late or
// never.
func scenario(c *choices) []*object {
	var objects []*object
	for f := range 1 + c.pick(2) {
		feed := fmt.Sprintf("feed-%c", 'a'+f)
		sequenced := c.pick(2) == 0
		files := 2 + c.pick(4)
		missing, late := 0, false
		if sequenced && c.chance(300) {
			missing, late = 1+c.pick(files), c.pick(2) == 1
		}
		jump, far := files+1, 0
		if sequenced && c.chance(150) { // as where a day's numbers begin anew, far ahead
			jump, far = 1+c.pick(files), 300
		}
		for n := 1; n <= files; n++ {
			if n == missing && !late {
				continue
			}
			names := []string{fmt.Sprintf("%d.csv", n)}
			if sequenced {
				sequence := n
				if n >= jump {
					sequence += far
				}
				names[0] = fmt.Sprintf("%d/x.csv", sequence)
				if c.chance(100) {
					names = append(names, fmt.Sprintf("%d/y.csv", sequence))
				}
			}
			for _, name := range names {
				o := newObject(c, feed, name, objects)
				o.late = n == missing
				objects = append(objects, o)
			}
		}
		if c.chance(100) {
			stray := "9/stray.csv"
			if sequenced {
				stray = "stray.csv"
			}
			objects = append(objects, newObject(c, feed, stray, objects))
		}
	}
	return objects
}

func newObject(c *choices, feed, name string, others []*object) *object {
	file, err := upload.New("acme", feed, name)
	if err != nil {
		panic(err)
	}
	o := &object{file: file}
	count := 1
	if c.chance(250) {
		count = 2 + c.pick(2)
	}
	for i := range count {
		v := version{
			id:        fmt.Sprintf("%s-v%d", strings.ReplaceAll(name, "/", "-"), i+1),
			sequencer: fmt.Sprintf("%04X", 0x10+i),
			valid:     !c.chance(120),
		}
		if len(others) > 0 && c.chance(100) {
			v.trades = others[c.pick(len(others))].versions[0].trades
		} else {
			v.trades = newTrades(c)
		}
		o.versions = append(o.versions, v)
	}
	return o
}

func newTrades(c *choices) []trade {
	var trades []trade
	second := int64(c.pick(3))
	for range c.pick(4) {
		trades = append(trades, trade{
			second: second, symbol: string(rune('A' + c.pick(2))), price: int64(1 + c.pick(5)), size: int64(1 + c.pick(3)),
		})
		second += int64(c.pick(3))
		if c.chance(100) {
			second += 86400
		}
	}
	return trades
}
