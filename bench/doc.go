// Bench measures what the store costs beside the floor, raw Badger with the same
// settings that moves the same bytes and obeys no law.
//
//	go run ./bench -quick -o json
package main
