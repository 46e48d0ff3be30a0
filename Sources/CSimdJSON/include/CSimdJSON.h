#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a node is. A key stands before its value; both are nodes of their object.
typedef enum {
  CSIMDJSON_NULL,
  CSIMDJSON_FALSE,
  CSIMDJSON_TRUE,
  /// An integer that fits in an int64_t; `number` holds it too, rounded.
  CSIMDJSON_INTEGER,
  /// Any other number: with a fraction or exponent, or an integer beyond int64_t.
  CSIMDJSON_DOUBLE,
  CSIMDJSON_STRING,
  CSIMDJSON_KEY,
  CSIMDJSON_ARRAY,
  CSIMDJSON_OBJECT,
  /// Of CBOR alone: a byte string, and a number that is infinite or none.
  CSIMDJSON_BYTES,
  CSIMDJSON_NOT_FINITE
} csimdjson_kind;

/// One node of a document that is flattened in pre-order: an array's or object's members follow it directly.
typedef struct {
  /// UTF-8 without escapes, of a string or key; not ended by a zero (it may hold zeros).
  const char *text;
  size_t length;
  int64_t integer;
  double number;
  /// A `csimdjson_kind`.
  uint32_t kind;
  /// Index of the first node after this one's subtree.
  uint32_t end;
} csimdjson_node;

typedef enum {
  CSIMDJSON_OK,
  CSIMDJSON_SYNTAX,
  CSIMDJSON_TOO_DEEP,
  CSIMDJSON_NO_MEMORY
} csimdjson_outcome;

/// A parser with its buffers; for one thread at a time.
typedef struct csimdjson_parser csimdjson_parser;

/// `NULL` when there is no memory. Documents may nest `max_depth` levels.
csimdjson_parser *csimdjson_create(size_t max_depth);
void csimdjson_destroy(csimdjson_parser *parser);

/// Parses a copy of the bytes. Nodes and texts stay valid until the next parse or `csimdjson_destroy`.
csimdjson_outcome csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t length);
const csimdjson_node *csimdjson_nodes(const csimdjson_parser *parser);
size_t csimdjson_node_count(const csimdjson_parser *parser);
/// In words, why the last parse failed.
const char *csimdjson_error(const csimdjson_parser *parser);

/// The element of the document's outermost array as JSON without white space, valid until the next call; `NULL` where
/// there is no such element.
const char *csimdjson_minified_element(csimdjson_parser *parser, size_t index, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
