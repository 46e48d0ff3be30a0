#include <mosquitto.h>
#include <mqtt_protocol.h>
// Why a certificate was refused: libmosquitto itself only says that it was.
#include <openssl/ssl.h>
