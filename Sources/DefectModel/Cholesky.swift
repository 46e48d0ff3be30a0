/// The factor L of a symmetric positive definite matrix A = L L', row-major, lower triangle. Rows are filled up to a
/// multiple of four, so that four columns are worked on at once.
///
/// Checkable: [[4, 2], [2, 3]] has L = [[2, 0], [1, √2]]; with b = [2, 5] the solution is [−0.5, 2], and the inverse is
/// [[0.375, −0.25], [−0.25, 0.5]].
struct Cholesky {
  let size: Int
  private let width: Int
  private var lower: ContiguousArray<Double>

  static func width(of size: Int) -> Int { (size + 3) & ~3 }

  /// `matrix` holds at least the lower triangle. `nil` where it isn't positive definite.
  init?(_ matrix: ContiguousArray<Double>, size: Int) {
    let width = Self.width(of: size)
    var rows = ContiguousArray(repeating: 0.0, count: size * width)
    for row in 0..<size {
      for column in 0...row { rows[row * width + column] = matrix[row * size + column] }
    }
    self.init(rows: rows, size: size)
  }

  /// The same from rows of `width(of: size)`.
  init?(rows: ContiguousArray<Double>, size: Int) {
    self.size = size
    let width = Self.width(of: size)
    self.width = width
    lower = rows
    let isPositive = lower.withUnsafeMutableBufferPointer { buffer in
      guard let l = buffer.baseAddress else { return true }
      for row in 0..<size {
        let own = l + row * width
        for column in 0..<row {
          let other = l + column * width
          own[column] = (own[column] - Self.product(own, other, count: column)) / other[column]
        }
        let pivot = own[row] - Self.product(own, own, count: row)
        guard pivot > 0, pivot.isFinite else { return false }
        own[row] = pivot.squareRoot()
      }
      return true
    }
    guard isPositive else { return nil }
  }

  /// Σ of the first products; eight partial sums, so that none waits for the one before.
  @inline(__always)
  private static func product(
    _ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>, count: Int
  ) -> Double {
    var even = SIMD4<Double>()
    var odd = SIMD4<Double>()
    var index = 0
    while index &+ 8 <= count {
      even += first.four(at: index) * second.four(at: index)
      odd += first.four(at: index &+ 4) * second.four(at: index &+ 4)
      index &+= 8
    }
    var sum = (even + odd).sum()
    while index < count {
      sum += first[index] * second[index]
      index &+= 1
    }
    return sum
  }

  /// ln det A.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * logarithm(lower[$1 * width + $1]) }
  }

  /// x with A x = b.
  func solve(_ b: ContiguousArray<Double>) -> ContiguousArray<Double> {
    var x = b
    lower.withUnsafeBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        for row in 0..<size {
          var sum = x[row]
          for column in 0..<row { sum -= l[row * width + column] * x[column] }
          x[row] = sum / l[row * width + row]
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
          x[row] /= l[row * width + row]
          let value = x[row]
          for column in 0..<row { x[column] -= l[row * width + column] * value }
        }
      }
    }
    return x
  }

  /// L⁻¹, row-major, lower triangle, zeros right of it.
  private var inverseOfLower: ContiguousArray<Double> {
    var inverse = ContiguousArray(repeating: 0.0, count: size * width)
    lower.withUnsafeBufferPointer { l in
      inverse.withUnsafeMutableBufferPointer { m in
        guard let base = m.baseAddress else { return }
        for row in 0..<size {
          let own = base + row * width
          var index = 0
          while index + 4 <= row {
            let factors = SIMD4(
              l[row * width + index], l[row * width + index + 1], l[row * width + index + 2],
              l[row * width + index + 3])
            Self.subtract(factors, base + index * width, width, from: own, columns: index + 4)
            index += 4
          }
          while index < row {
            let factor = l[row * width + index]
            for column in 0...index { own[column] -= factor * base[index * width + column] }
            index += 1
          }
          let pivot = 1 / l[row * width + row]
          for column in 0..<row { own[column] *= pivot }
          own[row] = pivot
        }
      }
    }
    return inverse
  }

  /// own − Σ factor_i row_i for four rows that follow each other.
  @inline(__always)
  private static func subtract(
    _ factors: SIMD4<Double>, _ rows: UnsafeMutablePointer<Double>, _ width: Int,
    from own: UnsafeMutablePointer<Double>, columns: Int
  ) {
    var column = 0
    while column < columns {
      var value = own.four(at: column)
      value -= rows.four(at: column) * factors[0]
      value -= rows.four(at: width &+ column) * factors[1]
      value -= rows.four(at: 2 &* width &+ column) * factors[2]
      value -= rows.four(at: 3 &* width &+ column) * factors[3]
      own.setFour(at: column, value)
      column &+= 4
    }
  }

  /// The diagonal of A⁻¹.
  var inverseDiagonal: ContiguousArray<Double> {
    let inverse = inverseOfLower
    var diagonal = ContiguousArray(repeating: 0.0, count: size)
    inverse.withUnsafeBufferPointer { m in
      diagonal.withUnsafeMutableBufferPointer { diagonal in
        for row in 0..<size {
          for column in 0...row { diagonal[column] += m[row * width + column] * m[row * width + column] }
        }
      }
    }
    return diagonal
  }

  /// A⁻¹ = L⁻ᵀ L⁻¹, row-major, full.
  var inverse: ContiguousArray<Double> {
    var inverse = inverseOfLower
    var sums = ContiguousArray(repeating: 0.0, count: size * width)
    sums.withUnsafeMutableBufferPointer { sums in
      inverse.withUnsafeMutableBufferPointer { m in
        guard let target = sums.baseAddress, let source = m.baseAddress else { return }
        for index in 0..<size {
          let own = source + index * width
          for row in 0...index where own[row] != 0 {
            var column = 0
            while column <= row {
              let sum = (target + row * width).four(at: column)
              (target + row * width).setFour(at: column, sum + own.four(at: column) * own[row])
              column &+= 4
            }
          }
        }
      }
    }
    var result = ContiguousArray(repeating: 0.0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        result[row * size + column] = sums[row * width + column]
        result[column * size + row] = sums[row * width + column]
      }
    }
    return result
  }
}
