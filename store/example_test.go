package store_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/store"
)

// Example runs a function over inputs and keeps every result on disk.
func Example() {
	dir, err := os.MkdirTemp("", "bunch")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := squares(context.Background(), dir); err != nil {
		log.Fatal(err)
	}
	// Output: [1 4 9]
}

func squares(ctx context.Context, dir string) error {
	s, err := store.Open(dir, nil) // durable unless told otherwise
	if err != nil {
		return err
	}
	defer s.Close()

	r, err := group.Run(ctx, s, []int{1, 2, 3}, func(ctx context.Context, n int) (int, error) {
		return n * n, nil
	}, nil)
	if err != nil {
		return err // after a crash group.Resume does what is left
	}
	values, err := group.Join[int](ctx, r)
	if err != nil {
		return err
	}
	fmt.Println(values)
	return nil
}
