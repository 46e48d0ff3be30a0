/* The least that a subscriber with the daemon's promises to the broker can do: the same session settings (MQTT 5, kept
 * session, QoS 1, receive maximum 4000), the same loop (own poll, "threaded" mode, acknowledgements written once a
 * batch), and nothing done with a message. `make bench` drains the same backlog with it and with forewarnd.
 *
 * idle-subscriber PORT CLIENT-ID TOPIC COUNT    exits after COUNT messages; 0: makes the session and exits
 * prints {"messages", "seconds" from CONNACK until the broker has taken the last acknowledgement and closed the connection,
 * "read_seconds" until the last message was read, "cpu_seconds" of all that}
 *
 * mosquitto 2.0.11 counts in flight from the acknowledged message on, so that each acknowledgement lets it send up to Receive
 * Maximum more: it sends a backlog as fast as it is read, and takes the acknowledgements afterwards. A session that is ended
 * before that gets everything again, so the backlog is drained only then. */
#include <fcntl.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { batch_limit = 2000, receive_maximum = 4000, session_seconds = 7 * 86400, patience_milliseconds = 60000 };

static long received;
static int accepted, subscribed, failed;
static double began, cpu_before;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void on_connect(struct mosquitto *client, void *data, int reason, int flags, const mosquitto_property *list) {
  (void)client, (void)data, (void)flags, (void)list;
  if (reason != 0) failed = 1;
  accepted = 1;
  began = now();
  cpu_before = cpu();
}

static void on_subscribe(struct mosquitto *client, void *data, int id, int count, const int *granted) {
  (void)client, (void)data, (void)id;
  if (count != 1 || granted[0] != 1) failed = 1;
  subscribed = 1;
}

static void on_message(struct mosquitto *client, void *data, const struct mosquitto_message *message) {
  (void)client, (void)data, (void)message;
  received += 1;
}

static void require(int code, const char *what) {
  if (code == MOSQ_ERR_SUCCESS) return;
  fprintf(stderr, "idle-subscriber: %s: %s\n", what, mosquitto_strerror(code));
  exit(2);
}

int main(int count, char **words) {
  if (count != 5) {
    fprintf(stderr, "usage: idle-subscriber PORT CLIENT-ID TOPIC COUNT\n");
    return 64;
  }
  long wanted = atol(words[4]);
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new(words[2], false, NULL);
  if (client == NULL) return 2;
  require(mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5), "protocol version");
  require(mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, receive_maximum), "receive maximum");
  require(mosquitto_threaded_set(client, true), "threaded mode");
  mosquitto_connect_v5_callback_set(client, on_connect);
  mosquitto_subscribe_callback_set(client, on_subscribe);
  mosquitto_message_callback_set(client, on_message);
  mosquitto_property *properties = NULL;
  require(mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, session_seconds), "expiry");
  require(mosquitto_connect_bind_v5(client, "127.0.0.1", atoi(words[1]), 30, NULL, properties), "connect");
  mosquitto_property_free_all(&properties);

  int asked = 0;
  while (!failed && (received < wanted || !subscribed || mosquitto_want_write(client))) {
    if (accepted && !asked) {
      require(mosquitto_subscribe(client, NULL, words[3], 1), "subscribe");
      asked = 1;
    }
    struct pollfd interest = {mosquitto_socket(client), POLLIN, 0};
    if (mosquitto_want_write(client)) interest.events |= POLLOUT;
    if (poll(&interest, 1, patience_milliseconds) <= 0) {
      fprintf(stderr, "idle-subscriber: nothing came for a minute, after %ld messages\n", received);
      return 2;
    }
    if (interest.revents & POLLIN) {
      long before, start = received;
      do {
        before = received;
        require(mosquitto_loop_read(client, 1), "read");
      } while (received > before && received - start < batch_limit);
    }
    if (mosquitto_want_write(client)) require(mosquitto_loop_write(client, 1), "write");
    require(mosquitto_loop_misc(client), "keep-alive");
  }
  double read_seconds = now() - began;
  int held = dup(mosquitto_socket(client));
  mosquitto_disconnect(client);
  mosquitto_loop_write(client, 1);
  static char scrap[65536];
  if (held >= 0 && fcntl(held, F_SETFL, 0) == 0 && shutdown(held, SHUT_WR) == 0)
    while (read(held, scrap, sizeof scrap) > 0) continue;
  double seconds = now() - began, used = cpu() - cpu_before;
  if (failed) {
    fprintf(stderr, "idle-subscriber: the broker refused\n");
    return 2;
  }
  printf("{\"messages\": %ld, \"seconds\": %.6f, \"read_seconds\": %.6f, \"cpu_seconds\": %.6f}\n", received, seconds,
         read_seconds, used);
  return 0;
}
