/*
 * The program that every supervisor runs: as small as one can be, and one that
 * says when it began.
 *
 *   services_program SOCKET NAME
 *
 * Its first act is to look at the clock; then it says "up NAME PID NS" on the
 * socket and does what comes back, a line each:
 *
 *   crash      says "down NS", the same clock, and is killed
 *   lines N    prints so many numbered lines on stdout, one at a time
 *   blocks N   the same, as the C library gathers them
 *
 * It ends with the socket, so that nothing outlives a measurement. Compiled by
 * `services_program.ts`.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* With its newline; a common length of a line of a server's log. */
#define LINE_BYTES 100

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void print_lines(long count, int at_once) {
  char rest[LINE_BYTES];
  memset(rest, '.', sizeof rest);
  for (long n = 0; n < count; n++) {
    printf("%09ld %.*s\n", n, LINE_BYTES - 11, rest);
    if (at_once) fflush(stdout);
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  long long began = now_ns();
  if (argc < 3) return 2;
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  strncpy(place.sun_path, argv[1], sizeof place.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&place, sizeof place) < 0) {
    /* The measurement is over. It will be started again for a while. */
    sleep(1);
    return 1;
  }
  dprintf(fd, "up %s %d %lld\n", argv[2], (int)getpid(), began);
  FILE *asked = fdopen(fd, "r");
  char line[64];
  long count;
  while (fgets(line, sizeof line, asked)) {
    if (strncmp(line, "crash", 5) == 0) {
      dprintf(fd, "down %lld\n", now_ns());
      raise(SIGKILL);
    }
    if (sscanf(line, "lines %ld", &count) == 1) print_lines(count, 1);
    if (sscanf(line, "blocks %ld", &count) == 1) print_lines(count, 0);
  }
  return 0;
}
