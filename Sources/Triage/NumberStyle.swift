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
    return (trimmed(fixed(value, decimals: size < 1 ? 2 : size < 100 ? 1 : 0)), nil)
  }

  /// Of a share, in percent; never 0 or 100 for what is neither.
  func percent(_ share: Double) -> (digits: String, bound: Bound?) {
    let percent = share * 100
    if percent <= 0 { return ("0", nil) }
    if percent < 0.1 { return (fixed(0.1, decimals: 1), .less) }
    if percent > 99.9, percent < 100 { return (fixed(99.9, decimals: 1), .more) }
    return (trimmed(fixed(percent, decimals: percent < 10 || percent > 99 ? 1 : 0)), nil)
  }

  /// Currencies without a hundredth that anyone pays.
  private static let wholeCurrencies: Set<String> = ["CLP", "ISK", "JPY", "KRW", "VND"]

  func amount(_ amount: Double, _ currency: String) -> String {
    fixed(amount, decimals: Self.wholeCurrencies.contains(currency) ? 0 : 2)
  }

  private func trimmed(_ digits: String) -> String {
    guard digits.contains(decimal) else { return digits }
    var rest = Substring(digits)
    while rest.last == "0" { rest = rest.dropLast() }
    return String(rest.hasSuffix(decimal) ? rest.dropLast(decimal.count) : rest)
  }

  /// Rounded half away from zero; beyond what a 64-bit integer holds, the number as Swift writes it.
  private func fixed(_ value: Double, decimals: Int) -> String {
    var power: Int64 = 1
    for _ in 0..<decimals { power *= 10 }
    guard let scaled = Int64(exactly: (abs(value) * Double(power)).rounded()) else { return value.description }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return sign + grouped(scaled) }
    let fraction = String(scaled % power)
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(grouped(scaled / power))\(decimal)\(zeros)\(fraction)"
  }

  private func grouped(_ whole: Int64) -> String {
    let digits = Array(String(whole))
    guard digits.count >= groupFrom else { return String(digits) }
    return digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 ? group : "") + String(digits[index])
    }.joined()
  }
}
