package objects

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"slices"
	"sync"
)

// Memory is a Bucket in memory.
type Memory struct {
	mutex    sync.Mutex
	objects  map[string][]byte
	versions map[[2]string][]byte
	archived map[string]bool
}

// NewMemory makes an empty bucket.
func NewMemory() *Memory {
	return &Memory{objects: map[string][]byte{}, versions: map[[2]string][]byte{}, archived: map[string]bool{}}
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
func (m *Memory) Open(_ context.Context, key, versionID string) (io.ReadCloser, error) {
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

// Read implements Bucket.
func (m *Memory) Read(_ context.Context, key string) ([]byte, string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	body, found := m.objects[key]
	switch {
	case !found:
		return nil, "", ErrMissing
	case m.archived[key]:
		return nil, "", &ArchivedError{Key: key}
	}
	return slices.Clone(body), etag(body), nil
}

// Write implements Bucket.
func (m *Memory) Write(_ context.Context, key, _ string, body []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.objects[key] = slices.Clone(body)
	return nil
}

// Replace implements Bucket.
func (m *Memory) Replace(_ context.Context, key, _ string, body []byte, expected string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	current, found := m.objects[key]
	if found && expected != etag(current) || !found && expected != "" {
		return ErrChanged
	}
	m.objects[key] = slices.Clone(body)
	return nil
}

// Upload implements Bucket.
func (m *Memory) Upload(ctx context.Context, key, mediaType string, produce func(io.Writer) error) error {
	var body bytes.Buffer
	if err := produce(&body); err != nil {
		return err
	}
	return m.Write(ctx, key, mediaType, body.Bytes())
}

func etag(body []byte) string {
	digest := md5.Sum(body)
	return `"` + hex.EncodeToString(digest[:]) + `"`
}
