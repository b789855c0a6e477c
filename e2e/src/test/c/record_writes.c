/*
 * Loaded before libc (LD_PRELOAD), it records what a process does to the files below
 * $RECORD_BELOW: one log for each process, $RECORD_LOG.<pid>. A record is a header and the bytes
 * that it names. Calls that change something are recorded one at a time, in their order; a sync
 * runs beside them, and its record says when it began and when it returned.
 *
 * Not seen: what is written through a memory map (SQLite's -shm, Kafka's indexes), and what libc
 * does for itself (stdio). Linux only, 64 bits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, TRUNCATE, EXTEND, SYNC, RENAME, UNLINK, MKDIR, LINK };
enum { FDS = 65536 };

struct header {
  int64_t begin, end, offset, length;
  int32_t op, handle, flags, path, second, bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int handles[FDS]; /* what is open; 0: not ours */
static int handle_count, log_fd = -1;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int ours(const char *path) {
  static const char *below;
  if (!below && !(below = getenv("RECORD_BELOW"))) return 0;
  return path && strncmp(path, below, strlen(below)) == 0;
}

static int handle_of(int fd) {
  return fd >= 0 && fd < FDS ? __atomic_load_n(&handles[fd], __ATOMIC_RELAXED) : 0;
}

static void set_handle(int fd, int handle) {
  if (fd >= 0 && fd < FDS) __atomic_store_n(&handles[fd], handle, __ATOMIC_RELAXED);
}

/* Under the lock; a record that cannot be written would make the replay a lie. */
static void put(struct header h, const char *path, const char *second, const struct iovec *data,
                int parts) {
  int saved = errno;
  char name[PATH_MAX];
  if (log_fd < 0) {
    snprintf(name, sizeof name, "%s.%d", getenv("RECORD_LOG"), (int)getpid());
    log_fd = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* out of the way of programs that close the low numbers */
    int high = syscall(SYS_fcntl, log_fd, F_DUPFD_CLOEXEC, 1000);
    if (high >= 0) {
      syscall(SYS_close, log_fd);
      log_fd = high;
    }
  }
  h.path = path ? strlen(path) : 0;
  h.second = second ? strlen(second) : 0;
  int64_t left = h.op == WRITE ? h.length : 0;
  h.bytes = left;
  struct iovec v[3] = {
      {&h, sizeof h}, {(void *)path, h.path}, {(void *)second, h.second}};
  long total = sizeof h + h.path + h.second;
  int bad = syscall(SYS_writev, log_fd, v, 3) != total;
  for (int i = 0; i < parts && left > 0; i++) {
    int64_t n = (int64_t)data[i].iov_len < left ? (int64_t)data[i].iov_len : left;
    for (int64_t at = 0; at < n && !bad;) {
      long w = syscall(SYS_write, log_fd, (char *)data[i].iov_base + at, n - at);
      bad = w <= 0;
      at += w;
    }
    left -= n;
  }
  if (bad) abort();
  errno = saved;
}

static int opened(const char *path, int flags, int mode) {
  if (!ours(path)) return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct header h = {.begin = now(), .op = OPEN, .flags = (flags & O_CREAT ? 1 : 0) | (flags & O_TRUNC ? 2 : 0)};
  int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd >= 0) {
    h.end = now();
    h.handle = ++handle_count;
    set_handle(fd, h.handle);
    put(h, path, NULL, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE                                        \
  int mode = 0;                                     \
  if (flags & (O_CREAT | __O_TMPFILE)) {            \
    va_list a;                                      \
    va_start(a, flags);                             \
    mode = va_arg(a, int);                          \
    va_end(a);                                      \
  }
int open(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(path, flags, mode); }
int __open_2(const char *path, int flags) { return opened(path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(path, flags, 0); }
int creat(const char *path, mode_t m) { return opened(path, O_CREAT | O_WRONLY | O_TRUNC, m); }
int creat64(const char *path, mode_t m) { return creat(path, m); }
int openat(int dir, const char *path, int flags, ...) {
  MODE return path[0] == '/' ? opened(path, flags, mode)
                             : (int)syscall(SYS_openat, dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) {
  MODE return path[0] == '/' ? opened(path, flags, mode)
                             : (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* offset -1: where the file stands */
static ssize_t written(int fd, const struct iovec *v, int n, off_t offset) {
  int handle = handle_of(fd);
  if (handle) pthread_mutex_lock(&lock);
  struct header h = {.begin = handle ? now() : 0, .op = WRITE, .handle = handle};
  ssize_t w = offset < 0 ? syscall(SYS_writev, fd, v, n) : syscall(SYS_pwritev, fd, v, n, offset, 0L);
  if (handle) {
    if (w > 0) {
      h.end = now();
      h.length = w;
      h.offset = offset < 0 ? syscall(SYS_lseek, fd, 0L, SEEK_CUR) - w : offset;
      put(h, NULL, NULL, v, n);
    }
    pthread_mutex_unlock(&lock);
  }
  return w;
}
ssize_t writev(int fd, const struct iovec *v, int n) { return written(fd, v, n, -1); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t o) { return written(fd, v, n, o); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t o) { return written(fd, v, n, o); }
ssize_t write(int fd, const void *b, size_t n) {
  if (!handle_of(fd)) return syscall(SYS_write, fd, b, n);
  struct iovec v = {(void *)b, n};
  return written(fd, &v, 1, -1);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) {
  if (!handle_of(fd)) return syscall(SYS_pwrite64, fd, b, n, o);
  struct iovec v = {(void *)b, n};
  return written(fd, &v, 1, o);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return pwrite64(fd, b, n, o); }

static int changed(int op, int fd, int64_t length, long call, long a, long b, long c) {
  int handle = handle_of(fd);
  if (handle && op != SYNC) pthread_mutex_lock(&lock);
  struct header h = {.begin = now(), .op = op, .handle = handle, .length = length};
  int result = syscall(call, (long)fd, a, b, c);
  if (handle && op == SYNC) {
    h.end = now();
    pthread_mutex_lock(&lock);
  }
  if (handle) {
    if (op != SYNC) h.end = now();
    if (result == 0) put(h, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
  }
  return result;
}
int ftruncate64(int fd, off64_t n) { return changed(TRUNCATE, fd, n, SYS_ftruncate, n, 0, 0); }
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }
int fallocate64(int fd, int mode, off64_t o, off64_t n) {
  return mode ? (int)syscall(SYS_fallocate, fd, mode, o, n)
              : changed(EXTEND, fd, o + n, SYS_fallocate, mode, o, n);
}
int fallocate(int fd, int mode, off_t o, off_t n) { return fallocate64(fd, mode, o, n); }
int posix_fallocate64(int fd, off64_t o, off64_t n) { return fallocate64(fd, 0, o, n) ? errno : 0; }
int posix_fallocate(int fd, off_t o, off_t n) { return posix_fallocate64(fd, o, n); }
int fsync(int fd) { return changed(SYNC, fd, 0, SYS_fsync, 0, 0, 0); }
int fdatasync(int fd) { return changed(SYNC, fd, 0, SYS_fdatasync, 0, 0, 0); }

static int named(int op, const char *path, const char *second, int flags, long call, long a, long b,
                 long c, long d, long e) {
  if (!ours(path)) return syscall(call, a, b, c, d, e);
  pthread_mutex_lock(&lock);
  struct header h = {.begin = now(), .op = op, .flags = flags};
  int result = syscall(call, a, b, c, d, e);
  h.end = now();
  if (result == 0) put(h, path, second, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
#define AT ((long)AT_FDCWD)
int rename(const char *p, const char *q) {
  return named(RENAME, p, q, 0, SYS_renameat2, AT, (long)p, AT, (long)q, 0);
}
int link(const char *p, const char *q) {
  return named(LINK, p, q, 0, SYS_linkat, AT, (long)p, AT, (long)q, 0);
}
int unlink(const char *p) { return named(UNLINK, p, NULL, 0, SYS_unlinkat, AT, (long)p, 0, 0, 0); }
int rmdir(const char *p) {
  return named(UNLINK, p, NULL, 0, SYS_unlinkat, AT, (long)p, AT_REMOVEDIR, 0, 0);
}
int remove(const char *p) { return unlink(p) == 0 ? 0 : errno == EISDIR ? rmdir(p) : -1; }
int mkdir(const char *p, mode_t m) {
  return named(MKDIR, p, NULL, 0, SYS_mkdirat, AT, (long)p, m, 0, 0);
}

int close(int fd) {
  set_handle(fd, 0);
  return syscall(SYS_close, fd);
}
int dup(int fd) {
  int made = syscall(SYS_dup, fd);
  set_handle(made, handle_of(fd));
  return made;
}
int dup3(int fd, int to, int flags) {
  int made = syscall(SYS_dup3, fd, to, flags);
  set_handle(made, handle_of(fd));
  return made;
}
int dup2(int fd, int to) { return fd == to ? fd : dup3(fd, to, 0); }
