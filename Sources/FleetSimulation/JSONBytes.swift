/// JSON written straight into bytes: an encoder costs ten times as much as everything else about a report.
extension [UInt8] {
  mutating func write(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  mutating func write(_ number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    var divisor: UInt = 1
    while rest / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  /// A number that isn't negative, with leading zeros.
  mutating func write(_ number: Int, width: Int) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  /// With one digit after the point, none if that is 0: −71.5, 44.
  mutating func write(tenths number: Int) {
    if number < 0, number > -10 { append(UInt8(ascii: "-")) }
    write(number / 10)
    let digit = abs(number % 10)
    guard digit > 0 else { return }
    append(UInt8(ascii: "."))
    append(UInt8(ascii: "0") + UInt8(digit))
  }

  /// In quotation marks; the text needs no escaping.
  mutating func write(quoted text: String) {
    append(UInt8(ascii: "\""))
    append(contentsOf: text.utf8)
    append(UInt8(ascii: "\""))
  }
}
