package objects

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Memory is a Bucket in memory.
type Memory struct {
	mutex    sync.Mutex
	objects  map[string]stored
	versions map[[2]string][]byte
	archived map[string]bool
	writes   int
}

// stored is the current version of an object.
type stored struct {
	body []byte
	head Head
}

// NewMemory makes an empty bucket.
func NewMemory() *Memory {
	return &Memory{objects: map[string]stored{}, versions: map[[2]string][]byte{}, archived: map[string]bool{}}
}

// Put stores one version of an object, as a partner does.
func (m *Memory) Put(key, versionID string, body []byte) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.versions[[2]string{key, versionID}] = slices.Clone(body)
}

// Remove deletes one version of an object for good.
func (m *Memory) Remove(key, versionID string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.versions, [2]string{key, versionID})
}

// Archive makes every reading of a key fail until it is restored.
func (m *Memory) Archive(key string, archived bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.archived[key] = archived
}

// Open implements Bucket.
func (m *Memory) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	if versionID == "" {
		body, _, err := m.Read(ctx, key)
		return io.NopCloser(bytes.NewReader(body)), err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	body, found := m.versions[[2]string{key, versionID}]
	switch {
	case !found:
		return nil, ErrMissing
	case m.archived[key]:
		return nil, &ArchivedError{Key: key}
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// Read reads the current version of an object whole, with its ETag.
func (m *Memory) Read(_ context.Context, key string) ([]byte, string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	object, found := m.objects[key]
	switch {
	case !found:
		return nil, "", ErrMissing
	case m.archived[key]:
		return nil, "", &ArchivedError{Key: key}
	}
	return slices.Clone(object.body), object.head.ETag, nil
}

// Keys are the keys of the current objects that begin with a prefix, in order.
func (m *Memory) Keys(prefix string) []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var keys []string
	for key := range m.objects {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Head implements Bucket.
func (m *Memory) Head(_ context.Context, key string) (Head, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	object, found := m.objects[key]
	if !found {
		return Head{}, ErrMissing
	}
	return object.head, nil
}

// Write implements Bucket.
func (m *Memory) Write(_ context.Context, key, _ string, body []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.write(key, body, nil)
	return nil
}

// write gives every version an ETag of its own, as S3 does under a KMS key.
func (m *Memory) write(key string, body []byte, metadata map[string]string) {
	m.writes++
	m.objects[key] = stored{slices.Clone(body), Head{ETag: fmt.Sprintf(`"%d"`, m.writes), Metadata: metadata}}
}

// Create implements Bucket.
func (m *Memory) Create(_ context.Context, key, _ string, metadata map[string]string) Upload {
	return &memoryUpload{bucket: m, key: key, metadata: metadata}
}

type memoryUpload struct {
	bytes.Buffer
	bucket   *Memory
	key      string
	metadata map[string]string
}

// Complete implements Upload.
func (u *memoryUpload) Complete(etag string) error {
	u.bucket.mutex.Lock()
	defer u.bucket.mutex.Unlock()
	if u.bucket.objects[u.key].head.ETag != etag {
		return ErrChanged
	}
	u.bucket.write(u.key, u.Bytes(), u.metadata)
	return nil
}
