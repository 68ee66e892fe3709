package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

func fetch(ctx context.Context, l Log, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s%s: %s", l.URL, path, response.Status)
	}
	return io.ReadAll(response.Body)
}
