#include "CUnreliableDisk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The smallest part of a write that a disk puts down whole.
#define SECTOR 512

typedef struct write_entry {
  char path[PATH_MAX];
  int64_t offset;
  int64_t length;
  // What stood there before; shorter where the file ended.
  unsigned char *before;
  int64_t before_length;
  int64_t size_before;
  // NULL: the file was cut to `offset`.
  unsigned char *after;
  struct write_entry *earlier;
  struct write_entry *later;
} write_entry;

typedef struct {
  sqlite3_file base;
  sqlite3_file *real;
  char *path;
  // Databases and their logs; temporary files aren't kept.
  int is_kept;
} watched_file;

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs own_vfs;
static char folder[PATH_MAX];
static write_entry *latest;
static int is_dead;
static enum unreliable_disk_trouble trouble;
static int64_t operations, failures, begins, ends;

static void forget(write_entry *entry) {
  if (entry->earlier) entry->earlier->later = entry->later;
  if (entry->later) entry->later->earlier = entry->earlier;
  if (latest == entry) latest = entry->earlier;
  free(entry->before);
  free(entry->after);
  free(entry);
}

static void forget_path(const char *path) {
  for (write_entry *entry = latest; entry;) {
    write_entry *earlier = entry->earlier;
    if (!path || strcmp(entry->path, path) == 0) forget(entry);
    entry = earlier;
  }
}

static int file_size(watched_file *file, int64_t *size) {
  sqlite3_int64 bytes = 0;
  int code = file->real->pMethods->xFileSize(file->real, &bytes);
  *size = bytes;
  return code;
}

// Remembers what a write or a cut is about to overwrite.
static int note(watched_file *file, const void *bytes, int64_t length, int64_t offset) {
  write_entry *entry = calloc(1, sizeof *entry);
  if (!entry) return SQLITE_NOMEM;
  strncpy(entry->path, file->path, sizeof entry->path - 1);
  entry->offset = offset;
  entry->length = length;
  int code = file_size(file, &entry->size_before);
  int64_t end = bytes ? offset + length : entry->size_before;
  if (end > entry->size_before) end = entry->size_before;
  entry->before_length = end > offset ? end - offset : 0;
  entry->before = malloc(entry->before_length + 1);
  entry->after = bytes ? malloc(length + 1) : NULL;
  if (code == SQLITE_OK && entry->before_length > 0)
    code = file->real->pMethods->xRead(file->real, entry->before, (int)entry->before_length, offset);
  if (entry->after) memcpy(entry->after, bytes, length);
  entry->earlier = latest;
  if (latest) latest->later = entry;
  latest = entry;
  if (code != SQLITE_OK) forget(entry);
  return code;
}

// What the next write or sync runs into.
static enum unreliable_disk_trouble step(void) {
  if (is_dead) return UNRELIABLE_DISK_DEATH;
  operations += 1;
  if (trouble == UNRELIABLE_DISK_SOUND || operations <= begins || operations > ends) return UNRELIABLE_DISK_SOUND;
  failures += 1;
  if (trouble == UNRELIABLE_DISK_DEATH || trouble == UNRELIABLE_DISK_TORN_DEATH) is_dead = 1;
  return trouble;
}

static int file_close(sqlite3_file *base) {
  watched_file *file = (watched_file *)base;
  int code = file->real->pMethods ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
  free(file->path);
  free(file->real);
  return code;
}

static int file_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset) {
  watched_file *file = (watched_file *)base;
  return file->real->pMethods->xRead(file->real, bytes, length, offset);
}

static int write_locked(watched_file *file, const void *bytes, int length, sqlite3_int64 offset) {
  switch (step()) {
  case UNRELIABLE_DISK_DEATH: return SQLITE_IOERR_WRITE;
  case UNRELIABLE_DISK_TORN_DEATH:
    length = length > SECTOR ? length / SECTOR / 2 * SECTOR : 0;
    if (length > 0 && note(file, bytes, length, offset) == SQLITE_OK)
      file->real->pMethods->xWrite(file->real, bytes, length, offset);
    return SQLITE_IOERR_WRITE;
  case UNRELIABLE_DISK_IO_ERRORS: return SQLITE_IOERR_WRITE;
  case UNRELIABLE_DISK_FULL: return SQLITE_FULL;
  case UNRELIABLE_DISK_SOUND: break;
  }
  int code = note(file, bytes, length, offset);
  return code == SQLITE_OK ? file->real->pMethods->xWrite(file->real, bytes, length, offset) : code;
}

static int file_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset) {
  watched_file *file = (watched_file *)base;
  if (!file->is_kept) return file->real->pMethods->xWrite(file->real, bytes, length, offset);
  pthread_mutex_lock(&guard);
  int code = write_locked(file, bytes, length, offset);
  pthread_mutex_unlock(&guard);
  return code;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size) {
  watched_file *file = (watched_file *)base;
  if (!file->is_kept) return file->real->pMethods->xTruncate(file->real, size);
  pthread_mutex_lock(&guard);
  enum unreliable_disk_trouble met = step();
  int code = met == UNRELIABLE_DISK_SOUND || met == UNRELIABLE_DISK_FULL ? note(file, NULL, 0, size)
                                                                         : SQLITE_IOERR_TRUNCATE;
  if (code == SQLITE_OK) code = file->real->pMethods->xTruncate(file->real, size);
  pthread_mutex_unlock(&guard);
  return code;
}

static int file_sync(sqlite3_file *base, int flags) {
  watched_file *file = (watched_file *)base;
  if (!file->is_kept) return file->real->pMethods->xSync(file->real, flags);
  pthread_mutex_lock(&guard);
  enum unreliable_disk_trouble met = step();
  int code = met == UNRELIABLE_DISK_SOUND || met == UNRELIABLE_DISK_FULL ? SQLITE_OK : SQLITE_IOERR_FSYNC;
  // The machine itself is not cut off: what the file system holds is as good as the medium here.
  if (code == SQLITE_OK) forget_path(file->path);
  pthread_mutex_unlock(&guard);
  return code;
}

#define PASS(name, arguments, call)                                \
  static int name arguments {                                      \
    watched_file *file = (watched_file *)base;                     \
    return file->real->pMethods->call;                             \
  }

PASS(file_length, (sqlite3_file *base, sqlite3_int64 *size), xFileSize(file->real, size))
PASS(file_lock, (sqlite3_file *base, int level), xLock(file->real, level))
PASS(file_unlock, (sqlite3_file *base, int level), xUnlock(file->real, level))
PASS(file_reserved, (sqlite3_file *base, int *answer), xCheckReservedLock(file->real, answer))
PASS(file_control, (sqlite3_file *base, int word, void *value), xFileControl(file->real, word, value))
PASS(file_sector, (sqlite3_file *base), xSectorSize(file->real))
PASS(file_traits, (sqlite3_file *base), xDeviceCharacteristics(file->real))
PASS(file_map, (sqlite3_file *base, int page, int size, int extend, void volatile **at),
     xShmMap(file->real, page, size, extend, at))
PASS(file_share, (sqlite3_file *base, int offset, int count, int flags), xShmLock(file->real, offset, count, flags))
PASS(file_unmap, (sqlite3_file *base, int removes), xShmUnmap(file->real, removes))

static void file_barrier(sqlite3_file *base) {
  watched_file *file = (watched_file *)base;
  file->real->pMethods->xShmBarrier(file->real);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_length,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_map,
    .xShmLock = file_share,
    .xShmBarrier = file_barrier,
    .xShmUnmap = file_unmap,
};

static int is_watched(const char *path) { return path && folder[0] && strncmp(path, folder, strlen(folder)) == 0; }

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *answer) {
  (void)vfs;
  if (!is_watched(path)) return real_vfs->xOpen(real_vfs, path, base, flags, answer);
  watched_file *file = (watched_file *)base;
  memset(file, 0, sizeof *file);
  file->real = calloc(1, real_vfs->szOsFile);
  file->path = strdup(path);
  file->is_kept = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
  if (!file->real || !file->path) return SQLITE_NOMEM;
  int code = real_vfs->xOpen(real_vfs, path, file->real, flags, answer);
  if (code != SQLITE_OK) {
    free(file->real);
    free(file->path);
    return code;
  }
  file->base.pMethods = &methods;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
  (void)vfs;
  if (!is_watched(path)) return real_vfs->xDelete(real_vfs, path, syncs);
  pthread_mutex_lock(&guard);
  int code = is_dead ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, path, syncs);
  if (code == SQLITE_OK) forget_path(path);
  pthread_mutex_unlock(&guard);
  return code;
}

int unreliable_disk_install(void) {
  if (real_vfs) return SQLITE_OK;
  real_vfs = sqlite3_vfs_find(NULL);
  if (!real_vfs) return SQLITE_ERROR;
  own_vfs = *real_vfs;
  own_vfs.pNext = NULL;
  own_vfs.zName = "unreliable";
  own_vfs.szOsFile = real_vfs->szOsFile > (int)sizeof(watched_file) ? real_vfs->szOsFile : (int)sizeof(watched_file);
  own_vfs.xOpen = vfs_open;
  own_vfs.xDelete = vfs_delete;
  // The others work by the structure's own fields, which are the real one's.
  return sqlite3_vfs_register(&own_vfs, 1);
}

void unreliable_disk_watch(const char *path) {
  pthread_mutex_lock(&guard);
  forget_path(NULL);
  strncpy(folder, path, sizeof folder - 1);
  is_dead = 0;
  trouble = UNRELIABLE_DISK_SOUND;
  operations = failures = 0;
  pthread_mutex_unlock(&guard);
}

void unreliable_disk_arm(enum unreliable_disk_trouble kind, int64_t after, int64_t length) {
  pthread_mutex_lock(&guard);
  trouble = kind;
  begins = operations + after;
  ends = begins + length;
  pthread_mutex_unlock(&guard);
}

void unreliable_disk_disarm(void) {
  pthread_mutex_lock(&guard);
  trouble = UNRELIABLE_DISK_SOUND;
  pthread_mutex_unlock(&guard);
}

int unreliable_disk_is_dead(void) {
  pthread_mutex_lock(&guard);
  int answer = is_dead;
  pthread_mutex_unlock(&guard);
  return answer;
}

void unreliable_disk_kill(void) {
  pthread_mutex_lock(&guard);
  is_dead = 1;
  pthread_mutex_unlock(&guard);
}

static uint64_t draw(uint64_t *state) {
  uint64_t mixed = *state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return mixed ^ mixed >> 31;
}

static int put(const char *path, const unsigned char *bytes, int64_t length, int64_t offset, int64_t size) {
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  // A draft that was renamed meanwhile: it was synced before, through a descriptor of its own.
  if (descriptor < 0) return errno == ENOENT ? 0 : -1;
  int is_done = pwrite(descriptor, bytes, length, offset) == length && (size < 0 || ftruncate(descriptor, size) == 0);
  close(descriptor);
  return is_done ? 0 : -1;
}

// Back to the last syncs, and from there forward with a choice of what was written since.
static int64_t cut_power(uint64_t seed) {
  int64_t lost = 0;
  write_entry *first = NULL;
  for (write_entry *entry = latest; entry; entry = entry->earlier) {
    first = entry;
    if (put(entry->path, entry->before, entry->before_length, entry->offset, entry->size_before) != 0) return -1;
  }
  for (write_entry *entry = first; entry; entry = entry->later) {
    uint64_t chance = draw(&seed) % 4;
    if (chance == 0) {
      lost += 1;
    } else if (!entry->after) {
      if (truncate(entry->path, entry->offset) != 0 && errno != ENOENT) return -1;
    } else {
      int64_t length = entry->length;
      if (chance == 1 && length > SECTOR) {
        length = (int64_t)(draw(&seed) % (uint64_t)(length / SECTOR)) * SECTOR;
        lost += 1;
      }
      if (put(entry->path, entry->after, length, entry->offset, -1) != 0) return -1;
    }
  }
  return lost;
}

int64_t unreliable_disk_revive(int is_power_cut, uint64_t seed) {
  pthread_mutex_lock(&guard);
  int64_t lost = is_power_cut ? cut_power(seed) : 0;
  // What a killed process has written, the kernel still brings to the medium.
  forget_path(NULL);
  is_dead = 0;
  trouble = UNRELIABLE_DISK_SOUND;
  pthread_mutex_unlock(&guard);
  return lost;
}

int64_t unreliable_disk_operations(void) {
  pthread_mutex_lock(&guard);
  int64_t answer = operations;
  pthread_mutex_unlock(&guard);
  return answer;
}

int64_t unreliable_disk_failures(void) {
  pthread_mutex_lock(&guard);
  int64_t answer = failures;
  pthread_mutex_unlock(&guard);
  return answer;
}
