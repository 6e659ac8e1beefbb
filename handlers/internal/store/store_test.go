package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"market-data-pipeline/handlers/internal/emulatortest"
	"market-data-pipeline/handlers/internal/store"
)

// document is a document of the tests.
type document struct {
	Text string         `dynamodbav:"text,omitempty"`
	List []string       `dynamodbav:"list,omitempty"`
	Map  map[string]int `dynamodbav:"map,omitempty"`
}

// fickle is a document that may not be written.
type fickle struct{ unwritable bool }

var errUnwritable = errors.New("unwritable")

func (f fickle) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if f.unwritable {
		return nil, errUnwritable
	}
	return &types.AttributeValueMemberM{}, nil
}

func key(sort string) store.Key { return store.Key{Partition: "acme/f", Sort: sort} }

func TestTheStoreInMemory(t *testing.T) {
	contract(t, func(*testing.T) store.Store { return store.NewMemory() })
}

// An emulator takes keys of any length.
func TestTheStoreInMemoryRefusesALongerKeyThanDynamoDBTakes(t *testing.T) {
	longest := strings.Repeat("m", 1024)
	for bounds, possible := range map[[2]string]bool{
		{"a", longest}: true, {longest, "z"}: true, {"a", longest + "m"}: false, {longest + "m", "z"}: false,
	} {
		_, err := store.NewMemory().Query(context.Background(), store.Range{Partition: "acme/f", From: bounds[0], To: bounds[1], Limit: 1})
		if (err == nil) != possible {
			t.Errorf("%d to %d bytes: %v", len(bounds[0]), len(bounds[1]), err)
		}
	}
}

func TestTheStoreInDynamoDB(t *testing.T) {
	config := emulatortest.Start(t)
	client := dynamodb.NewFromConfig(config)
	tables := 0
	contract(t, func(t *testing.T) store.Store {
		tables++
		name := fmt.Sprintf("table-%d", tables)
		_, err := client.CreateTable(context.Background(), &dynamodb.CreateTableInput{
			TableName: &name, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
			},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return store.DynamoDB{Client: client, Table: name}
	})
	t.Run("a write whose answer is lost is no conflict with itself", func(t *testing.T) {
		deaf := client.Options().Copy()
		deaf.HTTPClient = &losing{HTTPClient: deaf.HTTPClient, operation: "TransactWriteItems"}
		write(t, store.DynamoDB{Client: dynamodb.New(deaf), Table: "table-1"}, "lost", "written")
	})
}

// losing loses the first answer to an operation.
type losing struct {
	dynamodb.HTTPClient
	operation string
}

func (l *losing) Do(request *http.Request) (*http.Response, error) {
	response, err := l.HTTPClient.Do(request)
	if l.operation != "" && strings.HasSuffix(request.Header.Get("X-Amz-Target"), "."+l.operation) {
		l.operation = ""
		if err == nil {
			response.Body.Close()
		}
		return nil, syscall.ECONNRESET
	}
	return response, err
}

// write changes one document in a transaction of its own.
func write(t *testing.T, s store.Store, sort, text string) {
	t.Helper()
	tx := store.Begin(s)
	load(t, tx, sort).Text = text
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, tx *store.Transaction, sort string) *document {
	t.Helper()
	d, err := store.Load[document](context.Background(), tx, key(sort))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func contract(t *testing.T, open func(*testing.T) store.Store) {
	ctx := context.Background()
	t.Run("an item that is not there has generation 0", func(t *testing.T) {
		item, err := open(t).Get(ctx, key("x"))
		if err != nil || item.Generation != 0 || item.Key != key("x") {
			t.Errorf("got %+v, %v", item, err)
		}
	})
	t.Run("a document is read as it was written", func(t *testing.T) {
		s := open(t)
		tx := store.Begin(s)
		d := load(t, tx, "x")
		d.Text, d.List, d.Map = "größe", []string{"a", "b"}, map[string]int{"a": 1}
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		got := load(t, store.Begin(s), "x")
		if got.Text != "größe" || len(got.List) != 2 || got.Map["a"] != 1 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("each write raises the generation", func(t *testing.T) {
		s := open(t)
		for want := int64(1); want <= 12; want++ {
			write(t, s, "x", fmt.Sprint(want))
			if item, err := s.Get(ctx, key("x")); err != nil || item.Generation != want {
				t.Errorf("got generation %d, %v, want %d", item.Generation, err, want)
			}
		}
	})
	t.Run("of two writers that read the same, one conflicts", func(t *testing.T) {
		for _, before := range []string{"", "there already"} {
			s := open(t)
			if before != "" {
				write(t, s, "x", before)
			}
			slow := store.Begin(s)
			load(t, slow, "x").Text = "slow"
			write(t, s, "x", "fast")
			if err := slow.Commit(ctx); !errors.Is(err, store.ErrConflict) {
				t.Errorf("got %v", err)
			}
			if got := load(t, store.Begin(s), "x"); got.Text != "fast" {
				t.Errorf("the slow writer wrote %q", got.Text)
			}
		}
	})
	t.Run("a write conflicts with a change of what was only read, and writes nothing", func(t *testing.T) {
		s := open(t)
		write(t, s, "read", "before")
		tx := store.Begin(s)
		load(t, tx, "read")
		load(t, tx, "missing")
		load(t, tx, "x").Text = "written"
		write(t, s, "missing", "come")
		if err := tx.Commit(ctx); !errors.Is(err, store.ErrConflict) {
			t.Errorf("got %v", err)
		}
		if got := load(t, store.Begin(s), "x"); got.Text != "" {
			t.Errorf("half a transaction took place: %+v", got)
		}
	})
	t.Run("a transaction without a change writes nothing", func(t *testing.T) {
		s := open(t)
		tx := store.Begin(s)
		load(t, tx, "x")
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		if item, err := s.Get(ctx, key("x")); err != nil || item.Generation != 0 {
			t.Errorf("got %+v, %v", item, err)
		}
	})
	t.Run("what is only read is not written", func(t *testing.T) {
		s := open(t)
		write(t, s, "read", "before")
		tx := store.Begin(s)
		load(t, tx, "read")
		load(t, tx, "missing")
		load(t, tx, "x").Text = "written"
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		for sort, want := range map[string]int64{"read": 1, "missing": 0, "x": 1} {
			if item, err := s.Get(ctx, key(sort)); err != nil || item.Generation != want {
				t.Errorf("%s has generation %d, %v", sort, item.Generation, err)
			}
		}
	})
	t.Run("an item holds its document and nothing else", func(t *testing.T) {
		s := open(t)
		write(t, s, "x", "text")
		item, err := s.Get(ctx, key("x"))
		if err != nil || len(item.Attributes) != 1 || item.Attributes["text"] == nil {
			t.Errorf("got %v, %v", item.Attributes, err)
		}
	})
	t.Run("what is no such document is an error", func(t *testing.T) {
		s := open(t)
		write(t, s, "x", "text")
		if _, err := store.Load[struct{ Text int }](ctx, store.Begin(s), key("x")); err == nil {
			t.Error("a text is read as a number")
		}
	})
	t.Run("a document that cannot be written is an error and writes nothing", func(t *testing.T) {
		s := open(t)
		tx := store.Begin(s)
		load(t, tx, "x").Text = "text"
		d, err := store.Load[fickle](ctx, tx, key("y"))
		if err != nil {
			t.Fatal(err)
		}
		d.unwritable = true
		if err := tx.Commit(ctx); !errors.Is(err, errUnwritable) {
			t.Errorf("got %v", err)
		}
		if got := load(t, store.Begin(s), "x"); got.Text != "" {
			t.Errorf("half a transaction took place: %+v", got)
		}
	})
	t.Run("a document is read once per transaction", func(t *testing.T) {
		s := open(t)
		tx := store.Begin(s)
		if load(t, tx, "x") != load(t, tx, "x") {
			t.Error("two documents of one item")
		}
		if _, err := store.Load[struct{ Other int }](ctx, tx, key("x")); err == nil {
			t.Error("an item is read as two types")
		}
	})
	t.Run("a range that ends before it begins is an error", func(t *testing.T) {
		s := open(t)
		for to, possible := range map[string]bool{"a": false, "b": true} {
			if _, err := s.Query(ctx, store.Range{Partition: "acme/f", From: "b", To: to, Limit: 1}); (err == nil) != possible {
				t.Errorf("b to %s: %v", to, err)
			}
		}
	})
	t.Run("a range is in bytewise order, bounded, and of one partition", func(t *testing.T) {
		s := open(t)
		for _, sort := range []string{"B#2", "A#ä", "A#z", "A#", "A$x", "B#10", "C", "A#😀", "A#\U0010FFFFx"} {
			write(t, s, sort, sort)
		}
		other := store.Begin(s)
		d, err := store.Load[document](ctx, other, store.Key{Partition: "acme/other", Sort: "A#other"})
		if err != nil {
			t.Fatal(err)
		}
		d.Text = "other"
		if err := other.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			from, to string
			limit    int
			want     []string
		}{
			{"A#", store.MaxSort("A#"), 10, []string{"A#", "A#z", "A#ä", "A#😀", "A#\U0010FFFFx"}},
			{"A#z\x00", store.MaxSort("A#"), 1, []string{"A#ä"}},
			{"B#10", "B#2", 10, []string{"B#10", "B#2"}},
			{"D", "E", 10, nil},
		} {
			items, err := s.Query(ctx, store.Range{Partition: "acme/f", From: c.from, To: c.to, Limit: c.limit})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range items {
				got = append(got, item.Key.Sort)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%q to %q gives %q, want %q", c.from, c.to, got, c.want)
			}
		}
	})
}
