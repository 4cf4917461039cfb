package main

import (
	"io"
	"os"
	"runtime"
	"strings"
)

// Limits of a token: enough that nobody guesses it, and what a header may have.
const (
	leastToken = 16
	mostToken  = 1024
)

// readToken reads the secret in a file, less the white space around it. What is
// wrong with it is told without a word of it.
func readToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // which has no such modes
		return "", usage("--token-file %q: others can read it; chmod 600 it, and better change it", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, mostToken+2))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if len(token) < leastToken || len(token) > mostToken {
		return "", usage("--token-file %q: a token has %d to %d bytes", path, leastToken, mostToken)
	}
	for _, c := range []byte(token) {
		if c <= ' ' || c >= 0x7f { // it could not be in a header
			return "", usage("--token-file %q: a token is one word of printable ASCII", path)
		}
	}
	return token, nil
}
