#pragma once

// What is used of libsystemd, as <systemd/sd-daemon.h> declares it. That header brings <sys/socket.h> along, and then Swift finds
// a socket's constants now in this module, now in Glibc, and now and then in neither.

#define SD_LISTEN_FDS_START 3

int sd_notify(int unset_environment, const char *state);
int sd_listen_fds_with_names(int unset_environment, char ***names);
int sd_is_socket(int fd, int family, int type, int listening);
