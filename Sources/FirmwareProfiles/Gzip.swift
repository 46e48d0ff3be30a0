import CZlib
import Vocabulary

/// Payloads that devices have packed with gzip (RFC 1952).
///
/// The two bytes it begins with, 1f 8b, can begin nothing else that is read here: 1f is a control character in JSON, an
/// integer of reserved length in CBOR, and in protocol buffers a field of the wire type 7, which doesn't exist.
enum Gzip {
  /// The payload itself, or what is packed in it; both within `DecodingLimits.payloadBytes`. A bomb is given up as soon as
  /// it has grown beyond that.
  static func inflated(_ payload: [UInt8]) throws(Rejection) -> [UInt8] {
    guard payload.count <= DecodingLimits.payloadBytes else {
      throw Rejection(
        .tooLarge, "\(payload.count) bytes; at most \(DecodingLimits.payloadBytes): send smaller messages")
    }
    guard payload.first == 0x1f, payload.count > 1, payload[1] == 0x8b else { return payload }
    return try inflate(payload)
  }

  private static func inflate(_ payload: [UInt8]) throws(Rejection) -> [UInt8] {
    var stream = z_stream()
    // 31: a gzip header, and the largest window.
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Rejection(.tooLarge, "no memory left to inflate \(payload.count) bytes")
    }
    defer { inflateEnd(&stream) }
    var input = payload
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var outcome = Z_OK
    let rest = input.withUnsafeMutableBufferPointer { input -> Int in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while outcome == Z_OK, output.count <= DecodingLimits.payloadBytes {
        let produced = chunk.withUnsafeMutableBufferPointer { chunk -> Int in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          outcome = CZlib.inflate(&stream, Z_NO_FLUSH)
          return chunk.count - Int(stream.avail_out)
        }
        output += chunk[..<produced]
        // Section 2.2: what follows may be another member, whose content follows this one's.
        if outcome == Z_STREAM_END, stream.avail_in > 0 { outcome = inflateReset(&stream) }
      }
      return Int(stream.avail_in)
    }
    guard output.count <= DecodingLimits.payloadBytes else {
      throw Rejection(
        .tooLarge, "more than \(DecodingLimits.payloadBytes) bytes once inflated (gzip): send smaller messages")
    }
    guard outcome == Z_STREAM_END, rest == 0 else {
      let what = outcome == Z_STREAM_END ? "something follows it" : "it is damaged or cut off"
      throw Rejection(.syntax, "isn't sound gzip: \(what)")
    }
    return output
  }
}
