//go:build !linux

package main

func syncDisks() {}
