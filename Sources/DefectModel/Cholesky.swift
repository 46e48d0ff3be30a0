/// The factor L of a symmetric positive definite matrix A = L L', row-major, lower triangle.
///
/// Checkable: [[4, 2], [2, 3]] has L = [[2, 0], [1, √2]]; with b = [2, 5] the solution is [−0.5, 2], and the inverse is
/// [[0.375, −0.25], [−0.25, 0.5]].
struct Cholesky {
  let size: Int
  private var lower: ContiguousArray<Double>

  /// `matrix` holds at least the lower triangle. `nil` where it isn't positive definite.
  init?(_ matrix: ContiguousArray<Double>, size: Int) {
    self.size = size
    lower = matrix
    let isPositive = lower.withUnsafeMutableBufferPointer { l in
      for row in 0..<size {
        let base = row * size
        for column in 0..<row {
          let other = column * size
          var sum = l[base + column]
          for index in 0..<column { sum -= l[base + index] * l[other + index] }
          l[base + column] = sum / l[other + column]
        }
        var pivot = l[base + row]
        for index in 0..<row { pivot -= l[base + index] * l[base + index] }
        guard pivot > 0, pivot.isFinite else { return false }
        l[base + row] = pivot.squareRoot()
      }
      return true
    }
    guard isPositive else { return nil }
  }

  /// ln det A.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * logarithm(lower[$1 * size + $1]) }
  }

  /// x with A x = b.
  func solve(_ b: ContiguousArray<Double>) -> ContiguousArray<Double> {
    var x = b
    lower.withUnsafeBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        for row in 0..<size {
          var sum = x[row]
          for column in 0..<row { sum -= l[row * size + column] * x[column] }
          x[row] = sum / l[row * size + row]
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
          x[row] /= l[row * size + row]
          let value = x[row]
          for column in 0..<row { x[column] -= l[row * size + column] * value }
        }
      }
    }
    return x
  }

  /// L⁻¹, row-major, lower triangle.
  private var inverseOfLower: ContiguousArray<Double> {
    var inverse = ContiguousArray(repeating: 0.0, count: size * size)
    lower.withUnsafeBufferPointer { l in
      inverse.withUnsafeMutableBufferPointer { m in
        for row in 0..<size {
          let base = row * size
          for index in 0..<row {
            let factor = l[base + index]
            guard factor != 0 else { continue }
            for column in 0...index { m[base + column] -= factor * m[index * size + column] }
          }
          let pivot = 1 / l[base + row]
          for column in 0..<row { m[base + column] *= pivot }
          m[base + row] = pivot
        }
      }
    }
    return inverse
  }

  /// The diagonal of A⁻¹.
  var inverseDiagonal: ContiguousArray<Double> {
    let inverse = inverseOfLower
    var diagonal = ContiguousArray(repeating: 0.0, count: size)
    for row in 0..<size {
      for column in 0...row { diagonal[column] += inverse[row * size + column] * inverse[row * size + column] }
    }
    return diagonal
  }

  /// A⁻¹ = L⁻ᵀ L⁻¹, row-major, full.
  var inverse: ContiguousArray<Double> {
    let inverse = inverseOfLower
    var result = ContiguousArray(repeating: 0.0, count: size * size)
    result.withUnsafeMutableBufferPointer { r in
      inverse.withUnsafeBufferPointer { m in
        for index in 0..<size {
          for row in 0...index {
            let factor = m[index * size + row]
            guard factor != 0 else { continue }
            for column in 0...row { r[row * size + column] += factor * m[index * size + column] }
          }
        }
      }
      for row in 0..<size {
        for column in 0..<row { r[column * size + row] = r[row * size + column] }
      }
    }
    return result
  }
}
