import Glibc
import Terminal

/// From figures to places on a drawing, evenly or by their logarithm.
package struct Scale: Hashable, Sendable {
  let low: Double
  let high: Double
  let from: Double
  let to: Double
  let isLogarithmic: Bool

  /// A span without a width is widened, a logarithmic one kept above 0.
  package init(_ low: Double, _ high: Double, from: Double, to: Double, isLogarithmic: Bool = false) {
    var (low, high) = (low.isFinite ? low : 0, high.isFinite ? high : 1)
    if isLogarithmic {
      low = max(low, 1e-9)
      high = max(high, low * 1.01)
    } else if high <= low {
      high = low + 1
    }
    (self.low, self.high, self.from, self.to, self.isLogarithmic) = (low, high, from, to, isLogarithmic)
  }

  /// What lies outside is drawn on the edge.
  package func place(_ value: Double) -> Double {
    let inside = min(max(value.isFinite ? value : low, low), high)
    let share = isLogarithmic ? log(inside / low) / log(high / low) : (inside - low) / (high - low)
    return from + share * (to - from)
  }

  /// About so many round figures: 1, 2 or 5 times a power of ten.
  package func ticks(_ wanted: Int) -> [Double] {
    isLogarithmic ? logarithmicTicks(wanted) : evenTicks(wanted)
  }

  private func evenTicks(_ wanted: Int) -> [Double] {
    let rough = (high - low) / Double(max(wanted, 1))
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10)
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }

  private func logarithmicTicks(_ wanted: Int) -> [Double] {
    let powers = Int(floor(log10(low)))...Int(ceil(log10(high)))
    func ticks(_ factors: [Double]) -> [Double] {
      powers.flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
        .filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
    }
    let fine = ticks([1, 2, 5])
    if fine.count <= wanted + 2 { return fine }
    let whole = ticks([1])
    let stride = max(1, (whole.count + wanted - 1) / max(wanted, 1))
    return whole.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
  }

  /// As short as it can be said: `0.05`, `20`, `1.5k`.
  package static func label(_ value: Double, _ digits: Int = 3) -> String {
    switch abs(value) {
    case 0: "0"
    case ..<0.001: exponent(value)
    case ..<1_000: trimmed(value, digits)
    case ..<1_000_000: trimmed(value / 1_000, 1) + "k"
    default: trimmed(value / 1_000_000, 1) + "M"
    }
  }

  /// Three digits that mean something: `0.123`, `1.23`, `12.3`, `123`.
  static func significant(_ value: Double) -> String {
    label(value, abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 1 ? 2 : 3)
  }

  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  private static func exponent(_ value: Double) -> String {
    let power = Int(floor(log10(abs(value)) + 1e-9))
    return trimmed(value / pow(10, Double(power)), 1) + "e\(power)"
  }

  private static func trimmed(_ value: Double, _ digits: Int) -> String {
    var text = Phrase.fixed(value, digits)
    while text.utf8.contains(UInt8(ascii: ".")), text.last == "0" || text.last == "." {
      let isPoint = text.last == "."
      text.removeLast()
      if isPoint { break }
    }
    return text
  }
}
