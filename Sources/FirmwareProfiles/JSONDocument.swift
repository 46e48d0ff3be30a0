import CSimdJSON
import Glibc
import Vocabulary

/// The simdjson parser and its buffers. Nodes are valid until the next `parse`; for one place at a time.
final class JSONParser {
  enum Failure: Error {
    case syntax(String), tooDeep, tooMany, noMemory
  }

  private let handle: OpaquePointer

  init(depth: Int = DecodingLimits.depth) {
    guard let handle = csimdjson_create(depth) else {
      preconditionFailure("no memory for a JSON parser")
    }
    self.handle = handle
  }

  deinit { csimdjson_destroy(handle) }

  func parse(_ bytes: [UInt8]) throws(Failure) -> JSONNode {
    let outcome = bytes.withUnsafeBufferPointer { csimdjson_parse(handle, $0.baseAddress, $0.count) }
    switch outcome {
    case CSIMDJSON_OK: break
    case CSIMDJSON_TOO_DEEP: throw .tooDeep
    case CSIMDJSON_NO_MEMORY: throw .noMemory
    default: throw .syntax(String(cString: csimdjson_error(handle)))
    }
    guard let nodes = csimdjson_nodes(handle) else { throw .syntax("no value") }
    return JSONNode(nodes: nodes, index: 0)
  }

  /// An element of the document's outermost array, without white space.
  func minifiedElement(_ index: Int) -> [UInt8]? {
    var length = 0
    guard let start = csimdjson_minified_element(handle, index, &length) else { return nil }
    return UnsafeRawBufferPointer(start: start, count: length).map { $0 }
  }
}

/// One value of a parsed document, JSON or CBOR.
struct JSONNode {
  fileprivate let nodes: UnsafePointer<csimdjson_node>
  fileprivate let index: Int

  init(nodes: UnsafePointer<csimdjson_node>, index: Int) {
    self.nodes = nodes
    self.index = index
  }

  private var node: csimdjson_node { nodes[index] }
  private var kind: csimdjson_kind { csimdjson_kind(node.kind) }

  var isNull: Bool { kind == CSIMDJSON_NULL }
  var isArray: Bool { kind == CSIMDJSON_ARRAY }
  var isObject: Bool { kind == CSIMDJSON_OBJECT }
  var isString: Bool { kind == CSIMDJSON_STRING }

  var bool: Bool? {
    switch kind {
    case CSIMDJSON_TRUE: true
    case CSIMDJSON_FALSE: false
    default: nil
    }
  }

  /// Always finite: JSON has no other numbers, simdjson refuses those beyond a double's range, and CBOR's others are of
  /// another kind.
  var number: Double? {
    kind == CSIMDJSON_INTEGER || kind == CSIMDJSON_DOUBLE ? node.number : nil
  }

  /// A whole number, however it is spelled: Lua and JavaScript encoders write 1.7638812e12 for 1763881200000. Up to
  /// 2⁵³, where doubles still hold every integer.
  var integer: Int64? {
    if kind == CSIMDJSON_INTEGER { return node.integer }
    guard kind == CSIMDJSON_DOUBLE, node.number == node.number.rounded(), abs(node.number) <= 0x1p53 else { return nil }
    return Int64(node.number)
  }

  /// Of a string or key.
  var utf8: UnsafeBufferPointer<UInt8>? {
    guard kind == CSIMDJSON_STRING || kind == CSIMDJSON_KEY else { return nil }
    return UnsafeRawBufferPointer(start: node.text, count: node.length).bindMemory(to: UInt8.self)
  }

  /// Whether it is a string or key of exactly this text.
  @inline(__always)
  func isText(_ text: StaticString) -> Bool {
    node.length == text.utf8CodeUnitCount && (kind == CSIMDJSON_STRING || kind == CSIMDJSON_KEY)
      && memcmp(node.text, text.utf8Start, node.length) == 0
  }

  var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// Of a CBOR map's key that is a whole number.
  var label: Int64? { kind == CSIMDJSON_KEY && node.number == 1 ? node.integer : nil }

  /// What it is, for a detail: `a number`.
  var description: String {
    switch kind {
    case CSIMDJSON_NULL: "null"
    case CSIMDJSON_FALSE: "false"
    case CSIMDJSON_TRUE: "true"
    case CSIMDJSON_INTEGER: "\(node.integer)"
    case CSIMDJSON_DOUBLE: "\(node.number)"
    case CSIMDJSON_ARRAY: "an array"
    case CSIMDJSON_OBJECT: "an object"
    case CSIMDJSON_BYTES: "a byte string"
    case CSIMDJSON_NOT_FINITE: "\(node.number)"
    default: "\"\((string ?? "").escaped(maximum: 40))\""
    }
  }

  /// The elements of an array; of anything else none.
  var elements: Members { Members(nodes: nodes, index: index + 1, end: isArray ? Int(node.end) : index + 1, step: 0) }

  /// The keys of an object, each followed by its value; of anything else none.
  var keys: Members { Members(nodes: nodes, index: index + 1, end: isObject ? Int(node.end) : index + 1, step: 1) }

  /// The value that follows a key.
  var value: JSONNode { JSONNode(nodes: nodes, index: index + 1) }

  struct Members: Sequence, IteratorProtocol {
    fileprivate let nodes: UnsafePointer<csimdjson_node>
    fileprivate var index: Int
    fileprivate let end: Int
    /// 1 where the subtree to pass over is that of a key's value.
    fileprivate let step: Int

    mutating func next() -> JSONNode? {
      guard index < end else { return nil }
      defer { index = Int(nodes[index + step].end) }
      return JSONNode(nodes: nodes, index: index)
    }
  }
}

extension JSONNode {
  /// A digest of the value that doesn't depend on the order of an object's keys nor on the spelling of numbers and
  /// strings (1 is 1.0), and the first key that stands twice in one object.
  func digest() -> (value: UInt64, doubleKey: String?) {
    var doubleKey: String?
    return (digest(&doubleKey), doubleKey)
  }

  private func digest(_ doubleKey: inout String?) -> UInt64 {
    switch kind {
    case CSIMDJSON_NULL: return 0x6e75_6c6c
    case CSIMDJSON_TRUE: return 0x7472_7565
    case CSIMDJSON_FALSE: return 0x6661_6c73
    case CSIMDJSON_INTEGER, CSIMDJSON_DOUBLE:
      if let integer { return Digest.mix(UInt64(bitPattern: integer) &+ 0x9e37_79b9_7f4a_7c15) }
      return Digest.mix(node.number.bitPattern ^ 0x6e75_6d62_6572)
    case CSIMDJSON_ARRAY:
      var digest = Digest()
      for element in elements { digest.combine(element.digest(&doubleKey)) }
      return digest.value &+ 1
    case CSIMDJSON_OBJECT:
      // Addition commutes, so that the order of keys is lost on purpose.
      var sum: UInt64 = 2
      var names: [(hash: UInt64, key: JSONNode)] = []
      for key in keys {
        let name = key.digestOfText
        names.append((name, key))
        sum &+= Digest.mix(name ^ Digest.mix(key.value.digest(&doubleKey)))
      }
      if doubleKey == nil { doubleKey = Self.doubleKey(&names) }
      return Digest.mix(sum)
    case CSIMDJSON_BYTES:
      return Digest.of(UnsafeRawBufferPointer(start: node.text, count: node.length)).value &+ 3
    case CSIMDJSON_NOT_FINITE: return Digest.mix(node.number.bitPattern)
    default: return digestOfText
    }
  }

  /// The first key that stands twice in one object, at any depth; `digest` finds it, too, but costs more.
  func doubleKey() -> String? {
    switch kind {
    case CSIMDJSON_ARRAY:
      for element in elements { if let key = element.doubleKey() { return key } }
    case CSIMDJSON_OBJECT:
      // A bit a key of 256: only of those whose bit is set already the texts are compared.
      var seen = SIMD4<UInt64>()
      var count = 0
      for key in keys {
        count += 1
        if let key = key.value.doubleKey() { return key }
        let (word, bit) = key.tagOfText
        if seen[word] & bit != 0 {
          guard count <= 64 else { return digest().doubleKey }
          for earlier in keys {
            if earlier.index == key.index { break }
            if key.isSameText(as: earlier) { return key.string }
          }
        }
        seen[word] |= bit
      }
    default: break
    }
    return nil
  }

  /// One of 256 bits, by the text's length, its last eight bytes and its first.
  @inline(__always)
  private var tagOfText: (word: Int, bit: UInt64) {
    guard let utf8, !utf8.isEmpty else { return (0, 1) }
    var sum = UInt64(utf8.count) &* 31 &+ UInt64(utf8[0])
    if utf8.count >= 8 {
      sum ^= UnsafeRawBufferPointer(utf8).loadUnaligned(fromByteOffset: utf8.count - 8, as: UInt64.self)
      sum ^= sum >> 32
    } else {
      for byte in utf8 { sum = sum &* 0x100_0000_01b3 ^ UInt64(byte) }
    }
    let place = (sum &* 0x9e37_79b9_7f4a_7c15) >> 56
    return (Int(place >> 6), 1 << (place & 63))
  }

  @inline(__always)
  private func isSameText(as other: JSONNode) -> Bool {
    node.length == other.node.length && memcmp(node.text, other.node.text, node.length) == 0
  }

  private var digestOfText: UInt64 {
    utf8.map { Digest.of($0).value } ?? 0
  }

  private static func doubleKey(_ names: inout [(hash: UInt64, key: JSONNode)]) -> String? {
    guard names.count > 1 else { return nil }
    names.sort { $0.hash < $1.hash }
    for index in names.indices.dropFirst() where names[index].hash == names[index - 1].hash {
      guard let left = names[index - 1].key.utf8, let right = names[index].key.utf8 else { continue }
      if left.elementsEqual(right) { return names[index].key.string }
    }
    return nil
  }
}
