package store

import (
	"github.com/seed-1c955bc8/bunch/result"
)

// draft writes all that lies beside the head. If that takes several transactions
// the first has a journal entry, by which Open removes what never came to be a
// group.
func (b *batch) draft(j journal, tree result.Tree, encoded []byte, attr result.Attributes) (pieces uint32, err error) {
	if b.long {
		if err := b.setJournal(journal{Verb: journalDraft, ID: j.ID, Seq: j.Seq, Version: j.Version}); err != nil {
			return 0, err
		}
	}
	if pieces, err = b.writeTree(j.Seq, j.Version, encoded); err != nil {
		return 0, err
	}
	if j.Version == 0 {
		if err := b.writeAbout(j.Seq, attr); err != nil {
			return 0, err
		}
	}
	return pieces, b.writeInputs(tree, attr.Inputs)
}

// dropDraft removes what draft wrote.
func (b *batch) dropDraft(j journal) error {
	keys, err := b.keys(seqKey(keyTree, j.Seq, j.Version), seqKey(keyTree, j.Seq, j.Version, 1<<32-1), 1<<31-1)
	if err != nil {
		return err
	}
	pieces := uint32(len(keys))
	if tree, err := readTree(b, j.Seq, j.Version, pieces); err == nil { // else there are no inputs yet
		if err := b.eachStored(tree, b.dropInput, keyInput); err != nil {
			return err
		}
	}
	if err := b.deleteTree(j.Seq, j.Version, pieces); err != nil {
		return err
	}
	if j.Version == 0 {
		if err := b.deleteAside(seqKey(keyNote, j.Seq)); err != nil {
			return err
		}
		if err := b.delete(seqKey(keyLabels, j.Seq)); err != nil {
			return err
		}
	}
	return b.delete(seqKey(keyJournal, j.Seq))
}
