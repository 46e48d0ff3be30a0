/// How a language writes digits: as few as still tell the difference, with its own marks.
struct NumberStyle {
  var decimal = "."
  var group = " "
  /// A whole number of so many digits has its thousands set apart.
  var groupFrom = 5

  static let english = NumberStyle()

  enum Bound { case less, more }

  /// Digits, and whether the value only lies beyond them: 0.004 is less than 0.01.
  func number(_ value: Double) -> (digits: String, bound: Bound?) {
    let size = abs(value)
    if size > 0, size < 0.01 { return (fixed(0.01, decimals: 2), .less) }
    return (fixed(value, decimals: size < 1 ? 2 : size < 100 ? 1 : 0, isTrimmed: true), nil)
  }

  /// Of a share, in percent; never 0 or 100 for what is neither.
  func percent(_ share: Double) -> (digits: String, bound: Bound?) {
    let percent = share * 100
    if percent <= 0 { return ("0", nil) }
    if percent < 0.1 { return (fixed(0.1, decimals: 1), .less) }
    if percent > 99.9, percent < 100 { return (fixed(99.9, decimals: 1), .more) }
    return (fixed(percent, decimals: percent < 10 || percent > 99 ? 1 : 0, isTrimmed: true), nil)
  }

  /// Currencies without a hundredth that anyone pays.
  private static let wholeCurrencies: Set<String> = ["CLP", "ISK", "JPY", "KRW", "VND"]

  func amount(_ amount: Double, _ currency: String) -> String {
    fixed(amount, decimals: Self.wholeCurrencies.contains(currency) ? 0 : 2)
  }

  /// Rounded half away from zero; beyond what a 64-bit integer holds, the number as Swift writes it.
  /// - Parameter isTrimmed: without zeros that tell nothing, 1.5 for 1.50 and 2 for 2.0.
  private func fixed(_ value: Double, decimals: Int, isTrimmed: Bool = false) -> String {
    var power: Int64 = 1
    for _ in 0..<decimals { power *= 10 }
    guard let scaled = Int64(exactly: (abs(value) * Double(power)).rounded()) else { return value.description }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    var (fraction, digits) = (scaled % power, decimals)
    while isTrimmed, digits > 0, fraction % 10 == 0 { (fraction, digits) = (fraction / 10, digits - 1) }
    guard digits > 0 else { return sign + grouped(scaled / power) }
    let shown = String(fraction)
    let zeros = String(repeating: "0", count: digits - shown.count)
    return "\(sign)\(grouped(scaled / power))\(decimal)\(zeros)\(shown)"
  }

  private func grouped(_ whole: Int64) -> String {
    let digits = Array(String(whole))
    guard digits.count >= groupFrom else { return String(digits) }
    return digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 ? group : "") + String(digits[index])
    }.joined()
  }
}
