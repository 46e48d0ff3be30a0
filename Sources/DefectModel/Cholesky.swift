import CDenseRows

/// The factor L of a symmetric positive definite matrix A = L L', row-major, lower triangle. Rows are filled up to a
/// multiple of eight, so that whole blocks of columns are worked on; what lies right of the diagonal is of no account.
///
/// Eight columns are factorised at a time and taken off the rest at once: a fit of 150 terms does this a dozen times, and
/// it would else be most of a pass.
///
/// Checkable: [[4, 2], [2, 3]] has L = [[2, 0], [1, √2]]; with b = [2, 5] the solution is [−0.5, 2], and the inverse is
/// [[0.375, −0.25], [−0.25, 0.5]].
struct Cholesky {
  static let depth = 8

  let size: Int
  private let width: Int
  private var lower: ContiguousArray<Double>

  static func width(of size: Int) -> Int { (size + depth - 1) / depth * depth }

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
    width = Self.width(of: size)
    lower = rows
    guard factorise() else { return nil }
  }

  private mutating func factorise() -> Bool {
    let size = size
    let width = width
    // The eight columns, as rows: behind the block's own rows.
    var columns = ContiguousArray(repeating: 0.0, count: Self.depth * width)
    return lower.withUnsafeMutableBufferPointer { lower in
      columns.withUnsafeMutableBufferPointer { columns in
        guard let l = lower.baseAddress, let panel = columns.baseAddress else { return true }
        for first in stride(from: 0, to: size, by: Self.depth) {
          let end = min(first + Self.depth, size)
          guard Self.factoriseBlock(l, width, first..<end) else { return false }
          guard end < size else { return true }
          for row in end..<size {
            for index in 0..<Self.depth { panel[index * width + row] = l[row * width + first + index] }
          }
          Self.solve(panel, width, end..<width, against: l + first * width + first)
          for row in end..<size {
            let own = l + row * width
            for index in 0..<Self.depth { own[first + index] = panel[index * width + row] }
            dense_rows_subtract(own + end, panel + end, width, own + first, Self.width(of: row - end + 1))
          }
        }
        return true
      }
    }
  }

  /// The rows and columns of one block among themselves.
  private static func factoriseBlock(_ l: UnsafeMutablePointer<Double>, _ width: Int, _ block: Range<Int>) -> Bool {
    for row in block {
      let own = l + row * width
      for column in block.lowerBound...row {
        var sum = own[column]
        for index in block.lowerBound..<column { sum -= own[index] * l[column * width + index] }
        if column < row {
          own[column] = sum / l[column * width + column]
        } else {
          guard sum > 0, sum.isFinite else { return false }
          own[row] = sum.squareRoot()
        }
      }
    }
    return true
  }

  /// The rows below a block, by columns: X L' = A.
  private static func solve(
    _ panel: UnsafeMutablePointer<Double>, _ width: Int, _ rows: Range<Int>, against block: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<depth {
      let own = panel + column * width
      let pivot = 1 / block[column * width + column]
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
        var value = own.four(at: row)
        for index in 0..<column { value -= (panel + index * width).four(at: row) * block[column * width + index] }
        own.setFour(at: row, value * pivot)
      }
    }
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
    lower.withUnsafeBufferPointer { lower in
      inverse.withUnsafeMutableBufferPointer { inverse in
        guard let l = lower.baseAddress, let base = inverse.baseAddress else { return }
        for row in 0..<size {
          let own = base + row * width
          let whole = row / Self.depth * Self.depth
          for first in stride(from: 0, to: whole, by: Self.depth) {
            dense_rows_subtract(own, base + first * width, width, l + row * width + first, first + Self.depth)
          }
          for index in whole..<row {
            let factor = l[row * width + index]
            for column in stride(from: 0, through: index, by: 4) {
              own.setFour(at: column, own.four(at: column) - (base + index * width).four(at: column) * factor)
            }
          }
          let pivot = 1 / l[row * width + row]
          for column in 0..<row { own[column] *= pivot }
          own[row] = pivot
        }
      }
    }
    return inverse
  }

  /// The diagonal of A⁻¹.
  var inverseDiagonal: ContiguousArray<Double> {
    var inverse = inverseOfLower
    var diagonal = ContiguousArray(repeating: 0.0, count: width)
    inverse.withUnsafeMutableBufferPointer { inverse in
      diagonal.withUnsafeMutableBufferPointer { diagonal in
        guard let m = inverse.baseAddress, let sums = diagonal.baseAddress else { return }
        for row in 0..<size {
          for column in stride(from: 0, through: row, by: 4) {
            let value = (m + row * width).four(at: column)
            sums.setFour(at: column, sums.four(at: column) + value * value)
          }
        }
      }
    }
    return ContiguousArray(diagonal.prefix(size))
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
            for column in stride(from: 0, through: row, by: 4) {
              let sum = (target + row * width).four(at: column)
              (target + row * width).setFour(at: column, sum + own.four(at: column) * own[row])
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
