#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

using namespace simdjson;

struct csimdjson_parser {
  dom::parser parser;
  dom::element root;
  std::unique_ptr<char[]> input;
  size_t input_capacity = 0;
  std::vector<csimdjson_node> nodes;
  std::string minified;
  std::string error;
};

namespace {

csimdjson_node node(csimdjson_kind kind) {
  csimdjson_node result{};
  result.kind = kind;
  return result;
}

csimdjson_node textual(csimdjson_kind kind, std::string_view text) {
  csimdjson_node result = node(kind);
  result.text = text.data();
  result.length = text.size();
  return result;
}

// The parser's depth limit bounds this recursion.
void flatten(dom::element element, std::vector<csimdjson_node> &nodes) {
  const size_t place = nodes.size();
  switch (element.type()) {
  case dom::element_type::NULL_VALUE:
    nodes.push_back(node(CSIMDJSON_NULL));
    break;
  case dom::element_type::BOOL:
    nodes.push_back(node(bool(element) ? CSIMDJSON_TRUE : CSIMDJSON_FALSE));
    break;
  case dom::element_type::INT64: {
    csimdjson_node number = node(CSIMDJSON_INTEGER);
    number.integer = int64_t(element);
    number.number = double(number.integer);
    nodes.push_back(number);
    break;
  }
  case dom::element_type::UINT64: {
    csimdjson_node number = node(CSIMDJSON_DOUBLE);
    number.number = double(uint64_t(element));
    nodes.push_back(number);
    break;
  }
  case dom::element_type::DOUBLE: {
    csimdjson_node number = node(CSIMDJSON_DOUBLE);
    number.number = double(element);
    nodes.push_back(number);
    break;
  }
  case dom::element_type::STRING:
    nodes.push_back(textual(CSIMDJSON_STRING, std::string_view(element)));
    break;
  case dom::element_type::ARRAY:
    nodes.push_back(node(CSIMDJSON_ARRAY));
    for (dom::element member : dom::array(element)) { flatten(member, nodes); }
    break;
  case dom::element_type::OBJECT:
    nodes.push_back(node(CSIMDJSON_OBJECT));
    for (dom::key_value_pair field : dom::object(element)) {
      nodes.push_back(textual(CSIMDJSON_KEY, field.key));
      nodes.back().end = uint32_t(nodes.size());
      flatten(field.value, nodes);
    }
    break;
  }
  nodes[place].end = uint32_t(nodes.size());
}

// Copies the text to where simdjson may read beyond its end, and parses it.
error_code load(csimdjson_parser &self, const void *bytes, size_t length) {
  if (self.input_capacity < length || !self.input) {
    self.input.reset(new char[length + SIMDJSON_PADDING]);
    self.input_capacity = length;
  }
  if (length > 0) { std::memcpy(self.input.get(), bytes, length); }
  // simdjson reads, but doesn't judge, the padding.
  std::memset(self.input.get() + length, ' ', SIMDJSON_PADDING);
  return self.parser.parse(self.input.get(), length, false).get(self.root);
}

// simdjson refuses integers that don't fit into 64 bits; JSON doesn't bound them. With a point behind them they are read as
// the nearest double. Returns whether there was one.
bool widen(const uint8_t *bytes, size_t length, std::string &output) {
  constexpr size_t digits_that_fit = 18;
  bool is_text = false;
  bool has_changed = false;
  for (size_t place = 0; place < length;) {
    const char byte = char(bytes[place]);
    if (is_text && byte == '\\' && place + 1 < length) {
      output.append({byte, char(bytes[place + 1])});
      place += 2;
      continue;
    }
    if (byte == '"') { is_text = !is_text; }
    const auto is_digit = [&](size_t at) { return at < length && bytes[at] >= '0' && bytes[at] <= '9'; };
    if (is_text || !is_digit(place)) {
      output.push_back(byte);
      place += 1;
      continue;
    }
    const size_t start = place;
    while (is_digit(place)) { place += 1; }
    output.append(reinterpret_cast<const char *>(bytes) + start, place - start);
    const bool is_whole = place == length || (bytes[place] != '.' && bytes[place] != 'e' && bytes[place] != 'E');
    if (is_whole && place - start > digits_that_fit) {
      output.append(".0");
      has_changed = true;
    }
    // What follows a point or an e is no integer.
    while (is_digit(place) || (place < length && std::memchr(".eE+-", bytes[place], 5) != nullptr)) {
      output.push_back(char(bytes[place]));
      place += 1;
    }
  }
  return has_changed;
}

} // namespace

// No exception may cross into Swift: what can throw here is only an allocation.

csimdjson_parser *csimdjson_create(size_t max_depth) {
  try {
    auto result = std::make_unique<csimdjson_parser>();
    // simdjson keeps the depth when it grows its capacity later.
    if (result->parser.allocate(4096, max_depth) != SUCCESS) { return nullptr; }
    return result.release();
  } catch (...) {
    return nullptr;
  }
}

void csimdjson_destroy(csimdjson_parser *parser) { delete parser; }

csimdjson_outcome csimdjson_parse(csimdjson_parser *self, const uint8_t *bytes, size_t length) {
  self->nodes.clear();
  try {
    error_code error = load(*self, bytes, length);
    std::string widened;
    if (error == NUMBER_ERROR && widen(bytes, length, widened)) {
      error = load(*self, widened.data(), widened.size());
    }
    if (error != SUCCESS) {
      self->error = error_message(error);
      if (error == DEPTH_ERROR) { return CSIMDJSON_TOO_DEEP; }
      return error == MEMALLOC ? CSIMDJSON_NO_MEMORY : CSIMDJSON_SYNTAX;
    }
    flatten(self->root, self->nodes);
    return CSIMDJSON_OK;
  } catch (...) {
    self->nodes.clear();
    return CSIMDJSON_NO_MEMORY;
  }
}

const csimdjson_node *csimdjson_nodes(const csimdjson_parser *parser) { return parser->nodes.data(); }

size_t csimdjson_node_count(const csimdjson_parser *parser) { return parser->nodes.size(); }

const char *csimdjson_error(const csimdjson_parser *parser) { return parser->error.c_str(); }

const char *csimdjson_minified_element(csimdjson_parser *self, size_t index, size_t *length) {
  try {
    dom::element element;
    if (self->nodes.empty() || !self->root.is_array()) { return nullptr; }
    if (dom::array(self->root).at(index).get(element) != SUCCESS) { return nullptr; }
    self->minified = minify(element);
    *length = self->minified.size();
    return self->minified.data();
  } catch (...) {
    return nullptr;
  }
}
