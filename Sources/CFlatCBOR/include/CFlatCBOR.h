#ifndef CFLATCBOR_H
#define CFLATCBOR_H

#include "CSimdJSON.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CFLATCBOR_OK,
  CFLATCBOR_SYNTAX,
  CFLATCBOR_TOO_DEEP,
  CFLATCBOR_TOO_MANY,
  CFLATCBOR_NO_MEMORY
} cflatcbor_outcome;

/// A parser with its buffers; for one thread at a time.
typedef struct cflatcbor_parser cflatcbor_parser;

/// `NULL` when there is no memory. Documents may nest `max_depth` levels and hold `max_nodes` values and keys.
cflatcbor_parser *cflatcbor_create(size_t max_depth, size_t max_nodes);
void cflatcbor_destroy(cflatcbor_parser *parser);

/// Parses a copy of one CBOR item (RFC 8949) into the same flat form as JSON. A map's key is text or a whole number (then
/// `text` holds its digits, `integer` the number, and `number` is 1). Tags 2 to 5 make numbers; other tags are passed over.
/// Nodes and texts stay valid until the next parse or `cflatcbor_destroy`.
cflatcbor_outcome cflatcbor_parse(cflatcbor_parser *parser, const uint8_t *bytes, size_t length);
const csimdjson_node *cflatcbor_nodes(const cflatcbor_parser *parser);
/// In words, why the last parse failed.
const char *cflatcbor_error(const cflatcbor_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
