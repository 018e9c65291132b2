/*
 * The least that reading a pty can cost: one process that holds the pty's other
 * end and does nothing else. No socket, no second reader.
 *
 *   raw_pty read BYTES PROGRAM [ARG]...  types a line, then reads so many bytes
 *   raw_pty echo COUNT PROGRAM [ARG]...  types so many keys, each after the
 *                                        last one has come back
 *
 * The program first prints "R" when it is ready. What is found is one line of
 * JSON on stdout. `raw_pty.ts` is the same in Bun. Compiled by `yardstick.ts`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As much as the kernel ever hands over at once, and then some. */
static char buffer[128 * 1024];

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu_ms(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static void fail(const char *what) {
  fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
  exit(1);
}

/* The end of the program is the end of what can be read: EIO on Linux. */
static ssize_t take(int pty) {
  ssize_t got;
  do {
    got = read(pty, buffer, sizeof buffer);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) fail("read on: the program ended");
  return got;
}

static void type(int pty, const char *keys, size_t length) {
  if (write(pty, keys, length) != (ssize_t)length) fail("type");
}

static void read_all(int pty, long long wanted) {
  double cpu = cpu_ms(), from = now_us();
  long long got = 0, reads = 0;
  type(pty, "\n", 1);
  while (got < wanted) {
    got += take(pty);
    reads++;
  }
  printf("{\"bytes\":%lld,\"reads\":%lld,\"ms\":%.3f,\"cpuMs\":%.3f}\n", got,
         reads, (now_us() - from) / 1e3, cpu_ms() - cpu);
}

static void echo_keys(int pty, long long count) {
  printf("{\"us\":[");
  for (long long n = 0; n < count; n++) {
    double from = now_us();
    type(pty, "x", 1);
    take(pty);
    printf("%s%.1f", n ? "," : "", now_us() - from);
    usleep(1000);
  }
  printf("]}\n");
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "Usage: raw_pty read|echo NUMBER PROGRAM [ARG]...\n");
    return 2;
  }
  struct winsize size = {.ws_row = 24, .ws_col = 80};
  int pty;
  pid_t child = forkpty(&pty, NULL, NULL, &size);
  if (child < 0) fail("open a pty");
  if (child == 0) {
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  ssize_t got;
  do {
    got = take(pty);
  } while (buffer[got - 1] != 'R');
  long long number = atoll(argv[2]);
  if (strcmp(argv[1], "read") == 0) read_all(pty, number);
  else echo_keys(pty, number);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return 0;
}
