import CFlatCBOR

/// libcbor and the buffers of what it read, as the same nodes as JSON's. Nodes are valid until the next `parse`; for one
/// place at a time.
final class CBORParser {
  private let handle: OpaquePointer

  init(depth: Int = DecodingLimits.depth, items: Int = DecodingLimits.items) {
    guard let handle = cflatcbor_create(depth, items) else { preconditionFailure("no memory for a CBOR parser") }
    self.handle = handle
  }

  deinit { cflatcbor_destroy(handle) }

  func parse(_ bytes: [UInt8]) throws(JSONParser.Failure) -> JSONNode {
    let outcome = bytes.withUnsafeBufferPointer { cflatcbor_parse(handle, $0.baseAddress, $0.count) }
    switch outcome {
    case CFLATCBOR_OK: break
    case CFLATCBOR_TOO_DEEP: throw .tooDeep
    case CFLATCBOR_TOO_MANY: throw .tooMany
    case CFLATCBOR_NO_MEMORY: throw .noMemory
    default: throw .syntax(String(cString: cflatcbor_error(handle)))
    }
    guard let nodes = cflatcbor_nodes(handle) else { throw .syntax("no value") }
    return JSONNode(nodes: nodes, index: 0)
  }
}
