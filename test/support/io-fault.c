/*
 * Lets the n-th call of one kind fail, for files below one folder. Preloaded into a program under test:
 *   IO_FAULT_KIND=write|sync|read|open  IO_FAULT_ERRNO=28  IO_FAULT_AT=5  IO_FAULT_UNDER=/folder  IO_FAULT_LOG=/file
 *   IO_FAULT_FROM=1: that call and all later ones.  IO_FAULT_KILL=1: the process is killed instead, just before that call.
 * The kind `change` is every write, sync and change of a name.
 * The log gets a line per failure, "fired <n> <path>", and one per later call on the same file, "after <call> <path>".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long count;
static char failed[4096];

static void say(const char *what, long n, const char *path) {
  const char *log = getenv("IO_FAULT_LOG");
  if (!log) return;
  char line[4400];
  int length = snprintf(line, sizeof line, "%s %ld %s\n", what, n, path);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

static int falls(const char *kind, const char *call, const char *path) {
  const char *wanted = getenv("IO_FAULT_KIND"), *under = getenv("IO_FAULT_UNDER"), *at = getenv("IO_FAULT_AT");
  if (!wanted || !under || !at || strncmp(path, under, strlen(under)) != 0) return 0;
  if (failed[0] && strcmp(failed, path) == 0 && (strcmp(kind, "write") == 0 || strcmp(kind, "sync") == 0))
    say(call, -1, path);
  int is_change = strcmp(wanted, "change") == 0 && strcmp(kind, "read") != 0 && strcmp(kind, "open") != 0;
  if (strcmp(wanted, kind) != 0 && !is_change) return 0;
  long n = atomic_fetch_add(&count, 1) + 1, first = atol(at);
  if (n != first && !(getenv("IO_FAULT_FROM") && n > first)) return 0;
  snprintf(failed, sizeof failed, "%s", path);
  say("fired", n, path);
  if (getenv("IO_FAULT_KILL")) kill(getpid(), SIGKILL);
  errno = atoi(getenv("IO_FAULT_ERRNO"));
  return 1;
}

static int falls_at(const char *kind, const char *call, int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return falls(kind, call, path);
}

#define REAL(type, name) \
  static type (*real)(); \
  if (!real) real = dlsym(RTLD_NEXT, #name)

#define BY_FD(kind, type, name, parameters, fd, arguments) \
  type name parameters { \
    REAL(type, name); \
    if (falls_at(kind, #name, fd)) return -1; \
    return real arguments; \
  }

BY_FD("write", ssize_t, write, (int fd, const void *data, size_t n), fd, (fd, data, n))
BY_FD("write", ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), fd, (fd, data, n, at))
BY_FD("write", ssize_t, pwrite64, (int fd, const void *data, size_t n, off64_t at), fd, (fd, data, n, at))
BY_FD("write", ssize_t, writev, (int fd, const struct iovec *v, int n), fd, (fd, v, n))
BY_FD("write", ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t at), fd, (fd, v, n, at))
BY_FD("write", ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off64_t at), fd, (fd, v, n, at))
BY_FD("read", ssize_t, read, (int fd, void *data, size_t n), fd, (fd, data, n))
BY_FD("read", ssize_t, pread, (int fd, void *data, size_t n, off_t at), fd, (fd, data, n, at))
BY_FD("read", ssize_t, pread64, (int fd, void *data, size_t n, off64_t at), fd, (fd, data, n, at))
BY_FD("read", ssize_t, preadv, (int fd, const struct iovec *v, int n, off_t at), fd, (fd, v, n, at))
BY_FD("read", ssize_t, preadv64, (int fd, const struct iovec *v, int n, off64_t at), fd, (fd, v, n, at))
BY_FD("sync", int, fsync, (int fd), fd, (fd))
BY_FD("sync", int, fdatasync, (int fd), fd, (fd))

BY_FD("write", int, ftruncate, (int fd, off_t length), fd, (fd, length))
BY_FD("write", int, ftruncate64, (int fd, off64_t length), fd, (fd, length))

/* A path below an open folder, /proc/self/fd/9/name, is told as what it names. */
static int falls_by_name(const char *call, const char *path) {
  const char *start = "/proc/self/fd/", *rest = strncmp(path, start, strlen(start)) == 0 ? strchr(path + strlen(start), '/') : NULL;
  if (!rest) return falls("name", call, path);
  char link[64], whole[8192];
  snprintf(link, sizeof link, "%.*s", (int)(rest - path), path);
  ssize_t length = readlink(link, whole, 4000);
  if (length <= 0) return 0;
  snprintf(whole + length, sizeof whole - (size_t)length, "%s", rest);
  return falls("name", call, whole);
}

#define BY_NAME(name, parameters, path, arguments) \
  int name parameters { \
    REAL(int, name); \
    if (falls_by_name(#name, path)) return -1; \
    return real arguments; \
  }

BY_NAME(rename, (const char *from, const char *to), to, (from, to))
BY_NAME(unlink, (const char *path), path, (path))
BY_NAME(mkdir, (const char *path, mode_t mode), path, (path, mode))

#define OPENS(name, before, path, values) \
  int name before { \
    REAL(int, name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
      va_list more; \
      va_start(more, flags); \
      mode = va_arg(more, mode_t); \
      va_end(more); \
    } \
    if (falls("open", #name, path)) return -1; \
    return real values; \
  }

OPENS(open, (const char *path, int flags, ...), path, (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), path, (path, flags, mode))
OPENS(openat, (int dir, const char *path, int flags, ...), path, (dir, path, flags, mode))
OPENS(openat64, (int dir, const char *path, int flags, ...), path, (dir, path, flags, mode))
