// Package sshdlog reads the log of an SSH server: a line becomes a [Frame] (when, where,
// which process, what it said), and its message an [Event] (what happened to which client).
//
// A log is full of text that strangers chose: user names, PTR records, key IDs, banners. An
// address counts only where the server wrote it, and [Event.Sure] says whether that is
// known. Nothing here opens a file, looks anything up or allocates for a line.
//
// The wordings and their versions follow OpenSSH from 1.2.2 to 10.5, and Dropbear.
package sshdlog
