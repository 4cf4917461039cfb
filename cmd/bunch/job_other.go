//go:build !unix

package main

import "os/exec"

// Without process groups only the command itself is ended.

func alone(*exec.Cmd) {}

func killRest(*exec.Cmd) {}

func exitStatus(cmd *exec.Cmd) int {
	if cmd.ProcessState == nil {
		return -1
	}
	return cmd.ProcessState.ExitCode()
}
