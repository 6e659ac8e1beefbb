package aws

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A connection on which the SDK's goroutine overtakes net/http's: a body's last bytes
// are on the wire, and the writer goes on only when the SDK has closed the body.
type slowWriter struct{ net.Conn }

func (s slowWriter) Write(data []byte) (int, error) {
	n, err := s.Conn.Write(data)
	time.Sleep(5 * time.Millisecond)
	return n, err
}

// A client whose every answer comes before net/http has looked for the request's end.
func overtaking(t *testing.T) (*awshttp.BuildableClient, *int) {
	t.Helper()
	connections := 0
	return awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			connections++
			connection, err := new(net.Dialer).DialContext(ctx, network, address)
			return slowWriter{connection}, err
		}
	}), &connections
}

// The address of a server that answers each request with an empty object, head and
// body apart, as long as its connection lasts.
func answering(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(connection)
		}
	}()
	return "http://" + listener.Addr().String()
}

func answer(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	reader := bufio.NewReader(connection)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return
		}
		head := "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n"
		if _, err := io.WriteString(connection, head); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond) // so that the body is read after the SDK closed its own
		if _, err := io.WriteString(connection, "{}"); err != nil {
			return
		}
	}
}

func TestAnAnswerThatOvertakesTheRequestsWriterIsTakenAtOnce(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ENDPOINT_URL", answering(t))
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	config, err := Config()
	if err != nil {
		t.Fatal(err)
	}
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	client, connections := overtaking(t)
	config.HTTPClient = plainBodies{client}

	for range 5 {
		if _, err := DynamoDB(config).ListTables(context.Background(), &dynamodb.ListTablesInput{}); err != nil {
			t.Fatalf("the answer was lost: %v", err)
		}
	}
	if *connections != 1 {
		t.Errorf("%d connections were made, want one that is kept", *connections)
	}
}

func TestClientsSendPlainBodies(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-1")
	config, err := Config()
	if err != nil {
		t.Fatal(err)
	}
	if _, plain := config.HTTPClient.(plainBodies); !plain {
		t.Errorf("the clients send by %T", config.HTTPClient)
	}
}
