#include "CFlatCBOR.h"

#include <cbor.h>
#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

struct cflatcbor_parser {
  size_t max_depth;
  size_t max_nodes;
  std::unique_ptr<uint8_t[]> input;
  size_t input_capacity = 0;
  std::vector<csimdjson_node> nodes;
  // Texts that don't stand in the input as they are: chunks joined, and the digits of integer keys. A deque never moves them.
  std::deque<std::string> texts;
  const char *error = "";
};

namespace {

constexpr uint64_t no_tag = UINT64_MAX;
// Beyond it a bignum is no double any more.
constexpr size_t bignum_bytes = 128;

csimdjson_node node(csimdjson_kind kind) {
  csimdjson_node result{};
  result.kind = kind;
  return result;
}

csimdjson_node number(double value) {
  csimdjson_node result = node(std::isfinite(value) ? CSIMDJSON_DOUBLE : CSIMDJSON_NOT_FINITE);
  result.number = value;
  return result;
}

csimdjson_node integer(int64_t value) {
  csimdjson_node result = node(CSIMDJSON_INTEGER);
  result.integer = value;
  result.number = double(value);
  return result;
}

enum class container { array, map, text, bytes };

struct frame {
  container kind;
  bool is_indefinite;
  bool wants_key;
  uint64_t left;
  uint64_t tag;
  size_t place;
};

// libcbor's streaming decoder calls one function an item and allocates nothing: what an item claims of itself (an array of
// 2^40 members) costs nothing until the members are there. Nesting and number are bounded here.
struct reader {
  cflatcbor_parser &self;
  std::vector<frame> stack;
  uint64_t tag = no_tag;
  bool is_done = false;
  cflatcbor_outcome outcome = CFLATCBOR_OK;

  void fail(cflatcbor_outcome why, const char *words) {
    if (outcome == CFLATCBOR_OK) {
      outcome = why;
      self.error = words;
    }
  }

  bool is_chunked() const {
    return !stack.empty() && (stack.back().kind == container::text || stack.back().kind == container::bytes);
  }

  bool wants_key() const { return !stack.empty() && stack.back().kind == container::map && stack.back().wants_key; }

  bool may_add() {
    if (outcome != CFLATCBOR_OK) { return false; }
    if (is_chunked()) { fail(CFLATCBOR_SYNTAX, "a string holds something that is no chunk of it"); }
    if (self.nodes.size() >= self.max_nodes) { fail(CFLATCBOR_TOO_MANY, "too many items"); }
    return outcome == CFLATCBOR_OK;
  }

  void add(csimdjson_node item) {
    if (!may_add()) { return; }
    if (wants_key()) { return add_key(item); }
    if ((tag == 2 || tag == 3) && item.kind == CSIMDJSON_BYTES) { item = bignum(item, tag == 3); }
    tag = no_tag;
    item.end = uint32_t(self.nodes.size() + 1);
    self.nodes.push_back(item);
    finish_item();
  }

  void add_key(csimdjson_node item) {
    tag = no_tag;
    if (item.kind == CSIMDJSON_INTEGER) {
      self.texts.push_back(std::to_string(item.integer));
      item.text = self.texts.back().data();
      item.length = self.texts.back().size();
      item.number = 1;
    } else if (item.kind != CSIMDJSON_STRING) {
      return fail(CFLATCBOR_SYNTAX, "a map's key is neither text nor a whole number");
    }
    item.kind = CSIMDJSON_KEY;
    item.end = uint32_t(self.nodes.size() + 1);
    self.nodes.push_back(item);
    stack.back().wants_key = false;
  }

  csimdjson_node bignum(const csimdjson_node &bytes, bool is_negative) {
    if (bytes.length > bignum_bytes) { return number(INFINITY); }
    double value = 0;
    uint64_t exact = 0;
    size_t significant = 0;
    for (size_t i = 0; i < bytes.length; i++) {
      const uint8_t byte = uint8_t(bytes.text[i]);
      if (significant > 0 || byte != 0) { significant++; }
      value = value * 256 + byte;
      exact = exact << 8 | byte;
    }
    if (significant < 8) { return integer(is_negative ? -1 - int64_t(exact) : int64_t(exact)); }
    return number(is_negative ? -1 - value : value);
  }

  void text(const uint8_t *bytes, size_t length, csimdjson_kind kind, container chunks) {
    if (outcome != CFLATCBOR_OK) { return; }
    const char *start = reinterpret_cast<const char *>(bytes);
    if (kind == CSIMDJSON_STRING && length > 0 && !simdjson::validate_utf8(start, length)) {
      return fail(CFLATCBOR_SYNTAX, "text that isn't UTF-8");
    }
    if (is_chunked() && stack.back().kind == chunks) {
      if (length > 0) { self.texts.back().append(start, length); }
      return;
    }
    csimdjson_node item = node(kind);
    item.text = length > 0 ? start : "";
    item.length = length;
    add(item);
  }

  bool may_nest() {
    if (stack.size() >= self.max_depth) { fail(CFLATCBOR_TOO_DEEP, "nested too deep"); }
    return outcome == CFLATCBOR_OK;
  }

  void begin_chunks(container kind) {
    if (!may_add() || !may_nest()) { return; }
    self.texts.emplace_back();
    stack.push_back({kind, true, false, 0, tag, 0});
    tag = no_tag;
  }

  void begin(container kind, bool is_indefinite, uint64_t count) {
    if (!may_add() || !may_nest()) { return; }
    if (wants_key()) { return fail(CFLATCBOR_SYNTAX, "a map's key is neither text nor a whole number"); }
    stack.push_back({kind, is_indefinite, kind == container::map, count, tag, self.nodes.size()});
    tag = no_tag;
    self.nodes.push_back(node(kind == container::map ? CSIMDJSON_OBJECT : CSIMDJSON_ARRAY));
    if (!is_indefinite && count == 0) { close(); }
  }

  void close() {
    const frame ended = stack.back();
    stack.pop_back();
    self.nodes[ended.place].end = uint32_t(self.nodes.size());
    if (ended.tag == 4 || ended.tag == 5) { make_fraction(ended); }
    finish_item();
  }

  // RFC 8949, 3.4.4: [exponent, mantissa], to the base 10 (tag 4) or 2 (tag 5).
  void make_fraction(const frame &ended) {
    const size_t place = ended.place;
    if (self.nodes.size() != place + 3 || self.nodes[place].kind != CSIMDJSON_ARRAY) { return; }
    const csimdjson_node exponent = self.nodes[place + 1], mantissa = self.nodes[place + 2];
    if (exponent.kind != CSIMDJSON_INTEGER) { return; }
    if (mantissa.kind != CSIMDJSON_INTEGER && mantissa.kind != CSIMDJSON_DOUBLE) { return; }
    const double power = double(exponent.integer);
    double value;
    if (ended.tag == 5) {
      value = mantissa.number * std::pow(2.0, power);
    } else if (power < 0) {
      // Powers of ten up to 10^22 are exact: 235 / 10 is 23.5, 235 * 0.1 isn't.
      value = mantissa.number / std::pow(10.0, -power);
    } else {
      value = mantissa.number * std::pow(10.0, power);
    }
    self.nodes.resize(place);
    csimdjson_node item = number(value);
    item.end = uint32_t(place + 1);
    self.nodes.push_back(item);
  }

  void finish_item() {
    if (stack.empty()) {
      is_done = true;
      return;
    }
    frame &parent = stack.back();
    parent.wants_key = parent.kind == container::map;
    // `close` comes back here for the parent: as deep as the stack, which is bounded.
    if (!parent.is_indefinite && --parent.left == 0) { close(); }
  }

  void end_indefinite() {
    if (outcome != CFLATCBOR_OK) { return; }
    if (stack.empty() || !stack.back().is_indefinite || tag != no_tag) {
      return fail(CFLATCBOR_SYNTAX, "a break where nothing is open");
    }
    if (!is_chunked()) {
      if (stack.back().kind == container::map && !stack.back().wants_key) {
        return fail(CFLATCBOR_SYNTAX, "a map's last key has no value");
      }
      return close();
    }
    const frame ended = stack.back();
    stack.pop_back();
    tag = ended.tag;
    csimdjson_node item = node(ended.kind == container::text ? CSIMDJSON_STRING : CSIMDJSON_BYTES);
    item.text = self.texts.back().data();
    item.length = self.texts.back().size();
    add(item);
  }
};

reader &of(void *context) { return *static_cast<reader *>(context); }

void add_unsigned(void *context, uint64_t value) {
  of(context).add(value <= uint64_t(INT64_MAX) ? integer(int64_t(value)) : number(double(value)));
}

void add_negative(void *context, uint64_t value) {
  of(context).add(value <= uint64_t(INT64_MAX) ? integer(-1 - int64_t(value)) : number(-1 - double(value)));
}

const cbor_callbacks callbacks = [] {
  cbor_callbacks result{};
  result.uint8 = [](void *c, uint8_t value) { add_unsigned(c, value); };
  result.uint16 = [](void *c, uint16_t value) { add_unsigned(c, value); };
  result.uint32 = [](void *c, uint32_t value) { add_unsigned(c, value); };
  result.uint64 = add_unsigned;
  result.negint8 = [](void *c, uint8_t value) { add_negative(c, value); };
  result.negint16 = [](void *c, uint16_t value) { add_negative(c, value); };
  result.negint32 = [](void *c, uint32_t value) { add_negative(c, value); };
  result.negint64 = add_negative;
  result.byte_string_start = [](void *c) { of(c).begin_chunks(container::bytes); };
  result.byte_string = [](void *c, cbor_data bytes, size_t length) {
    of(c).text(bytes, length, CSIMDJSON_BYTES, container::bytes);
  };
  result.string_start = [](void *c) { of(c).begin_chunks(container::text); };
  result.string = [](void *c, cbor_data bytes, size_t length) {
    of(c).text(bytes, length, CSIMDJSON_STRING, container::text);
  };
  result.indef_array_start = [](void *c) { of(c).begin(container::array, true, 0); };
  result.array_start = [](void *c, size_t count) { of(c).begin(container::array, false, count); };
  result.indef_map_start = [](void *c) { of(c).begin(container::map, true, 0); };
  result.map_start = [](void *c, size_t count) { of(c).begin(container::map, false, count); };
  result.tag = [](void *c, uint64_t value) {
    reader &reading = of(c);
    if (reading.is_chunked()) { reading.fail(CFLATCBOR_SYNTAX, "a string holds something that is no chunk of it"); }
    reading.tag = value;
  };
  result.float2 = [](void *c, float value) { of(c).add(number(value)); };
  result.float4 = [](void *c, float value) { of(c).add(number(value)); };
  result.float8 = [](void *c, double value) { of(c).add(number(value)); };
  // "Undefined" says as little as null.
  result.undefined = [](void *c) { of(c).add(node(CSIMDJSON_NULL)); };
  result.null = result.undefined;
  result.boolean = [](void *c, bool value) { of(c).add(node(value ? CSIMDJSON_TRUE : CSIMDJSON_FALSE)); };
  result.indef_break = [](void *c) { of(c).end_indefinite(); };
  return result;
}();

} // namespace

// No exception may cross into Swift: what can throw here is only an allocation.

cflatcbor_parser *cflatcbor_create(size_t max_depth, size_t max_nodes) {
  try {
    auto result = std::make_unique<cflatcbor_parser>();
    result->max_depth = max_depth;
    result->max_nodes = max_nodes;
    return result.release();
  } catch (...) {
    return nullptr;
  }
}

void cflatcbor_destroy(cflatcbor_parser *parser) { delete parser; }

cflatcbor_outcome cflatcbor_parse(cflatcbor_parser *self, const uint8_t *bytes, size_t length) {
  self->nodes.clear();
  self->texts.clear();
  try {
    if (self->input_capacity < length || !self->input) {
      self->input.reset(new uint8_t[length + 1]);
      self->input_capacity = length;
    }
    if (length > 0) { std::memcpy(self->input.get(), bytes, length); }
    reader reading{*self, {}};
    size_t position = 0;
    while (reading.outcome == CFLATCBOR_OK && !reading.is_done) {
      const cbor_decoder_result step =
          cbor_stream_decode(self->input.get() + position, length - position, &callbacks, &reading);
      if (step.status == CBOR_DECODER_NEDATA) {
        reading.fail(CFLATCBOR_SYNTAX, length == 0 ? "the payload is empty" : "it ends in the middle of an item");
      } else if (step.status != CBOR_DECODER_FINISHED || step.read == 0) {
        reading.fail(CFLATCBOR_SYNTAX, "an item that is not well-formed");
      }
      position += step.read;
    }
    if (reading.outcome == CFLATCBOR_OK && position != length) {
      reading.fail(CFLATCBOR_SYNTAX, "something follows the first item");
    }
    if (reading.outcome != CFLATCBOR_OK) { self->nodes.clear(); }
    return reading.outcome;
  } catch (...) {
    self->nodes.clear();
    return CFLATCBOR_NO_MEMORY;
  }
}

const csimdjson_node *cflatcbor_nodes(const cflatcbor_parser *parser) { return parser->nodes.data(); }

const char *cflatcbor_error(const cflatcbor_parser *parser) { return parser->error; }
