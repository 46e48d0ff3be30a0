#ifndef FOREWARN_UNRELIABLE_DISK_H
#define FOREWARN_UNRELIABLE_DISK_H

#include <stdint.h>

// A disk that fails when it is told to, under SQLite's own VFS interface: writes of the watched folder go to real files, and
// are remembered until the file is synced, so that a power cut can take them back. One folder and one thread at a time.

enum unreliable_disk_trouble {
  UNRELIABLE_DISK_SOUND = 0,
  // The process ends: from here on nothing reaches the files any more. What was written stays.
  UNRELIABLE_DISK_DEATH = 1,
  // The same in the middle of a write: only a part of it reaches the file.
  UNRELIABLE_DISK_TORN_DEATH = 2,
  // Writes and syncs fail for a while.
  UNRELIABLE_DISK_IO_ERRORS = 3,
  // Writes that need room fail for a while.
  UNRELIABLE_DISK_FULL = 4,
};

// 0, or SQLite's code.
int unreliable_disk_install(void);
// Files whose path begins with this; forgets all that was remembered.
void unreliable_disk_watch(const char *folder);
// After so many further writes and syncs comes the trouble, for so many of them.
void unreliable_disk_arm(enum unreliable_disk_trouble trouble, int64_t after, int64_t length);
void unreliable_disk_disarm(void);
int unreliable_disk_is_dead(void);
// The process is ended now, without an operation.
void unreliable_disk_kill(void);
// Everything is closed: the disk works again. After a power cut each write since its file's last sync is there, is not, or
// is there in part, by the seed. Answers how many writes were lost or torn; -1: a file can't be written.
int64_t unreliable_disk_revive(int is_power_cut, uint64_t seed);
// Writes and syncs since `watch`; failures that it made.
int64_t unreliable_disk_operations(void);
int64_t unreliable_disk_failures(void);

#endif
