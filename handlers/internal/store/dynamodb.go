package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

const (
	partitionName  = "pk"
	sortName       = "sk"
	generationName = "generation"
)

// DynamoDB is a Store in a DynamoDB table.
type DynamoDB struct {
	Client *dynamodb.Client
	Table  string
}

// Get implements Store.
func (d DynamoDB) Get(ctx context.Context, key Key) (Item, error) {
	answer, err := d.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &d.Table, Key: keyAttributes(key), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Item{}, translate("read", err)
	}
	if answer.Item == nil {
		return Item{Key: key}, nil
	}
	return decodeItem(answer.Item)
}

// Commit implements Store: by a transaction, which is billed twice, only where there is
// more than one item. The SDK gives each transaction its token, so that a try that is
// repeated because its answer was lost succeeds.
func (d DynamoDB) Commit(ctx context.Context, writes ...Write) error {
	if len(writes) == 1 && !writes[0].Check {
		return d.commitOne(ctx, writes[0].Item)
	}
	parts := make([]types.TransactWriteItem, len(writes))
	for i, w := range writes {
		if !w.Check {
			parts[i].Put = d.put(w.Item)
			continue
		}
		expression, names, values := condition(w.Item.Generation)
		parts[i].ConditionCheck = &types.ConditionCheck{
			TableName: &d.Table, Key: keyAttributes(w.Item.Key),
			ConditionExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		}
	}
	_, err := d.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: parts})
	return translate("write", err)
}

// commitOne writes one item. A put that the SDK repeated because its answer was lost
// meets its own write, which is no conflict; nor is another's that says the very same.
func (d DynamoDB) commitOne(ctx context.Context, item Item) error {
	put := d.put(item)
	_, err := d.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
		ExpressionAttributeNames: put.ExpressionAttributeNames, ExpressionAttributeValues: put.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) && reflect.DeepEqual(failed.Item, put.Item) {
		return nil
	}
	return translate("write", err)
}

// Query implements Store.
func (d DynamoDB) Query(ctx context.Context, r Range) ([]Item, error) {
	input := &dynamodb.QueryInput{
		TableName:                &d.Table,
		ConsistentRead:           &r.Consistent,
		KeyConditionExpression:   aws.String("#p = :p AND #s BETWEEN :from AND :to"),
		ExpressionAttributeNames: map[string]string{"#p": partitionName, "#s": sortName},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p":    &types.AttributeValueMemberS{Value: r.Partition},
			":from": &types.AttributeValueMemberS{Value: r.From},
			":to":   &types.AttributeValueMemberS{Value: r.To},
		},
	}
	var found []Item
	for {
		input.Limit = aws.Int32(int32(min(r.Limit-len(found), 1000)))
		page, err := d.Client.Query(ctx, input)
		if err != nil {
			return nil, translate("read", err)
		}
		for _, attributes := range page.Items {
			item, err := decodeItem(attributes)
			if err != nil {
				return nil, err
			}
			found = append(found, item)
		}
		if len(page.LastEvaluatedKey) == 0 || len(found) >= r.Limit {
			return found, nil
		}
		input.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

func (d DynamoDB) put(item Item) *types.Put {
	expression, names, values := condition(item.Generation)
	attributes := keyAttributes(item.Key)
	maps.Copy(attributes, item.Attributes)
	attributes[generationName] = number(item.Generation + 1)
	return &types.Put{
		TableName: &d.Table, Item: attributes,
		ConditionExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
}

func condition(generation int64) (*string, map[string]string, map[string]types.AttributeValue) {
	if generation == 0 {
		return aws.String("attribute_not_exists(#k)"), map[string]string{"#k": partitionName}, nil
	}
	return aws.String("#g = :g"), map[string]string{"#g": generationName},
		map[string]types.AttributeValue{":g": number(generation)}
}

func keyAttributes(key Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		partitionName: &types.AttributeValueMemberS{Value: key.Partition},
		sortName:      &types.AttributeValueMemberS{Value: key.Sort},
	}
}

func number(n int64) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func decodeItem(attributes map[string]types.AttributeValue) (Item, error) {
	partition, p := attributes[partitionName].(*types.AttributeValueMemberS)
	sort, s := attributes[sortName].(*types.AttributeValueMemberS)
	generation, g := attributes[generationName].(*types.AttributeValueMemberN)
	if !p || !s || !g {
		return Item{}, fmt.Errorf("an item of the table lacks %s, %s or %s", partitionName, sortName, generationName)
	}
	n, err := strconv.ParseInt(generation.Value, 10, 64)
	if err != nil {
		return Item{}, fmt.Errorf("item %s %s: %s: %w", partition.Value, sort.Value, generationName, err)
	}
	item := Item{Key: Key{Partition: partition.Value, Sort: sort.Value}, Generation: n, Attributes: attributes}
	for _, name := range []string{partitionName, sortName, generationName} {
		delete(item.Attributes, name)
	}
	return item, nil
}

// translate turns the service's many ways to say "changed meanwhile" and "too
// much" into the two errors that callers act upon.
func translate(verb string, err error) error {
	if err == nil {
		return nil
	}
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		for _, reason := range cancelled.CancellationReasons {
			switch aws.ToString(reason.Code) {
			case "ConditionalCheckFailed", "TransactionConflict":
				return fmt.Errorf("%w: %w", ErrConflict, err)
			case "ThrottlingError", "ProvisionedThroughputExceeded":
				return fmt.Errorf("%w: %w", ErrThrottled, err)
			}
		}
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ConditionalCheckFailedException", "TransactionConflictException", "TransactionInProgressException":
			return fmt.Errorf("%w: %w", ErrConflict, err)
		case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded":
			return fmt.Errorf("%w: %w", ErrThrottled, err)
		}
	}
	return fmt.Errorf("table: %s: %w", verb, err)
}
